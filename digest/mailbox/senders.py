"""Who is behind an address or a Message-ID: what a received mail is about. Nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import Channel
from core.ledger.models import Delivery
from core.parts import Parts
from core.people.models import Person
from core.reference import Party
from digest.mailbox.decide import Us
from digest.seminars.contacts import contact_of
from digest.subscribers.models import Subscriber
from digest.subscribers.store import by_email

SUBSCRIBER = "subscriber"


@dataclass(frozen=True)
class Ours:
    """A mail that we sent, found by its Message-ID; `address` is where its recipient is now."""

    message_id: str
    kind: str
    slot: str
    party: Party
    address: str | None


def us(parts: Parts) -> Us:
    """Return how our own mail is known, by the configuration."""
    mail = parts.settings.mail
    own = {mail.sender, mail.envelope_sender, mail.reply_to}
    unsubscribe = mail.unsubscribe_email.strip().lower()
    known = {each.strip().lower() for each in own if each.strip()}
    only = unsubscribe if unsubscribe not in known else ""
    return Us(frozenset(known), mail.list_id.strip().lower(), only)


async def sent(session: AsyncSession, message_ids: Sequence[str]) -> Sequence[Ours]:
    """Return the mails of ours that have one of these Message-IDs."""
    if not message_ids:
        return []
    rows = await session.scalars(
        select(Delivery)
        .where(Delivery.external_id.in_(message_ids), Delivery.channel == Channel.MAIL.value)
        .order_by(Delivery.id)
    )
    return [await _ours(session, row) for row in rows.all()]


async def _ours(session: AsyncSession, row: Delivery) -> Ours:
    party = Party.parse(row.recipient)
    address = await address_of(session, party)
    return Ours(row.external_id or "", row.kind, row.slot, party, address)


async def address_of(session: AsyncSession, party: Party) -> str | None:
    """Return the present address of a party, in lower case; None when it has none that we know."""
    if party.kind == SUBSCRIBER:
        subscriber = await session.get(Subscriber, party.number)
        return subscriber.email if subscriber else None
    contact = await contact_of(session, party)
    return contact.email.lower() if contact and contact.email else None


async def subscriber_at(session: AsyncSession, email: str) -> Subscriber | None:
    """Return the subscription of an address, locked until the commit."""
    return await by_email(session, email) if email else None


async def person_at(session: AsyncSession, email: str) -> Person | None:
    """Return who has an address in the directory, locked until the commit."""
    if not email:
        return None
    found = select(Person).where(func.lower(Person.email) == email).order_by(Person.id).limit(1)
    return await session.scalar(found.with_for_update())
