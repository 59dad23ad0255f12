"""Drafts, kinds and readings of the ledger's tables, as its tests need them."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.ledger.draft import (
    Channel,
    Content,
    DeliveryKind,
    Draft,
    MailAddress,
    Parcel,
    Policy,
    Ready,
    Settled,
    Skip,
    nothing_more,
)
from core.ledger.models import Delivery
from core.ledger.store import post
from core.reference import Party, Reference

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
"""A service's instant, in the past of the machine's clock or in its future: they never mix."""

EDITION = Reference("digest", "edition", "12")
READER = Party("subscriber", "5")


def draft(
    slot: str = "a",
    recipient: Party = READER,
    *,
    kind: str = "edition",
    body: bytes = b"La lettre",
    channel: Channel = Channel.MAIL,
    stream: str | None = None,
    due_at: datetime = NOON,
    cause: Reference = EDITION,
    values: dict[str, str] | None = None,
    bulk: bool = False,
) -> Draft:
    content = Content(channel, body)
    return Draft(kind, slot, recipient, content, cause, due_at, values or {}, stream, bulk)


async def posted(database: Database, *drafts: Draft) -> int:
    async with database.write() as session:
        return await post(session, drafts, NOON)


async def rows(database: Database) -> dict[str, Delivery]:
    """Return every delivery by its slot."""
    async with database.read() as session:
        found = await session.scalars(select(Delivery).order_by(Delivery.id))
        return {row.slot: row for row in found}


async def states(database: Database) -> dict[str, str]:
    return {slot: row.state for slot, row in (await rows(database)).items()}


async def to_the_reader(_session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
    """Agree to everything, with an address and a name that are stored nowhere."""
    address = MailAddress(f"{parcel.recipient.id}@example.org")
    return Ready(address, {"name": f"n° {parcel.recipient.id}"})


def kind(
    name: str = "edition",
    policy: Policy = Policy.HOLD,
    prepare: object = None,
    settled: Settled = nothing_more,
) -> DeliveryKind:
    return DeliveryKind(name, policy, prepare or to_the_reader, settled)  # type: ignore[arg-type]
