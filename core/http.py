"""Fetching from the web as a good and careful guest."""
