"""The archive as the house sees it: search, public pages and feeds, retention."""

from core.parts import Parts
from core.room import Room


def build(parts: Parts) -> Room:
    """Return the room."""
    del parts
    return Room(name="archive")
