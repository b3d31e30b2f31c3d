"""Seals and opens short texts. An example of an application with compiled dependencies."""
