"""Letting go in time of what nobody kept: its words go, what makes it known again stays."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import alone
from core.parts import Parts
from watch.models import Decision, Entry, Story

FORGOTTEN = "forgotten"
"""The state of a story whose words were let go: it is shown nowhere."""

_AT_ONCE = 500
_UNKEPT = ("waiting", "dropped")
_MONTH = 365.25 / 12
"""Days in a month, on average."""


def kept_for(months: int) -> timedelta:
    """Return how long words are kept that nobody kept."""
    return timedelta(days=round(months * _MONTH))


_DECIDED = (
    select(func.max(Decision.decided_at))
    .where(Decision.story_id == Story.id)
    .correlate(Story)
    .scalar_subquery()
)
_SINCE = func.coalesce(_DECIDED, Story.first_seen_at)
"""Since when nobody cares for a story: somebody who undoes an old decision does."""


async def let_go(parts: Parts, now: datetime) -> None:
    """Empty the words of what was kept by nobody for `dropped_months`, a piece at a time."""
    limit = now - kept_for(parts.settings.watch.dropped_months)
    while True:
        async with parts.database.write() as session:
            await alone(session, "watch.stories")  # nobody gives entries words meanwhile
            old = select(Story.id).where(
                Story.state.in_(_UNKEPT), Story.first_seen_at <= limit, limit >= _SINCE
            )
            held = old.order_by(Story.id).limit(_AT_ONCE).with_for_update(skip_locked=True)
            ids = (await session.scalars(held)).all()
            await _empty(session, list(ids), now)
        if len(ids) < _AT_ONCE:
            return


async def _empty(session: AsyncSession, ids: list[int], now: datetime) -> None:
    await session.execute(
        update(Entry)
        .where(Entry.story_id.in_(ids))
        .values(title="", summary="", author="", purged_at=now)
    )
    await session.execute(
        update(Story)
        .where(Story.id.in_(ids))
        .values(
            state=FORGOTTEN,
            title="",
            title_key="",
            note="",
            evidence={},
            references=[],
            dates=[],
            deadline=None,
            signature=b"",
            version=Story.version + 1,
        )
    )


async def next_letting_go(parts: Parts, session: AsyncSession) -> datetime | None:
    """Return when the oldest of what nobody kept is to go."""
    query = select(func.min(_SINCE)).where(Story.state.in_(_UNKEPT))
    oldest = await session.scalar(query)
    return oldest + kept_for(parts.settings.watch.dropped_months) if oldest else None
