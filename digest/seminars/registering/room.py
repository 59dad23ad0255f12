"""Who comes: places, waiting list, answers, what people choose: as a room."""

from core.parts import Parts
from core.room import Room
from digest.seminars.registering.answering import AnswerPages
from digest.seminars.registering.choosing import Choosing
from digest.seminars.registering.deliveries import delivery_kinds


def build(parts: Parts) -> Room:
    """Return what registers people."""
    choosing = Choosing(parts)
    return Room(
        name="registrations",
        actions=choosing.actions(),
        forms=choosing.forms(),
        deliveries=delivery_kinds(parts),
        pages=AnswerPages(parts).routes(),
    )
