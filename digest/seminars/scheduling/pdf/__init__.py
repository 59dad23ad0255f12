"""Whether a file can be a programme."""
