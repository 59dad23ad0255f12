"""What registrations hold about people: how to show it, and to let it go."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import Clock
from core.people.models import Person
from core.reference import Party
from core.room import PersonalData
from digest.seminars import names
from digest.seminars.models import Guest, Registration, Seminar
from digest.seminars.registering.decide import HOLDING
from digest.seminars.rules import RegistrationState

NEVER_SHOWN = frozenset({"id"})


async def export(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    """Return the registrations of a person (and of a guest at their address) or a guest."""
    found: dict[str, Any] = {}
    for guest in await _guests(session, party):
        found |= {key: getattr(guest, key) for key in ("email", "name", "organisation", "function")}
    rows = await _registrations(session, party)
    if rows:
        found["registrations"] = [_columns(row) for row in rows]
    if party.kind == names.PERSON:
        person = await session.get(Person, party.number)
        if person is not None and person.preferred_channel:
            found["preferred_channel"] = person.preferred_channel
    return found


def personal_data(clock: Clock) -> PersonalData:
    """Return how registrations are shown and let go; `clock` tells which meetings are to come."""

    async def forget(session: AsyncSession, party: Party) -> None:
        await erase(session, party, clock.now())

    return PersonalData(export, forget)


async def erase(session: AsyncSession, party: Party, now: datetime) -> None:
    """Forget names, addresses and what was chosen; what remains says that somebody came.

    A place in a meeting to come is given back: the next one who waits has it.
    """
    for registration in await _registrations(session, party):
        registration.name = registration.organisation = registration.function = ""
        registration.represented_by = ""
        registration.meal = registration.carpool = None
        registration.answers = {}
        seminar = await session.get_one(Seminar, registration.seminar_id)
        if registration.state in {*HOLDING, RegistrationState.INVITED} and seminar.starts_at > now:
            registration.state = RegistrationState.CANCELLED.value
            registration.queue, registration.cancelled_at = None, now
    for guest in await _guests(session, party):
        guest.email = None
        guest.name = guest.organisation = guest.function = ""
    if party.kind == names.PERSON:
        person = await session.get(Person, party.number)
        if person is not None:
            person.preferred_channel = None


async def _registrations(session: AsyncSession, party: Party) -> Sequence[Registration]:
    guests = [str(names.guest_party(guest.id)) for guest in await _guests(session, party)]
    wanted = Registration.party.in_([str(party), *guests])
    return (await session.scalars(select(Registration).where(wanted))).all()


async def _guests(session: AsyncSession, party: Party) -> Sequence[Guest]:
    if party.kind == names.GUEST:
        wanted = Guest.id == party.number
    elif party.kind == names.PERSON:
        email = select(func.lower(Person.email)).where(Person.id == party.number)
        wanted = Guest.email == email.scalar_subquery()
    else:
        return []
    return (await session.scalars(select(Guest).where(wanted))).all()


def _columns(row: Registration) -> dict[str, Any]:
    values = {
        column.key: getattr(row, column.key)
        for column in row.__table__.columns
        if column.key not in NEVER_SHOWN
    }
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in values.items()
    }
