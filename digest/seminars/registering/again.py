"""Telling anew what did not reach somebody: of a meeting that changed, or on the other channel."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import Parcel, Refused, Sent, Settled, Skip
from core.parts import Parts
from digest.seminars import names, registrations, store
from digest.seminars.contacts import in_vain
from digest.seminars.registering import asking, telling
from digest.seminars.registering.names import KINDS
from digest.seminars.reminding.names import is_elsewhere

MOVED = "moved"
"""Why something does not leave that speaks of a meeting as it was."""


def told_again(parts: Parts) -> Settled:
    """Return what posts an answer again: of the meeting as it is, or once, on the other channel."""

    async def settled(
        session: AsyncSession, parcel: Parcel, outcome: Sent | Refused | Skip, now: datetime
    ) -> None:
        if outcome == Skip(MOVED):
            await _again(session, parts, parcel, now)
        elif in_vain(outcome) and parcel.kind in KINDS.values():
            await _elsewhere(session, parts, parcel, now)

    return settled


async def _elsewhere(session: AsyncSession, parts: Parts, parcel: Parcel, now: datetime) -> None:
    seminar = await store.by_id(session, parcel.cause.number)
    if seminar is None or is_elsewhere(parcel.slot):
        return
    found = await registrations.of_party(session, seminar.id, parcel.recipient)
    if found is not None:
        await telling.tell_elsewhere(session, parts, seminar, found, parcel, now)


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
