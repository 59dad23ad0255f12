"""The seminars' kinds of deliveries, and what is checked right before each one leaves."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import DeliveryKind, Parcel, Policy, Prepare, Ready, Skip
from digest.seminars import names, registrations, store
from digest.seminars.contacts import contact_of
from digest.seminars.decide import State
from digest.seminars.models import Seminar
from digest.seminars.rules import RegistrationState

Refusal = Callable[[Seminar, Parcel, datetime], str | None]


def delivery_kinds() -> tuple[DeliveryKind, ...]:
    """Return every kind that seminars send: all leave again when in doubt, marked as such."""
    registered, asked = RegistrationState.REGISTERED, RegistrationState.ASKED
    return (
        _kind(names.REMINDER, registered, current),
        _kind(names.UPDATE, registered, current),
        _kind(names.CANCELLATION, registered, cancelled),
        _kind(names.REGISTRATION, registered, held),
        _kind(names.CONFIRMATION, asked, held),
    )


def current(seminar: Seminar, parcel: Parcel, now: datetime) -> str | None:
    """Refuse what speaks of another date than the present one, or comes too late."""
    if not parcel.slot.endswith(f"/v{seminar.version}"):
        return "moved"
    return held(seminar, parcel, now)


def held(seminar: Seminar, _parcel: Parcel, now: datetime) -> str | None:
    """Refuse to speak of a seminar that is cancelled, or has begun."""
    if seminar.state != State.PUBLISHED:
        return seminar.state
    return "begun" if now >= seminar.starts_at else None


def cancelled(seminar: Seminar, _parcel: Parcel, _now: datetime) -> str | None:
    """Say that a seminar is cancelled only when it is."""
    return None if seminar.state == State.CANCELLED else seminar.state


def _kind(name: str, wanted: RegistrationState, refusal: Refusal) -> DeliveryKind:
    return DeliveryKind(name, Policy.RESEND, _prepare(wanted, refusal))


def _prepare(wanted: RegistrationState, refusal: Refusal) -> Prepare:
    async def prepare(session: AsyncSession, parcel: Parcel, now: datetime) -> Ready | Skip:
        seminar = await store.by_id(session, parcel.cause.number)
        if seminar is None:
            return Skip("unknown")
        reason = refusal(seminar, parcel, now)
        if reason is not None:
            return Skip(reason)
        registration = await registrations.of_party(session, seminar.id, parcel.recipient)
        if registration is None or registration.state != wanted:
            return Skip("not_registered" if registration is None else registration.state)
        return await _address(session, parcel)

    return prepare


async def _address(session: AsyncSession, parcel: Parcel) -> Ready | Skip:
    contact = await contact_of(session, parcel.recipient)
    if contact is None:
        return Skip("erased")
    address = contact.address(parcel.channel)
    return Skip("no_address") if address is None else Ready(address)
