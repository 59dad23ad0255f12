"""What subscribers are sent beside the letter, and what is checked right before it leaves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import (
    DeliveryKind,
    MailAddress,
    Parcel,
    Policy,
    Ready,
    Refused,
    Sent,
    Settled,
    Skip,
)
from core.parts import Parts
from digest.subscribers import names, store
from digest.subscribers.models import Subscriber
from digest.subscribers.proofs import MAIL, prove
from digest.subscribers.rules import Basis, Event, State


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


async def prepare_my_data(session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
    """Give a fresh link to whoever is known, subscribed or not."""
    return await to_subscriber(session, parcel, *State)


async def prepare_informed(session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
    """Tell who never asked, as long as they are to receive the letter."""
    return await to_subscriber(session, parcel, State.CONFIRMED)


def _note_informed(parts: Parts) -> Settled:
    """Note when a member was told: no edition goes to who was not."""

    async def settled(
        session: AsyncSession, parcel: Parcel, outcome: Sent | Refused | Skip, now: datetime
    ) -> None:
        subscriber = await store.by_id(session, parcel.recipient.number, lock=True)
        if not isinstance(outcome, Sent) or subscriber is None:
            return
        subscriber.informed_at = subscriber.informed_at or now
        prove(
            session, parts, subscriber, Event.INFORM,
            basis=Basis.PUBLIC_INTEREST, origin=MAIL, network="", now=now,
        )  # fmt: skip

    return settled


async def to_subscriber(session: AsyncSession, parcel: Parcel, *wanted: State) -> Ready | Skip:
    """Send to the present address of a subscriber, as long as they are in one of these states."""
    (answer,) = await to_subscribers(session, [parcel], *wanted)
    return answer


async def to_subscribers(
    session: AsyncSession, parcels: Sequence[Parcel], *wanted: State
) -> list[Ready | Skip]:
    """Answer for several parcels at once, in their order, as `to_subscriber` does for each."""
    numbers = {parcel.recipient.number for parcel in parcels}
    columns = (Subscriber.id, Subscriber.email, Subscriber.state)
    rows = (await session.execute(select(*columns).where(Subscriber.id.in_(numbers)))).all()
    found = {row.id: row for row in rows}
    return [_reached(found.get(parcel.recipient.number), wanted) for parcel in parcels]


def _reached(row: Any, wanted: tuple[State, ...]) -> Ready | Skip:
    if row is None or row.email is None:
        return Skip("erased")
    return Ready(MailAddress(row.email)) if row.state in wanted else Skip(row.state)


def delivery_kinds(parts: Parts) -> tuple[DeliveryKind, ...]:
    """Return every kind that this room sends."""
    return (
        DeliveryKind(names.ALERT, Policy.RESEND, prepare_alert),
        DeliveryKind(names.CONFIRMATION, Policy.RESEND, prepare_confirmation),
        DeliveryKind(names.ALREADY, Policy.RESEND, prepare_already),
        DeliveryKind(names.MY_DATA, Policy.RESEND, prepare_my_data),
        DeliveryKind(names.INFORMED, Policy.RESEND, prepare_informed, _note_informed(parts)),
    )
