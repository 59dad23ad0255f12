"""Telling anew what spoke of a meeting as it was before it changed, and had not left."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import Parcel, Refused, Sent, Settled, Skip
from core.parts import Parts
from digest.seminars import names, registrations, store
from digest.seminars.registering import asking, telling

MOVED = "moved"
"""Why something does not leave that speaks of a meeting as it was."""


def told_again(parts: Parts) -> Settled:
    """Return what posts again, of the meeting as it is, an answer that was to leave before."""

    async def settled(
        session: AsyncSession, parcel: Parcel, outcome: Sent | Refused | Skip, now: datetime
    ) -> None:
        if outcome == Skip(MOVED):
            await _again(session, parts, parcel, now)

    return settled


async def _again(session: AsyncSession, parts: Parts, parcel: Parcel, now: datetime) -> None:
    seminar = await store.by_id(session, parcel.cause.number)
    if seminar is None:
        return
    found = await registrations.of_party(session, seminar.id, parcel.recipient, lock=True)
    if found is None:
        return
    if parcel.kind == names.CONFIRMATION:
        found.requests += 1
        await asking.post_confirmation(session, parts, seminar, found, now)
        return
    await telling.tell_again(session, parts, seminar, found, parcel, now)
