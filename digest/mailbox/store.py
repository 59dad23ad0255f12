"""The rows of received mails: keeping, finding, forgetting. No function here commits."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.reference import Party
from digest.mailbox.decide import Kind
from digest.mailbox.mail import Mail
from digest.mailbox.models import ReceivedMail
from digest.mailbox.senders import address_of

ATTEMPTS = 5
"""How many times a mail is tried before it is put aside."""

FIRST_PAUSE = timedelta(minutes=1)

CHUNK = 200


async def keep(
    session: AsyncSession, data: bytes, head: Mail, now: datetime, kind: Kind | None = None
) -> bool:
    """Store a mail as it came; False when the same bytes are there already.

    With a `kind` it is handled already: nothing will be done about it.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {
        "key": hashlib.sha256(data).hexdigest(),
        "message_id": head.message_id,
        "sender": head.sender,
        "subject": head.subject,
        "data": data,
        "kind": kind,
        "attempts": 0,
        "received_at": now,
        "handled_at": now if kind else None,
    }
    statement = insert(ReceivedMail).values(values).on_conflict_do_nothing()
    return await session.scalar(statement.returning(ReceivedMail.id)) is not None


def due(now: datetime) -> ColumnElement[bool]:
    """Say in SQL that a mail is to be handled now."""
    ready = or_(ReceivedMail.next_attempt_at.is_(None), ReceivedMail.next_attempt_at <= now)
    return ReceivedMail.handled_at.is_(None) & ready


async def next_due(session: AsyncSession, now: datetime, after: int) -> ReceivedMail | None:
    """Return the first mail above `after` that is to be handled now."""
    return await session.scalar(
        select(ReceivedMail)
        .where(due(now), ReceivedMail.id > after)
        .order_by(ReceivedMail.id)
        .limit(1)
    )


async def first_due(session: AsyncSession) -> datetime | None:
    """Return since when, or from when, a mail waits to be handled."""
    when = func.coalesce(ReceivedMail.next_attempt_at, ReceivedMail.received_at)
    found: datetime | None = await session.scalar(
        select(func.min(when)).where(ReceivedMail.handled_at.is_(None))
    )
    return found


async def held(session: AsyncSession, identity: int) -> ReceivedMail | None:
    """Return a mail that waits, locked until the commit; None when somebody else has it."""
    return await session.scalar(
        select(ReceivedMail)
        .where(ReceivedMail.id == identity, ReceivedMail.handled_at.is_(None))
        .with_for_update(skip_locked=True)
    )


async def failed(session: AsyncSession, identity: int, now: datetime) -> bool:
    """Note that handling a mail failed; say whether it is put aside now."""
    row = await held(session, identity)
    if row is None:
        return False
    row.attempts += 1
    if row.attempts < ATTEMPTS:
        row.next_attempt_at = now + FIRST_PAUSE * 4 ** (row.attempts - 1)
        return False
    row.kind, row.handled_at = Kind.ASIDE, now
    return True


async def counts(session: AsyncSession, since: datetime | None = None) -> Mapping[str, int]:
    """Count what was received by kind; what waits counts as "waiting"."""
    query = select(ReceivedMail.kind, func.count()).group_by(ReceivedMail.kind)
    if since is not None:
        query = query.where(ReceivedMail.received_at >= since)
    return {kind or "waiting": number for kind, number in await session.execute(query)}


async def forget(session: AsyncSession, before: datetime) -> int:
    """Empty mails that were handled before an instant, some at a time; return how many."""
    chosen = (
        select(ReceivedMail.id)
        .where(ReceivedMail.handled_at < before, ReceivedMail.data != b"")
        .order_by(ReceivedMail.id)
        .limit(CHUNK)
    )
    identities = (await session.scalars(chosen)).all()
    await _empty(session, ReceivedMail.id.in_(identities))
    return len(identities)


async def _empty(session: AsyncSession, which: ColumnElement[bool]) -> None:
    """Keep of mails that they came, when, and what they were taken for; they never come again."""
    bare = {"data": b"", "sender": "", "subject": "", "message_id": ""}
    await session.execute(update(ReceivedMail).where(which).values(bare))


# --- Personal data ----------------------------------------------------------------------------


async def export(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    """Return the mails that came from somebody's address, and are not forgotten yet."""
    email = await address_of(session, party)
    if not email:
        return {}
    rows = await session.scalars(
        select(ReceivedMail).where(ReceivedMail.sender == email).order_by(ReceivedMail.id)
    )
    mails = [_shown(row) for row in rows]
    return {"received": mails} if mails else {}


def _shown(row: ReceivedMail) -> Mapping[str, Any]:
    text = row.data.decode("utf-8", "replace")
    return {"at": row.received_at.isoformat(), "subject": row.subject, "mail": text}


async def erase(session: AsyncSession, party: Party) -> None:
    """Forget what came from somebody's address; what waits is handled no more."""
    email = await address_of(session, party)
    if not email:
        return
    waiting = (ReceivedMail.sender == email) & ReceivedMail.handled_at.is_(None)
    done = {"kind": Kind.ERASED.value, "handled_at": ReceivedMail.received_at}
    await session.execute(update(ReceivedMail).where(waiting).values(done))
    await _empty(session, ReceivedMail.sender == email)


async def of_kinds(session: AsyncSession, kinds: Sequence[str], limit: int) -> Sequence[int]:
    """Return the numbers of the latest mails of some kinds."""
    rows = await session.scalars(
        select(ReceivedMail.id)
        .where(ReceivedMail.kind.in_(kinds))
        .order_by(ReceivedMail.id.desc())
        .limit(limit)
    )
    return rows.all()
