"""The directory: who belongs where, since when, and how they are reached."""
