"""Who comes: places, waiting list, answers, what people choose: as a room."""

from core.parts import Parts
from core.room import Room
from digest.seminars.registering.answering import AnswerPages
from digest.seminars.registering.choosing import Choosing
from digest.seminars.registering.deliveries import delivery_kinds
from digest.seminars.registering.desk import Desk
from digest.seminars.registering.keeping import ticks


def build(parts: Parts) -> Room:
    """Return what registers people."""
    choosing, desk = Choosing(parts), Desk(parts)
    return Room(
        name="registrations",
        actions=(*choosing.actions(), *desk.actions()),
        forms=(*choosing.forms(), *desk.forms()),
        deliveries=delivery_kinds(parts),
        pages=AnswerPages(parts).routes(),
        ticks=ticks(parts),
    )
