"""Who comes: reading and writing registrations. Nobody is told anything here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core import acts
from core.reference import Party
from digest.seminars import names
from digest.seminars.models import Registration, Seminar
from digest.seminars.registering.decide import (
    COMING,
    HOLDING,
    Admission,
    Choice,
    Mode,
    Room,
    admitted,
    modes,
)
from digest.seminars.rules import RegistrationState


async def register(
    session: AsyncSession, seminar: Seminar, party: Party, now: datetime, name: str = ""
) -> Registration:
    """Register a party (`person:5`, `guest:3`) with its earlier choices; again changes nothing.

    It waits when there is no place left. Whether the seminar takes registrations, and telling
    it, are the caller's business: see `registering.places`.
    """
    found = await opened(session, seminar.id, party, name)
    return await admit(session, seminar, found, choice_of(found), now)


async def unregister(session: AsyncSession, registration: Registration, now: datetime) -> bool:
    """Cancel a registration; say whether it was one."""
    if registration.state == RegistrationState.CANCELLED:
        return False
    release(session, registration, RegistrationState.CANCELLED, now)
    return True


async def admit(
    session: AsyncSession,
    seminar: Seminar,
    registration: Registration,
    choice: Choice,
    now: datetime,
    *,
    by: Party | None = None,
    represented_by: str = "",
) -> Registration:
    """Give a place, or a rank on the waiting list; both rows are locked by the caller.

    A way of taking part that the meeting does not offer becomes the one it does.
    """
    ways = modes(seminar.place, seminar.video_url)
    mode = choice.mode if choice.mode in ways else ways[0]
    before, had = RegistrationState(registration.state), Mode(registration.mode)
    room = await room_of(session, seminar)
    admission = admitted(before, had, mode, room, represented=bool(represented_by))
    waited = registration.queue is not None
    registration.mode = admission.mode.value
    registration.half_days = None if choice.half_days is None else list(choice.half_days)
    registration.meal, registration.carpool = choice.meal, choice.carpool
    registration.answers = dict(choice.answers)
    registration.represented_by = represented_by
    registration.answered_at = now
    registration.cancelled_at = registration.requested_at = None
    if (admission.state, admission.waits) != (before, waited):
        registration.registered_by = None if by in {None, _party(registration)} else str(by)
        _enter(session, seminar, registration, admission, now, by)
    return registration


def release(
    session: AsyncSession,
    registration: Registration,
    state: RegistrationState,
    now: datetime,
    by: Party | None = None,
) -> None:
    """Note that somebody does not come: cancelled, or excused."""
    registration.state = state.value
    registration.queue = None
    registration.requested_at = None
    registration.answered_at = now
    registration.represented_by = ""
    registration.meal = registration.carpool = None
    registration.cancelled_at = now
    verbs = {RegistrationState.EXCUSED: "registrations.excused"}
    record(session, registration, verbs.get(state, "seminars.left"), now, by)


def promote(session: AsyncSession, registration: Registration, now: datetime) -> None:
    """Give a place on site to who waited for one; who came remotely was certain to come."""
    if RegistrationState(registration.state) not in COMING:
        comes = RegistrationState.REGISTERED
        if registration.represented_by:
            comes = RegistrationState.REPRESENTED
        registration.state = comes.value
        registration.registered_at = now
    registration.mode = Mode.SITE.value
    registration.queue = None
    record(session, registration, "registrations.promoted", now, acts.SYSTEM)


async def room_of(session: AsyncSession, seminar: Seminar) -> Room:
    """Return how full a seminar is."""
    await session.flush()
    counted = await session.execute(_HOLDING, {"seminar": seminar.id})
    return Room(seminar.capacity, *counted.one())


def waits() -> ColumnElement[bool]:
    """Say in SQL that somebody waits for a place on site: some come remotely meanwhile."""
    return (Registration.state == RegistrationState.WAITING) | Registration.queue.is_not(None)


_HOLDING = select(
    func.count().filter(Registration.state.in_(COMING), Registration.mode == Mode.SITE),
    func.count().filter(waits()),
).where(Registration.seminar_id == bindparam("seminar"), Registration.state.in_(HOLDING))
"""How many have a place on site, and wait for one; made once: a rush asks for each answer."""

_RANK = select(func.count()).where(
    Registration.seminar_id == bindparam("seminar"), Registration.queue <= bindparam("queue")
)
"""How many wait until somebody, with them; made once, as the one above."""


async def rank(session: AsyncSession, registration: Registration) -> int:
    """Return somebody's rank on the waiting list, the first being 1; 0 for who is not on it."""
    if registration.queue is None:
        return 0
    wanted = {"seminar": registration.seminar_id, "queue": registration.queue}
    return await session.scalar(_RANK, wanted) or 0


