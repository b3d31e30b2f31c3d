"""Takes orders. An example application."""

__version__ = "1.0.0"
