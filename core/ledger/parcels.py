"""Rows of the ledger as parcels: what a dispatcher carries of them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import Channel, Parcel
from core.ledger.models import Delivery, Message
from core.reference import Party, Reference

COLUMNS = (
    Delivery.id,
    Delivery.kind,
    Delivery.slot,
    Delivery.recipient,
    Delivery.cause,
    Delivery.channel,
    Delivery.message_hash,
    Delivery.values,
    Delivery.stream,
    Delivery.attempts,
    Delivery.resent,
    Delivery.deferrals,
    Delivery.bulk,
    Delivery.due_at,
)
"""What is read of a row to make a parcel."""


async def parcels(session: AsyncSession, rows: Sequence[Any]) -> list[Parcel]:
    """Return rows as parcels: what is bulk last, the earliest due first.

    Those of a same content share its body.
    """
    bodies = await _bodies(session, {row.message_hash for row in rows})
    ordered = sorted(rows, key=lambda row: (row.bulk, row.due_at, row.id))
    return [_parcel(row, bodies[row.message_hash]) for row in ordered]


async def _bodies(session: AsyncSession, hashes: set[str]) -> dict[str, bytes]:
    rows = await session.execute(select(Message.hash, Message.body).where(Message.hash.in_(hashes)))
    return {row.hash: row.body for row in rows}


def _parcel(row: Any, body: bytes) -> Parcel:
    return Parcel(
        id=row.id,
        kind=row.kind,
        slot=row.slot,
        recipient=Party.parse(row.recipient),
        cause=Reference.parse(row.cause),
        channel=Channel(row.channel),
        body=body,
        values=row.values,
        stream=row.stream,
        attempt=row.attempts + 1,
        resent=row.resent,
        deferrals=row.deferrals,
        bulk=row.bulk,
    )
