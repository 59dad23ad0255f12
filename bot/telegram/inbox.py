"""The inbox: what was received, in order, until it is handled. No function here commits."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Result, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.telegram.models import BotMessage, InboxUpdate, Lease
from core.reference import Reference

LARGEST = 2**63 - 1

MOST_LEASES_AHEAD = 10
"""How many leases ahead of ours another machine's clock may be."""


async def insert(session: AsyncSession, updates: Iterable[Mapping[str, Any]], now: datetime) -> int:
    """Keep updates as given; those that are known already are left. Returns how many are new."""
    new = 0
    for given in updates:
        raw = writable(given)
        chat_id, user_id = origin(raw)
        values = {
            "update_id": raw["update_id"],
            "chat_id": chat_id,
            "user_id": user_id,
            "raw": raw,
            "received_at": now,
        }
        insertion = _upsert(session)(InboxUpdate).values(values).on_conflict_do_nothing()
        inserted = await session.scalars(insertion.returning(InboxUpdate.update_id))
        new += len(inserted.all())
    return new


def writable(value: Any) -> Any:
    """Return JSON as any database takes it: without null characters nor halves of characters."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {writable(name): writable(part) for name, part in value.items()}
    return [writable(part) for part in value] if isinstance(value, list) else value


def identified(raw: object) -> bool:
    """Say whether something is an update at all: a mapping with a usable number."""
    return isinstance(raw, Mapping) and _number(raw.get("update_id")) is not None


def origin(raw: Mapping[str, Any]) -> tuple[int, int | None]:
    """Return the chat (or else the user, or else 0) and the user that an update is from."""
    for key, body in raw.items():
        if key == "update_id" or not isinstance(body, Mapping):
            continue
        message = body.get("message")
        around = message if isinstance(message, Mapping) else {}
        chat = _identity(body.get("chat")) or _identity(around.get("chat"))
        user = _identity(body.get("from"))
        return chat or user or 0, user
    return 0, None


def _identity(value: object) -> int | None:
    return _number(value.get("id")) if isinstance(value, Mapping) else None


def _number(value: object) -> int | None:
    return value if type(value) is int and abs(value) <= LARGEST else None


async def ready_chats(
    session: AsyncSession, now: datetime, limit: int, busy: Collection[int]
) -> Sequence[int]:
    """Return the chats whose oldest waiting update may be handled at `now`, oldest first."""
    heads = (
        select(func.min(InboxUpdate.update_id))
        .where(InboxUpdate.handled_at.is_(None), InboxUpdate.chat_id.not_in(busy))
        .group_by(InboxUpdate.chat_id)
    )
    rows = await session.scalars(
        select(InboxUpdate.chat_id)
        .where(InboxUpdate.update_id.in_(heads), _due(now))
        .order_by(InboxUpdate.update_id)
        .limit(limit)
    )
    return rows.all()


async def next_of(session: AsyncSession, chat_id: int, now: datetime) -> InboxUpdate | None:
    """Return the oldest waiting update of a chat, locked; None when there is none for now.

    Another process that holds it makes us wait, then see that it is handled: a chat's order
    holds across processes.
    """
    row = await session.scalar(
        select(InboxUpdate)
        .where(InboxUpdate.chat_id == chat_id, InboxUpdate.handled_at.is_(None))
        .order_by(InboxUpdate.update_id)
        .limit(1)
        .with_for_update()
    )
    if row is None or (row.next_attempt_at is not None and row.next_attempt_at > now):
        return None
    return row


def _due(now: datetime) -> ColumnElement[bool]:
    return or_(InboxUpdate.next_attempt_at.is_(None), InboxUpdate.next_attempt_at <= now)


def settle(row: InboxUpdate, replies: list[dict[str, Any]], now: datetime, lease: float) -> None:
    """Mark an update handled, with the replies that its own worker has `lease` seconds to send."""
    row.handled_at = now
    row.next_attempt_at = None
    row.replies = replies
    row.replied_at = None if replies else now
    row.reply_at = now + timedelta(seconds=lease) if replies else None


async def replied(session: AsyncSession, update_id: int, now: datetime) -> None:
    """Record that nothing more is to be sent for an update."""
    await session.execute(
        update(InboxUpdate)
        .where(InboxUpdate.update_id == update_id)
        .values(replies=[], replied_at=now, reply_at=None)
    )


async def postpone_replies(
    session: AsyncSession,
    update_id: int,
    left: list[dict[str, Any]],
    at: datetime,
    *,
    repeats: bool,
) -> None:
    """Keep what is left to send for later; `repeats` when its first may have left already."""
    await session.execute(
        update(InboxUpdate)
        .where(InboxUpdate.update_id == update_id)
        .values(replies=left, reply_at=at, reply_repeats=repeats)
    )


async def overdue_replies(session: AsyncSession, now: datetime, limit: int) -> Sequence[int]:
    """Return the updates whose replies nobody is sending, oldest first."""
    rows = await session.scalars(
        select(InboxUpdate.update_id)
        .where(InboxUpdate.reply_at <= now)
        .order_by(InboxUpdate.update_id)
        .limit(limit)
    )
    return rows.all()


async def claim_replies(
    session: AsyncSession, update_id: int, now: datetime, lease: float
) -> InboxUpdate | None:
    """Take overdue replies over for `lease` seconds; None when somebody else just did.

    In the row returned, `reply_repeats` says whether the first may have left already.
    """
    row = await session.scalar(
        select(InboxUpdate)
        .where(InboxUpdate.update_id == update_id, InboxUpdate.reply_at <= now)
        .with_for_update()
    )
    if row is None:
        return None
    await session.execute(
        update(InboxUpdate)
        .where(InboxUpdate.update_id == update_id)
        .values(
            reply_at=now + timedelta(seconds=lease),
            reply_attempts=InboxUpdate.reply_attempts + 1,
            reply_repeats=True,
        )
        .execution_options(synchronize_session=False)
    )
    return row


async def busy(session: AsyncSession) -> bool:
    """Say whether anything is still to be handled or answered."""
    found = await session.scalar(
        select(InboxUpdate.update_id)
        .where(or_(InboxUpdate.handled_at.is_(None), InboxUpdate.reply_at.is_not(None)))
        .limit(1)
    )
    return found is not None


async def purge(session: AsyncSession, before: datetime) -> int:
    """Forget what was received before an instant and is settled. Returns how many."""
    result = await session.execute(
        delete(InboxUpdate).where(
            InboxUpdate.received_at < before,
            InboxUpdate.handled_at.is_not(None),
            InboxUpdate.reply_at.is_(None),
        )
    )
    return _rows(result)


async def purge_subjects(session: AsyncSession, before: datetime) -> int:
    """Forget what messages of ours sent before an instant were about. Returns how many."""
    return _rows(await session.execute(delete(BotMessage).where(BotMessage.sent_at < before)))


async def empty(session: AsyncSession) -> int:
    """Drop what settled updates hold, whoever sent them; limits still count them.

    Others' updates quote people too: the message that they answer, or whose button they press.
    Returns how many updates.
    """
    result = await session.execute(
        update(InboxUpdate).where(InboxUpdate.handled_at.is_not(None)).values(raw={})
    )
    return _rows(result)


async def forget(session: AsyncSession, user_id: int) -> int:
    """Erase what a Telegram user sent, and what waits to be told. Returns how many updates."""
    result = await session.execute(delete(InboxUpdate).where(InboxUpdate.user_id == user_id))
    return _rows(result)


async def remember(
    session: AsyncSession, chat_id: int, message_id: int, about: str, now: datetime
) -> None:
    """Record what a message of ours is about."""
    await session.merge(
        BotMessage(chat_id=chat_id, message_id=message_id, about=about, sent_at=now)
    )


async def remembered(session: AsyncSession, chat_id: int, message_id: int) -> Reference | None:
    """Return what a message of ours is about, if it was recorded."""
    row = await session.get(BotMessage, (chat_id, message_id))
    return Reference.parse(row.about) if row else None


async def hold(
    session: AsyncSession, name: str, holder: str, now: datetime, seconds: float
) -> bool:
    """Take or renew a lease for some seconds of real time; False while another holds it.

    A lease that ends far later than any could was dated by a clock that has been set back.
    """
    until = now + timedelta(seconds=seconds)
    impossible = now + timedelta(seconds=seconds * MOST_LEASES_AHEAD)
    insertion = _upsert(session)(Lease).values(name=name, holder=holder, until=until)
    statement = insertion.on_conflict_do_update(
        index_elements=["name"],
        set_={"holder": holder, "until": until},
        where=or_(Lease.holder == holder, Lease.until <= now, Lease.until > impossible),
    )
    held = await session.scalars(statement.returning(Lease.holder))
    return bool(held.all())


async def release(session: AsyncSession, name: str, holder: str) -> None:
    """Give a lease back, so that nobody waits for its end."""
    await session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))


def _upsert(session: AsyncSession) -> Any:
    return (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert


def _rows(result: Result[Any]) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
