"""The minutes' kinds of deliveries, and what is checked right before each one leaves."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import DeliveryKind, Parcel, Policy, Prepare, Ready, Skip
from core.parts import Parts
from digest.seminars.contacts import contact_of
from digest.seminars.minutes import names, store
from digest.seminars.minutes.decide import State
from digest.seminars.where_asked import where_asked
from digest.to_desk import to_the_desk


def delivery_kinds(parts: Parts) -> tuple[DeliveryKind, ...]:
    """Return them: all leave again when in doubt, marked as such."""
    return (
        DeliveryKind(names.DRAFT, Policy.RESEND, _to_reader(State.PROJET)),
        DeliveryKind(names.FINAL, Policy.RESEND, _to_reader(State.FINAL)),
        DeliveryKind(names.OBSERVED, Policy.RESEND, to_the_desk(parts)),
        DeliveryKind(names.TOLD, Policy.RESEND, where_asked(parts)),
    )


def _to_reader(what: State) -> Prepare:
    """Send to a reader what was sent last: nobody gets a draft after what replaces it."""

    async def prepare(session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
        minutes = await store.by_id(session, parcel.cause.number)
        if minutes is None:
            return Skip("unknown")
        version = await store.last_version(session, minutes.id)
        current = version is not None and (
            version.what == what and parcel.slot == names.slot(minutes.seminar_id, version.version)
        )
        if not current:
            return Skip("superseded")
        contact = await contact_of(session, parcel.recipient)
        if contact is None:
            return Skip("erased")
        address = contact.address(parcel.channel)
        return Skip("no_address") if address is None else Ready(address)

    return prepare
