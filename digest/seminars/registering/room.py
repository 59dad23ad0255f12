"""Who comes: places, waiting list, answers, what people choose: as a room."""

from core.parts import Parts
from core.room import Room
from digest.seminars.guests import Holders
from digest.seminars.registering import personal_mail
from digest.seminars.registering.answering import AnswerPages
from digest.seminars.registering.choosing import Choosing
from digest.seminars.registering.deliveries import delivery_kinds
from digest.seminars.registering.desk import Desk
from digest.seminars.registering.keeping import ticks
from digest.seminars.registering.personal_desk import Erasing
from digest.seminars.registering.personal_pages import GuestDataPages


def build(parts: Parts, holders: Holders) -> Room:
    """Return what registers people; `holders` is asked what each room holds about a guest."""
    choosing, desk, erasing = Choosing(parts), Desk(parts), Erasing(parts, holders)
    return Room(
        name="registrations",
        actions=(*choosing.actions(), *desk.actions(), *erasing.actions()),
        forms=(*choosing.forms(), *desk.forms()),
        deliveries=(*delivery_kinds(parts), personal_mail.delivery_kind()),
        pages=(*AnswerPages(parts).routes(), *GuestDataPages(parts, holders).routes()),
        ticks=ticks(parts),
    )
