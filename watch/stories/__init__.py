"""Which entries tell the same: identity within a source, stories across sources."""
