"""What was said: minutes and decisions, from draft to final: as a room."""

from core.files import FileSource
from core.parts import Parts
from core.room import Room
from digest.seminars.minutes import deliveries, offered, personal, sending
from digest.seminars.minutes.desk import Desk
from digest.seminars.minutes.fetching import fetching
from digest.seminars.minutes.opening import Opening
from digest.seminars.minutes.pages import MinutesPages
from digest.seminars.minutes.rectifying import Rectifying
from digest.seminars.minutes.writing import Writing


def build(parts: Parts, files: FileSource) -> Room:
    """Return what minutes need."""
    opening = Opening(parts)
    desk, writing, rectifying = Desk(opening), Writing(opening), Rectifying(opening)
    return Room(
        name="minutes",
        actions=(*desk.actions(), *writing.actions(), *rectifying.actions()),
        forms=(*writing.forms(), *rectifying.forms()),
        pages=MinutesPages(parts).routes(),
        ticks=(fetching(parts, files).tick(), sending.tick(parts), personal.tick(parts)),
        deliveries=deliveries.delivery_kinds(parts),
        contributions=offered.contributions(parts),
        personal_data=personal.PERSONAL_DATA,
    )
