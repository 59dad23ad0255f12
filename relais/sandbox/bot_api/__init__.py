"""A local Bot API: the methods that Relais uses, with the true semantics of updates."""
