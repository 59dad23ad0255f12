"""Who is invited: groups, their preview, invitations and what is asked again: as a room."""

from core.parts import Parts
from core.room import Room


def build(parts: Parts) -> Room:
    """Return what invites people."""
    del parts
    return Room(name="invitations")
