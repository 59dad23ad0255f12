"""What is said to everybody whom a meeting concerns, and when: as a room."""

from core.parts import Parts
from core.room import Room


def build(parts: Parts) -> Room:
    """Return what reminds people."""
    del parts
    return Room(name="reminders")
