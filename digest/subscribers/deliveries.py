"""What subscribers are sent beside the letter, and what is checked right before it leaves."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import DeliveryKind, MailAddress, Parcel, Policy, Ready, Skip
from digest.subscribers import names, store
from digest.subscribers.rules import State


async def prepare_alert(session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
    """Send an alert only to who is subscribed still, and wants alerts still."""
    subscriber = await store.by_id(session, parcel.recipient.number)
    if subscriber is not None and not subscriber.alerts:
        return Skip("not_wanted")
    return await to_subscriber(session, parcel, State.CONFIRMED)


async def prepare_confirmation(
    session: AsyncSession, parcel: Parcel, _now: datetime
) -> Ready | Skip:
    """Ask for a confirmation only of who has not given it."""
    return await to_subscriber(session, parcel, State.PENDING, State.SUPPRESSED)


async def prepare_already(session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
    """Say that somebody is subscribed only as long as it is true."""
    return await to_subscriber(session, parcel, State.CONFIRMED)


async def to_subscriber(session: AsyncSession, parcel: Parcel, *wanted: State) -> Ready | Skip:
    """Send to the present address of a subscriber, as long as they are in one of these states."""
    subscriber = await store.by_id(session, parcel.recipient.number)
    if subscriber is None or subscriber.email is None:
        return Skip("erased")
    if subscriber.state not in wanted:
        return Skip(subscriber.state)
    return Ready(MailAddress(subscriber.email))


def delivery_kinds() -> tuple[DeliveryKind, ...]:
    """Return every kind that this room sends."""
    return (
        DeliveryKind(names.ALERT, Policy.RESEND, prepare_alert),
        DeliveryKind(names.CONFIRMATION, Policy.RESEND, prepare_confirmation),
        DeliveryKind(names.ALREADY, Policy.RESEND, prepare_already),
    )