async def waiting(session: AsyncSession, seminar: int, limit: int) -> Sequence[Registration]:
    """Return the first of the waiting list, locked, in their order."""
    rows = await session.scalars(
        select(Registration)
        .where(
            Registration.seminar_id == seminar,
            Registration.state.in_(HOLDING),
            waits(),
        )
        .order_by(Registration.queue, Registration.id)
        .limit(limit)
        .with_for_update()
    )
    return rows.all()


def choice_of(registration: Registration) -> Choice:
    """Return what somebody chose: who waits for a place on site wants one."""
    half_days = registration.half_days
    return Choice(
        mode=Mode(registration.mode) if registration.queue is None else Mode.SITE,
        half_days=None if half_days is None else tuple(half_days),
        meal=registration.meal,
        carpool=registration.carpool,
        answers=dict(registration.answers),
    )


async def by_id(session: AsyncSession, identity: int, *, lock: bool = False) -> Registration | None:
    """Return a registration; with `lock`, no other transaction changes it meanwhile."""
    return await session.get(Registration, identity, with_for_update=lock or None)


async def of_party(
    session: AsyncSession, seminar: int, party: Party, *, lock: bool = False
) -> Registration | None:
    """Return a party's registration for a seminar, whatever its state.

    With `lock`, as it is now, even when it was looked at before in the same session.
    """
    wanted = select(Registration).where(
        Registration.seminar_id == seminar, Registration.party == str(party)
    )
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(wanted)


async def is_registered(session: AsyncSession, seminar: int, party: Party) -> bool:
    """Say whether a party is registered for a seminar."""
    found = await of_party(session, seminar, party)
    return found is not None and found.state == RegistrationState.REGISTERED


async def count(session: AsyncSession, seminar: int) -> int:
    """Return how many are registered for a seminar."""
    return await _number(session, seminar, Registration.state == RegistrationState.REGISTERED)


async def opened(session: AsyncSession, seminar: int, party: Party, name: str = "") -> Registration:
    """Return the row of a party, made if need be, and locked until the commit."""
    found = await of_party(session, seminar, party, lock=True)
    if found is not None:
        return found
    values = {
        "seminar_id": seminar,
        "party": str(party),
        "name": name if party.kind == names.GUEST else "",
        "state": RegistrationState.CANCELLED.value,
    }
    await session.execute(insertion(session)(Registration).values(values).on_conflict_do_nothing())
    found = await of_party(session, seminar, party, lock=True)
    if found is None:
        raise LookupError(f"no registration of {party} after it was written")
    return found


def insertion(session: AsyncSession) -> Any:
    """Return what makes an insertion that a row of the same key can stop."""
    dialect = session.get_bind().dialect.name
    return sqlite.insert if dialect == "sqlite" else postgresql.insert


def record(
    session: AsyncSession, registration: Registration, verb: str, now: datetime, by: Party | None
) -> None:
    """Add what was done about a registration to the trail: by somebody, or by its own party."""
    reference = names.seminar_reference(registration.seminar_id)
    acts.record(session, by or _party(registration), verb, reference, now)


def _enter(  # noqa: PLR0917  # what changes, into what, when, by whom
    session: AsyncSession,
    seminar: Seminar,
    registration: Registration,
    admission: Admission,
    now: datetime,
    by: Party | None,
) -> None:
    """Note a new standing, and its place in the order when it is to wait."""
    state, verb = admission.state, "seminars.joined"
    if state is RegistrationState.REPRESENTED:
        verb = "registrations.represented"
    if not admission.waits:
        registration.queue = None
    elif registration.queue is None:
        seminar.queued += 1
        registration.queue = seminar.queued
        verb = "registrations.waiting"
    if state in COMING and RegistrationState(registration.state) not in COMING:
        registration.registered_at = now
    registration.state = state.value
    record(session, registration, verb, now, by)


def _party(registration: Registration) -> Party:
    return Party.parse(registration.party)


async def _number(session: AsyncSession, seminar: int, wanted: ColumnElement[bool]) -> int:
    statement = select(func.count()).where(Registration.seminar_id == seminar, wanted)
    return await session.scalar(statement) or 0
