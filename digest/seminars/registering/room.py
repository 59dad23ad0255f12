"""Who comes: places, waiting list, answers, what people choose: as a room."""

from core.parts import Parts
from core.room import Room


def build(parts: Parts) -> Room:
    """Return what registers people."""
    del parts
    return Room(name="registrations")
