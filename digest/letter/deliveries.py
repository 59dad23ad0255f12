"""The letter's kinds of deliveries, and what is checked right before each one leaves."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import (
    DeliveryKind,
    Parcel,
    Policy,
    Prepare,
    Ready,
    Skip,
)
from core.parts import Parts
from digest.letter import editions, names
from digest.letter.corrections import sending as corrections
from digest.letter.decide import State as EditionState
from digest.letter.desk.reviews import adopting
from digest.letter.sending import readers
from digest.letter.sending.report import adopted
from digest.subscribers.deliveries import to_subscribers
from digest.subscribers.rules import State
from digest.to_desk import to_the_desk


def delivery_kinds(parts: Parts) -> tuple[DeliveryKind, ...]:
    """Return every kind that the letter sends."""
    desk = to_the_desk(parts)
    return (
        DeliveryKind(names.EDITION, Policy.HOLD, prepare_edition, prepare_many=prepare_editions),
        DeliveryKind(names.REVIEW, Policy.RESEND, _unless_superseded(desk), adopting(parts)),
        DeliveryKind(names.NOTICE, Policy.RESEND, desk),
        DeliveryKind(names.OVERDUE, Policy.RESEND, _unless_answered(desk)),
        DeliveryKind(names.REPORT, Policy.RESEND, desk, adopted),
        DeliveryKind(names.CORRECTION, Policy.HOLD, corrections.prepare),
        DeliveryKind(names.CORRECTION_REVIEW, Policy.RESEND, _unless_corrected(desk)),
        DeliveryKind(names.OUT, Policy.RESEND, readers.prepare),
    )


async def prepare_edition(session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
    """Send an edition only to who is subscribed still, and unless it was cancelled."""
    (answer,) = await prepare_editions(session, [parcel], _now)
    return answer


async def prepare_editions(
    session: AsyncSession, parcels: Sequence[Parcel], _now: datetime
) -> list[Ready | Skip]:
    """Answer for several parcels at once, in their order, as `prepare_edition` does for each."""
    gone = set()
    for number in {parcel.cause.number for parcel in parcels}:
        if await editions.state_of(session, number) in {None, EditionState.CANCELLED}:
            gone.add(number)
    answers = await to_subscribers(session, parcels, State.CONFIRMED)
    return [
        Skip("cancelled") if parcel.cause.number in gone else answer
        for parcel, answer in zip(parcels, answers, strict=True)
    ]


def _unless_answered(desk: Prepare) -> Prepare:
    """Ask whether an edition may leave late only as long as it has not left, nor changed."""

    async def prepare(session: AsyncSession, parcel: Parcel, now: datetime) -> Ready | Skip:
        edition = await editions.by_number(session, parcel.cause.number)
        if edition is None or edition.state != EditionState.APPROVED:
            return Skip("superseded")
        if parcel.slot != names.overdue_slot(edition.number, edition.version):
            return Skip("superseded")
        return await desk(session, parcel, now)

    return prepare


def _unless_corrected(desk: Prepare) -> Prepare:
    """Show the review of a correction only while its words are those."""

    async def prepare(session: AsyncSession, parcel: Parcel, now: datetime) -> Ready | Skip:
        refused = await corrections.prepare_review(session, parcel)
        return refused or await desk(session, parcel, now)

    return prepare


def _unless_superseded(desk: Prepare) -> Prepare:
    """Show a review only while it is that of the edition's present version."""

    async def prepare(session: AsyncSession, parcel: Parcel, now: datetime) -> Ready | Skip:
        edition = await editions.by_number(session, parcel.cause.number)
        if edition is None or parcel.slot != names.review_slot(edition.number, edition.version):
            return Skip("superseded")
        return await desk(session, parcel, now)

    return prepare
