"""What leaves from this room, and what is checked right before."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import DeliveryKind, MailAddress, Parcel, Policy, Ready, Skip
from core.parts import Parts
from digest.seminars import store
from digest.seminars.attendance import names
from digest.seminars.attendance.models import Certificate
from digest.seminars.attendance.store import presence
from digest.seminars.contacts import contact_of
from digest.seminars.decide import State
from digest.seminars.where_asked import where_asked
from digest.subscribers.rules import Reason
from digest.subscribers.suppression import reason_of


def delivery_kinds(parts: Parts) -> tuple[DeliveryKind, ...]:
    """Return the certificates, and what is said of a file where it was sent."""
    return (
        DeliveryKind(names.CERTIFICATE, Policy.RESEND, certificate),
        DeliveryKind(names.NOTED, Policy.RESEND, where_asked(parts)),
    )


async def certificate(session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
    """Send somebody's last certificate to their own mailbox; one put right meanwhile stays."""
    seminar = await store.by_id(session, parcel.cause.number)
    if seminar is None or seminar.state != State.PUBLISHED:
        return Skip("cancelled")
    last = await session.scalar(
        select(func.max(Certificate.version)).where(
            Certificate.seminar_id == seminar.id, Certificate.party == str(parcel.recipient)
        )
    )
    # Noted absent meanwhile, nothing of it would be true.
    there = (await presence(session, seminar.id)).get(str(parcel.recipient), False)
    if last is None or parcel.slot != names.certificate_slot(seminar.id, last) or not there:
        return Skip("superseded")
    return await _to_mailbox(session, parcel)


async def _to_mailbox(session: AsyncSession, parcel: Parcel) -> Ready | Skip:
    contact = await contact_of(session, parcel.recipient)
    if contact is None:
        return Skip("erased")
    if not contact.email:
        return Skip("no_address")
    if await reason_of(session, contact.email.lower()) is Reason.BOUNCED:
        return Skip("bounced")
    return Ready(MailAddress(contact.email))
