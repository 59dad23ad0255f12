"""Giving places and taking them back: in order, and telling whom it concerns.

Every function but `take_for` locks the seminar's row before any registration: those who want the
last place pass one after the other. None commits.
"""

from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from core.parts import Parts
from core.reference import Party
from digest.seminars import registrations, store
from digest.seminars.models import Registration, Seminar
from digest.seminars.registering import telling
from digest.seminars.registering.decide import COMING, HOLDING, Choice, promotions
from digest.seminars.registering.names import Said
from digest.seminars.registering.telling import Doing
from digest.seminars.rules import RegistrationState

log = structlog.get_logger()

TOLD_OF = HOLDING | {RegistrationState.INVITED}
"""The states of who has the meeting in their calendar, or soon: giving it up is confirmed."""

GIVEN_UP = HOLDING | {RegistrationState.ASKED}
"""The states that cancelling ends; who was excused, or has not answered, has nothing to cancel."""


AT_ONCE = 50
"""How many are promoted in one transaction: the others must not wait for it."""


async def take(  # noqa: PLR0917  # who, of what, as they choose, when
    session: AsyncSession,
    parts: Parts,
    seminar: Seminar,
    party: Party,
    choice: Choice | None,
    doing: Doing,
) -> RegistrationState:
    """Register a party as it chooses, or put it on the waiting list, and tell it what became.

    Who is registered or waits already only changes their choices, and keeps their place if they
    still want one on site; without a `choice`, they choose as before.
    Whether the seminar takes registrations is the caller's business.
    """
    seminar = await _locked(session, seminar)
    found = await registrations.opened(session, seminar.id, party)
    return await take_for(session, parts, seminar, found, choice, doing)


async def take_for(  # noqa: PLR0917  # for which answer, as they choose, by whom
    session: AsyncSession,
    parts: Parts,
    seminar: Seminar,
    found: Registration,
    choice: Choice | None,
    doing: Doing,
) -> RegistrationState:
    """Do as `take` for a registration whose row was locked by the caller, after the seminar's."""
    before = _standing(found)
    chosen = choice or registrations.choice_of(found)
    await registrations.admit(session, seminar, found, chosen, doing.now, by=doing.by)
    await _follow(session, parts, seminar, found, before, doing)
    return RegistrationState(found.state)


async def represent(  # noqa: PLR0917  # who, of what, by whom, when
    session: AsyncSession,
    parts: Parts,
    seminar: Seminar,
    party: Party,
    name: str,
    doing: Doing,
) -> RegistrationState:
    """Note who comes instead of a party; they take its place, or wait for one."""
    seminar = await _locked(session, seminar)
    found = await registrations.opened(session, seminar.id, party)
    before, choice = _standing(found), registrations.choice_of(found)
    await registrations.admit(
        session, seminar, found, choice, doing.now, by=doing.by, represented_by=name
    )
    await _follow(session, parts, seminar, found, before, doing)
    return RegistrationState(found.state)


async def excuse(
    session: AsyncSession,
    parts: Parts,
    seminar: Seminar,
    party: Party,
    doing: Doing,
) -> bool:
    """Note that a party will not come, and why it is not expected; say whether that is new."""
    return await _give_up(session, parts, seminar, party, RegistrationState.EXCUSED, doing)


async def leave(
    session: AsyncSession,
    parts: Parts,
    seminar: Seminar,
    party: Party,
    doing: Doing,
) -> bool:
    """Cancel a party's registration, or its rank on the waiting list; say whether it had one."""
    return await _give_up(session, parts, seminar, party, RegistrationState.CANCELLED, doing)


async def promote(session: AsyncSession, parts: Parts, seminar: Seminar, now: datetime) -> int:
    """Give free places to the first who wait, and tell them; return how many.

    No more than `AT_ONCE`: the clock gives the others theirs, in other transactions.
    """
    seminar = await _locked(session, seminar)
    if not store.takes_registrations(seminar, now):
        return 0
    count = min(AT_ONCE, promotions(await registrations.room_of(session, seminar)))
    if not count:
        return 0
    promoted = await registrations.waiting(session, seminar.id, count)
    for registration in promoted:
        queue = registration.queue or 0
        registrations.promote(session, registration, now)
        await telling.tell_promoted(session, parts, seminar, registration, queue, now)
    await session.flush()
    log.info("registrations.promoted", seminar=seminar.id, count=len(promoted))
    return len(promoted)


async def _give_up(  # noqa: PLR0917  # who, of what, into which state, by whom
    session: AsyncSession,
    parts: Parts,
    seminar: Seminar,
    party: Party,
    state: RegistrationState,
    doing: Doing,
) -> bool:
    seminar = await _locked(session, seminar)
    found = await registrations.opened(session, seminar.id, party)
    before = RegistrationState(found.state)
    if before is state or (state is RegistrationState.CANCELLED and before not in GIVEN_UP):
        return False
    registrations.release(session, found, state, doing.now, doing.by)
    if before in TOLD_OF:
        await telling.tell(session, parts, seminar, found, Said.GONE, doing)
        await promote(session, parts, seminar, doing.now)
    return True


async def _follow(  # noqa: PLR0917  # what changed, from which state, by whom
    session: AsyncSession,
    parts: Parts,
    seminar: Seminar,
    found: Registration,
    before: tuple[str, bool],
    doing: Doing,
) -> None:
    """Tell somebody their new standing; let who waits have what they left."""
    if _standing(found) != before:
        await telling.tell(session, parts, seminar, found, telling.said_of(found), doing)
    if before[0] in COMING:
        await promote(session, parts, seminar, doing.now)


def _standing(found: Registration) -> tuple[str, bool]:
    """Return somebody's state, and whether they wait for a place on site."""
    return found.state, found.queue is not None


async def _locked(session: AsyncSession, seminar: Seminar) -> Seminar:
    """Return the seminar as it is now; no other transaction changes it until this one ends."""
    await session.flush()
    return await store.by_id(session, seminar.id, lock=True) or seminar
