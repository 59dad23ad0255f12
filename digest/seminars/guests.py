"""Guests of meetings: what the house holds about them, and letting it go whoever asks for it.

The regulation (EU) 2016/679, art. 15 and 17. They have no account: they ask by the page of their
own answer, or an animator does it for them.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, exists, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.acts import record
from core.ledger.models import Delivery
from core.ledger.rules import SETTLED
from core.ledger.store import cancel, leave, purge, uncertain
from core.reference import Party, Reference
from core.room import Kept, PersonalData
from digest.seminars import names
from digest.seminars.models import Guest, InvitedGroup, Registration, Seminar

Holders = Callable[[], Sequence[tuple[str, PersonalData]]]
"""What every room holds about people, by name."""

ERASED = "erased"


def guest_reference(identity: int) -> Reference:
    """Return how the house names a guest."""
    return Reference("seminars", "guest", str(identity))


async def by_id(session: AsyncSession, identity: int) -> Guest | None:
    """Return a guest; None for who was erased."""
    guest = await session.get(Guest, identity)
    return guest if guest is not None and guest.email is not None else None


async def export(session: AsyncSession, holders: Holders, identity: int) -> Mapping[str, Any]:
    """Return what every room holds about a guest."""
    party = names.guest_party(identity)
    found = {name: await holder.export(session, party) for name, holder in holders()}
    return {name: held for name, held in found.items() if held}


async def keeps(session: AsyncSession, holders: Holders, identity: int) -> Sequence[Kept]:
    """Say what would stay of a guest, and why."""
    party = names.guest_party(identity)
    return [each for _, holder in holders() for each in await holder.keeps(session, party)]


async def erase(
    session: AsyncSession, holders: Holders, identity: int, by: Party, now: datetime
) -> bool:
    """Have every room forget a guest, as `by` asks; say whether there was anybody to forget.

    Nothing tells them of it: whatever was to be sent is cancelled. A place that is given back goes
    to who waits.
    """
    guest = await _locked(session, identity)
    if guest is None:
        return False
    record(session, by, "seminars.guest_erased", guest_reference(identity), now)
    await let_go(session, holders, identity, now)
    return True


async def let_go(session: AsyncSession, holders: Holders, identity: int, now: datetime) -> None:
    """Have rooms forget a guest, and what was or is to be sent to them; again changes nothing."""
    party = names.guest_party(identity)
    await lock_meetings(session, party)
    for _name, holder in holders():
        await holder.erase(session, party)
    await session.flush()
    await cancel(session, ERASED, now, recipient=party)
    doubtful = [row.id for row in await uncertain(session) if row.recipient == party]
    await leave(session, doubtful, now)
    await purge(session, party)


async def lock_meetings(session: AsyncSession, party: Party) -> None:
    """Lock the meetings that somebody answered: before any registration, any guest."""
    theirs = select(Registration.seminar_id).where(Registration.party == str(party))
    wanted = select(Seminar.id).where(Seminar.id.in_(theirs)).order_by(Seminar.id)
    await session.execute(wanted.with_for_update())


def left_over() -> ColumnElement[bool]:
    """Match erased guests of whom something came back: it was on its way when they were erased."""
    party = literal(f"{names.GUEST}:") + cast(Guest.id, String)
    typed = (Guest.name != "") | (Guest.organisation != "") | (Guest.function != "")
    answered = exists().where(
        Registration.party == party,
        or_(
            Registration.name != "",
            Registration.organisation != "",
            Registration.function != "",
            Registration.represented_by != "",
            cast(Registration.answers, String) != "{}",
        ),
    )
    invited = exists().where(InvitedGroup.value == party)
    sent = exists().where(
        Delivery.recipient == party,
        Delivery.state.in_([state.value for state in SETTLED]),
        cast(Delivery.values, String) != "{}",
    )
    return Guest.email.is_(None) & or_(typed, answered, invited, sent)


async def _locked(session: AsyncSession, identity: int) -> Guest | None:
    """Return a guest whom no other transaction changes meanwhile; None for who was erased."""
    await lock_meetings(session, names.guest_party(identity))
    wanted = select(Guest).where(Guest.id == identity, Guest.email.is_not(None))
    statement = wanted.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(statement)).one_or_none()
