"""The migrations of every room's tables."""
