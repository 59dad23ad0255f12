"""What was said: minutes and decisions, from draft to final: as a room."""

from core.files import FileSource
from core.parts import Parts
from core.room import Room


def build(parts: Parts, files: FileSource) -> Room:
    """Return what minutes need."""
    del parts, files
    return Room(name="minutes")
