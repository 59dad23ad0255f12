"""Meetings in people's own calendars: invitations, files, feeds: as a room."""

from core.parts import Parts
from core.room import Room


def build(parts: Parts) -> Room:
    """Return what calendars read."""
    del parts
    return Room(name="calendars")
