"""What registrations hold about people: how to show it, and to let it go."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import Clock
from core.ledger.store import cancel, purge
from core.people.models import Person
from core.reference import Party
from core.room import PersonalData
from digest.seminars import names
from digest.seminars.contacts import guests_of, parties_of
from digest.seminars.models import Guest, Registration, Seminar, Speaker
from digest.seminars.registering.decide import HOLDING
from digest.seminars.rules import RegistrationState

NEVER_SHOWN = frozenset({"id"})


async def export(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    """Return the registrations of a person (and of a guest at their address) or a guest."""
    found: dict[str, Any] = {}
    for guest in await guests_of(session, party):
        found |= {key: getattr(guest, key) for key in ("email", "name", "organisation", "function")}
    rows = await _registrations(session, party)
    if rows:
        found["registrations"] = [_columns(row) for row in rows]
    if speeches := await _speeches(session, party):
        found["speaks"] = [_columns(row) for row in speeches]
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

    A place in a meeting to come is given back: the next one who waits has it. The meetings are
    locked before any registration, as wherever places are given.
    """
    held = {one.seminar_id for one in await _registrations(session, party)}
    meetings = select(Seminar).where(Seminar.id.in_(held)).order_by(Seminar.id)
    await session.execute(meetings.with_for_update())
    for registration in await _registrations(session, party, lock=True):
        registration.name = registration.organisation = registration.function = ""
        registration.represented_by = ""
        registration.meal = registration.carpool = None
        registration.answers = {}
        seminar = await session.get_one(Seminar, registration.seminar_id)
        if registration.state in {*HOLDING, RegistrationState.INVITED} and seminar.starts_at > now:
            registration.state = RegistrationState.CANCELLED.value
            registration.queue, registration.cancelled_at = None, now
    for speech in await _speeches(session, party):
        await session.delete(speech)  # a page shows it: who was there is told by the sheets
    for guest in await guests_of(session, party):
        await _let_go(session, guest, now)
    if party.kind == names.PERSON:
        person = await session.get(Person, party.number)
        if person is not None:
            person.preferred_channel = None


async def _let_go(session: AsyncSession, guest: Guest, now: datetime) -> None:
    """Forget a guest, and what was sent to them."""
    party = names.guest_party(guest.id)
    guest.email = None
    guest.name = guest.organisation = guest.function = ""
    await session.flush()
    await cancel(session, "erased", now, recipient=party)
    await purge(session, party)


async def _registrations(
    session: AsyncSession, party: Party, *, lock: bool = False
) -> Sequence[Registration]:
    wanted = select(Registration).where(Registration.party.in_(await parties_of(session, party)))
    wanted = wanted.order_by(Registration.id)
    if lock:  # as they are now, even when they were looked at before in the same session
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(wanted)).all()


async def _speeches(session: AsyncSession, party: Party) -> Sequence[Speaker]:
    wanted = Speaker.party.in_(await parties_of(session, party))
    return (await session.scalars(select(Speaker).where(wanted).order_by(Speaker.id))).all()


def _columns(row: Registration | Speaker) -> dict[str, Any]:
    values = {
        column.key: getattr(row, column.key)
        for column in row.__table__.columns
        if column.key not in NEVER_SHOWN
    }
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in values.items()
    }
