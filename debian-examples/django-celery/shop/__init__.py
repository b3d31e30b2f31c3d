"""A shop that confirms orders in the background. An example application."""

from shop.tasks_app import celery  # noqa: F401, so that `celery -A shop` and the tasks find it

__version__ = "1.0.0"
