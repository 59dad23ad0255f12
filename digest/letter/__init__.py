"""The letter: subscribers and editions."""
