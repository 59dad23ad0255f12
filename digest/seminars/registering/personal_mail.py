"""The mail that holds a fresh link for a guest: whoever reads it reads their address now.

Never the link of their answer: what is said of a meeting is often forwarded.
"""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import DeliveryKind, Draft, MailAddress, Parcel, Policy, Ready, Skip
from core.ledger.store import post
from core.mail.compose import compose, placeholder
from core.pages import page_url
from core.parts import Parts
from core.reference import Party
from digest.seminars import guests, names
from digest.seminars.contacts import contact_of
from digest.seminars.models import Guest, Registration

GUEST_DATA = "seminars.guest_data"
"""The kind of delivery, and the purpose of the link that it carries."""

DATA_URL = "data_url"
PATH = "/rencontres/mes-donnees"


async def ask(session: AsyncSession, parts: Parts, guest: Guest, now: datetime) -> bool:
    """Draft a mail with a fresh link; say whether there is a new one.

    There is none as long as the link of an earlier one lives.
    """
    return bool(await post(session, [_draft(parts, guest, now)], now))


def data_url(parts: Parts, registration: Registration) -> str:
    """Return where a guest asks for the link, from the page of their answer; empty for others."""
    if Party.parse(registration.party).kind != names.GUEST:
        return ""
    return f"{names.answer_url(parts, registration.id)}/mes-donnees"


def fresh_url(parts: Parts, guest: int) -> str:
    """Return the signed address, good for minutes, of what is held about a guest."""
    return page_url(parts, f"{PATH}/{parts.tokens.sign(GUEST_DATA, guest)}")


def read_fresh(parts: Parts, token: str) -> int:
    """Return whose data a fresh link is about. Raises TokenError."""
    return int(parts.tokens.read(GUEST_DATA, token, _life(parts)))


def delivery_kind() -> DeliveryKind:
    """Return the kind of this mail."""
    return DeliveryKind(GUEST_DATA, Policy.RESEND, _prepare)


async def _prepare(session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
    contact = await contact_of(session, parcel.recipient)
    if contact is None or not contact.email:
        return Skip("erased")
    return Ready(MailAddress(contact.email))


def _life(parts: Parts) -> timedelta:
    return timedelta(minutes=parts.settings.digest.fresh_minutes)


def _draft(parts: Parts, guest: Guest, now: datetime) -> Draft:
    """Write the mail; the slot is the same during the life of a link."""
    values = {"minutes": parts.settings.digest.fresh_minutes, DATA_URL: placeholder(DATA_URL)}
    text = parts.renderer.mail("guest_data", values, guest.language)
    span = int(now.timestamp() // _life(parts).total_seconds())
    return Draft(
        kind=GUEST_DATA,
        slot=f"guest_data:{guest.id}:{span}",
        recipient=names.guest_party(guest.id),
        content=compose(parts.settings.mail, text, auto_submitted=True, names=(DATA_URL,)),
        cause=guests.guest_reference(guest.id),
        due_at=now,
        values={DATA_URL: fresh_url(parts, guest.id)},
    )
