"""Addresses that are not written to: in error, complained, objected, or asked of an operator.

What must outlive an erasure is a hash. No function here commits.
"""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.parts import Parts
from digest.subscribers.models import Subscriber, Suppression
from digest.subscribers.proofs import OPERATOR, prove
from digest.subscribers.rules import Event, Reason, State, stronger, suspends


def address_hash(email: str) -> str:
    """Return what stands for an address that is stored no more: its SHA-256, in hexadecimal."""
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()


async def suppress(
    session: AsyncSession, email: str, reason: Reason | str, detail: str, now: datetime
) -> None:
    """Write to an address no more; a weaker reason than the one that stands changes nothing.

    An active subscription waits, where the reason may pass; ending one is `store.unsubscribe`.
    `detail` is for operators (a status code…), never somebody's words. Raises ValueError for a
    reason that is not a `rules.Reason`.
    """
    given, email = Reason(reason), email.strip().lower()
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {
        "address_hash": address_hash(email),
        "email": email,
        "reason": given.value,
        "detail": detail,
        "at": now,
    }
    await session.execute(insert(Suppression).values(values).on_conflict_do_nothing())
    row = await session.get_one(Suppression, values["address_hash"], with_for_update=True)
    if stronger(given, Reason(row.reason)) is given:
        row.reason, row.detail, row.email = given.value, detail, email
    if suspends(given):
        await _move(session, email, State.CONFIRMED, State.SUPPRESSED)


async def reason_of(session: AsyncSession, email: str) -> Reason | None:
    """Return why an address is not written to; None when it may be."""
    found = await session.scalar(
        select(Suppression.reason).where(Suppression.address_hash == address_hash(email))
    )
    return None if found is None else Reason(found)


async def is_suppressed(session: AsyncSession, email: str) -> bool:
    """Say whether an address must not be written to."""
    return await reason_of(session, email) is not None


async def reasons_of(session: AsyncSession, emails: Collection[str]) -> Mapping[str, Reason]:
    """Return why addresses are not written to: those that are not, by their address."""
    hashes = {address_hash(email): email for email in emails}
    rows = await session.execute(
        select(Suppression.address_hash, Suppression.reason).where(
            Suppression.address_hash.in_(hashes)
        )
    )
    return {hashes[row.address_hash]: Reason(row.reason) for row in rows}


async def lift(session: AsyncSession, parts: Parts, email: str, now: datetime) -> bool:
    """Write to an address again; a subscription that waited goes on. Say whether it was there."""
    email = email.strip().lower()
    row = await session.get(Suppression, address_hash(email), with_for_update=True)
    if row is None:
        return False
    await release(session, email)
    subscriber = await _move(session, email, State.SUPPRESSED, State.CONFIRMED)
    if subscriber is not None:
        prove(session, parts, subscriber, Event.RESUME, origin=OPERATOR, network="", now=now)
    return True


async def release(session: AsyncSession, email: str) -> None:
    """Take an address off the list, and leave its subscription as it is."""
    await session.execute(
        delete(Suppression).where(Suppression.address_hash == address_hash(email))
    )


async def _move(
    session: AsyncSession, email: str, before: State, after: State
) -> Subscriber | None:
    """Change the state of an address's subscription, if it is that one; return what was changed."""
    subscriber = await session.scalar(
        select(Subscriber)
        .where(Subscriber.email == email, Subscriber.state == before)
        .with_for_update()
    )
    if subscriber is not None:
        subscriber.state = after
    return subscriber
