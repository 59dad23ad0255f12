"""The letter on the web: its archive, a page for each edition, its feed, its search."""
