"""The service itself: command line, wiring, migrations and sandbox."""
