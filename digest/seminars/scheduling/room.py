"""How meetings are planned and changed, as a room."""

from core.files import FileSource
from core.parts import Parts
from core.room import Room


def build(parts: Parts, files: FileSource) -> Room:
    """Return what plans and changes meetings."""
    del parts, files
    return Room(name="scheduling")
