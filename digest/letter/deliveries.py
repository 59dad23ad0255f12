"""The letter's kinds of deliveries, and what is checked right before each one leaves."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import (
    ChatAddress,
    DeliveryKind,
    MailAddress,
    Parcel,
    Policy,
    Prepare,
    Ready,
    Skip,
)
from core.parts import Parts
from digest.letter import editions, names, subscribers
from digest.letter.decide import State as EditionState
from digest.letter.rules import State


def delivery_kinds(parts: Parts) -> tuple[DeliveryKind, ...]:
    """Return every kind that the letter sends."""
    desk = _to_the_desk(parts)
    return (
        DeliveryKind(names.EDITION, Policy.HOLD, prepare_edition),
        DeliveryKind(names.ALERT, Policy.RESEND, prepare_alert),
        DeliveryKind(names.CONFIRMATION, Policy.RESEND, prepare_confirmation),
        DeliveryKind(names.ALREADY, Policy.RESEND, prepare_already),
        DeliveryKind(names.REVIEW, Policy.RESEND, _unless_superseded(desk)),
        DeliveryKind(names.NOTICE, Policy.RESEND, desk),
        DeliveryKind(names.REPORT, Policy.RESEND, desk),
    )


async def prepare_edition(session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
    """Send an edition only to who is subscribed still, and unless it was cancelled."""
    state = await editions.state_of(session, parcel.cause.number)
    if state in {None, EditionState.CANCELLED}:
        return Skip("cancelled")
    return await _to_subscriber(session, parcel, State.CONFIRMED)


async def prepare_alert(session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
    """Send an alert only to who is subscribed still, and wants alerts still."""
    subscriber = await subscribers.by_id(session, parcel.recipient.number)
    if subscriber is not None and not subscriber.alerts:
        return Skip("not_wanted")
    return await _to_subscriber(session, parcel, State.CONFIRMED)


async def prepare_confirmation(
    session: AsyncSession, parcel: Parcel, _now: datetime
) -> Ready | Skip:
    """Ask for a confirmation only of who has not given it."""
    return await _to_subscriber(session, parcel, State.PENDING)


async def prepare_already(session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
    """Say that somebody is subscribed only as long as it is true."""
    return await _to_subscriber(session, parcel, State.CONFIRMED)


async def _to_subscriber(session: AsyncSession, parcel: Parcel, wanted: State) -> Ready | Skip:
    subscriber = await subscribers.by_id(session, parcel.recipient.number)
    if subscriber is None or subscriber.email is None:
        return Skip("erased")
    if subscriber.state != wanted:
        return Skip(subscriber.state)
    return Ready(MailAddress(subscriber.email))


def _to_the_desk(parts: Parts) -> Prepare:
    """Send to the animators' group, wherever the configuration says that it is."""

    async def prepare(_session: AsyncSession, _parcel: Parcel, _now: datetime) -> Ready | Skip:
        telegram = parts.settings.telegram
        if not telegram.group_id:
            return Skip("no_group")
        return Ready(ChatAddress(telegram.group_id, telegram.desk_thread_id))

    return prepare


def _unless_superseded(desk: Prepare) -> Prepare:
    """Show a review only while it is that of the edition's present version."""

    async def prepare(session: AsyncSession, parcel: Parcel, now: datetime) -> Ready | Skip:
        edition = await editions.by_number(session, parcel.cause.number)
        if edition is None or parcel.slot != names.review_slot(edition.number, edition.version):
            return Skip("superseded")
        return await desk(session, parcel, now)

    return prepare
