"""How much somebody sent, read from the inbox: restarts and other processes change nothing."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.telegram.models import InboxUpdate

LATELY = timedelta(hours=1)


async def taken(
    session: AsyncSession, row: InboxUpdate, window: timedelta, *, albums_once: bool = False
) -> int:
    """Count what its author sent in the `window` that ends with an update, itself included.

    What was turned away does not count.
    """
    counted = func.count()
    if albums_once:
        album = InboxUpdate.raw["message"]["media_group_id"].as_string()
        counted = func.count(func.coalesce(album, cast(InboxUpdate.update_id, String)).distinct())
    found = await session.scalar(select(counted).where(*_taken(row, window)))
    return found or 0


async def oldest_taken(session: AsyncSession, row: InboxUpdate, window: timedelta) -> datetime:
    """Return when the oldest of what `taken` counts was received."""
    oldest = select(func.min(InboxUpdate.received_at)).where(*_taken(row, window))
    return await session.scalar(oldest) or row.received_at


async def told(session: AsyncSession, row: InboxUpdate, mark: str, window: timedelta) -> bool:
    """Say whether the author of an update was told something in the `window` before it."""
    found = await session.scalar(
        select(InboxUpdate.update_id)
        .where(
            InboxUpdate.user_id == row.user_id,
            InboxUpdate.parked == mark,
            InboxUpdate.received_at > row.received_at - window,
        )
        .limit(1)
    )
    return found is not None


async def first_of_chat(session: AsyncSession, row: InboxUpdate) -> bool:
    """Say whether nothing else came lately from the chat of an update."""
    found = await session.scalar(
        select(InboxUpdate.update_id)
        .where(
            InboxUpdate.chat_id == row.chat_id,
            InboxUpdate.update_id != row.update_id,
            InboxUpdate.handled_at.is_not(None),
            InboxUpdate.received_at > row.received_at - LATELY,
        )
        .limit(1)
    )
    return found is None


def _taken(row: InboxUpdate, window: timedelta) -> list[ColumnElement[bool]]:
    return [
        InboxUpdate.user_id == row.user_id,
        InboxUpdate.parked.is_(None),
        InboxUpdate.received_at > row.received_at - window,
        InboxUpdate.received_at <= row.received_at,
        InboxUpdate.update_id <= row.update_id,
    ]
