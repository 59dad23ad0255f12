"""What invitations send by themselves: the trial that an animator sends to themselves."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import Channel, DeliveryKind, Parcel, Policy, Ready, Skip
from digest.seminars.contacts import contact_of
from digest.seminars.inviting import names


def delivery_kinds() -> tuple[DeliveryKind, ...]:
    """Return the kind of the trial; invitations themselves are an announcement of the meeting."""
    return (DeliveryKind(names.TRIAL, Policy.RESEND, _prepare),)


async def _prepare(session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
    contact = await contact_of(session, parcel.recipient)
    address = contact.address(Channel.MAIL) if contact else None
    return Skip("no_address") if address is None else Ready(address)
