"""Personal data, as the house sees it."""

from collections.abc import Callable, Sequence

from core.parts import Parts
from core.room import PersonalData, Room

Holders = Callable[[], Sequence[PersonalData]]
"""What every room holds about people."""


def build(_parts: Parts, _holders: Holders) -> Room:
    """Return the room, on the shared parts; `holders` is asked once every room is built."""
    return Room(name="personal")
