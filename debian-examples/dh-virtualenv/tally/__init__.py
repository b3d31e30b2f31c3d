"""Counts votes, in one database."""

__version__ = "1.3.0"
