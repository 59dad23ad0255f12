"""The readings that brought a burst: far more new entries than their source's habit."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from watch.decide import BURST_LEAST, is_burst
from watch.models import Entry, Story

_HABIT = 60
"""So many readings that brought something tell a source's habit."""


async def bursts(
    session: AsyncSession, wanted: ColumnElement[bool]
) -> Sequence[tuple[int, datetime]]:
    """Return the readings (source, instant) of such stories that were bursts."""
    reading = (Entry.source_id, Entry.first_seen_at)
    rows = await session.execute(
        select(*reading, func.count())
        .join(Story, (Story.id == Entry.story_id) & (Story.first_seen_at == Entry.first_seen_at))
        .where(wanted)
        .group_by(*reading)
        .having(func.count() > BURST_LEAST)
    )
    return [
        (source_id, instant)
        for source_id, instant, fresh in rows.all()
        if is_burst(fresh, await _before(session, source_id, instant))
    ]


async def _before(session: AsyncSession, source_id: int, instant: datetime) -> Sequence[int]:
    """Return how many entries each reading of a source before an instant brought, oldest first."""
    rows = await session.execute(
        select(func.count())
        .select_from(Entry)
        .where(Entry.source_id == source_id, Entry.first_seen_at < instant)
        .group_by(Entry.first_seen_at)
        .order_by(Entry.first_seen_at.desc())
        .limit(_HABIT)
    )
    return tuple(reversed(rows.scalars().all()))
