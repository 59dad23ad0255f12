"""Seminars as a room: what they offer to the house."""

from datetime import datetime

from core.parts import Parts
from core.room import PersonalData, Room, Tick
from digest.seminars import announcements, offered
from digest.seminars.agenda import Agenda
from digest.seminars.deliveries import delivery_kinds
from digest.seminars.desk import Desk
from digest.seminars.pages import SeminarPages
from digest.seminars.registering.links import RegistrationPages


def build(parts: Parts) -> Room:
    """Return the seminars' room."""
    desk, agenda = Desk(parts), Agenda(parts)
    return Room(
        name="seminars",
        commands=(*desk.commands(), *agenda.commands()),
        actions=(*desk.actions(), *agenda.actions()),
        forms=desk.forms(),
        pages=(*SeminarPages(parts).routes(), *RegistrationPages(parts).routes()),
        ticks=(_remind_tick(parts),),
        deliveries=delivery_kinds(),
        contributions=offered.contributions(parts),
        personal_data=PersonalData(offered.export, offered.erase),
    )


def _remind_tick(parts: Parts) -> Tick:
    async def run(now: datetime) -> None:
        await announcements.say(parts, now)

    return Tick("seminars.remind", run, announcements.next_due, every=5.0)
