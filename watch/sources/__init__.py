"""The sources: their table, their health, and how they are added and changed."""
