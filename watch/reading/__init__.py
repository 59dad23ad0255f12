"""Reading documents: from bytes to clean items."""
