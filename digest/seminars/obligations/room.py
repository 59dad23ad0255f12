"""What the contract has the animators do, and what they are reminded of: as a room."""

from core.parts import Parts
from core.room import Room


def build(parts: Parts) -> Room:
    """Return what the contract needs."""
    del parts
    return Room(name="obligations")
