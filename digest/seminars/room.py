"""Seminars as a room: what they offer to the house."""

from core.parts import Parts
from core.room import Room
from digest.seminars import forgetting, offered
from digest.seminars.agenda import Agenda
from digest.seminars.deliveries import delivery_kinds
from digest.seminars.guests import Holders
from digest.seminars.pages import SeminarPages
from digest.seminars.registering.links import RegistrationPages
from digest.seminars.registering.personal import personal_data


def build(parts: Parts, holders: Holders) -> Room:
    """Return the seminars' room; `holders` says what the meetings' rooms hold about guests."""
    agenda = Agenda(parts)
    return Room(
        name="seminars",
        commands=agenda.commands(),
        actions=agenda.actions(),
        pages=(*SeminarPages(parts).routes(), *RegistrationPages(parts).routes()),
        deliveries=delivery_kinds(parts),
        ticks=(forgetting.tick(parts, holders),),
        contributions=offered.contributions(parts),
        personal_data=personal_data(parts.clock),
    )
