"""Everything that was ever read: searched, published, and let go in time."""
