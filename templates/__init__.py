"""Every text that the network's people read."""
