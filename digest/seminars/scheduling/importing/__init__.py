"""Meetings that an operator plans from a file."""
