"""The watch: sources polled, entries understood, stories kept or dropped."""
