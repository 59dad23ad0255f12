"""Questions asked by mail, and answered from their topic."""
