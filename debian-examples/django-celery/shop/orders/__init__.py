"""Orders: taken by the web, confirmed by the worker."""
