"""Alerts as the house sees them: who follows what, interest in calls, reminders."""

from core.parts import Parts
from core.room import Room


def build(parts: Parts) -> Room:
    """Return the room."""
    del parts
    return Room(name="alerts")
