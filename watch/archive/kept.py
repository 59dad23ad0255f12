"""Kept stories, as other rooms may quote them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.kept import KeptStory
from core.reference import Reference
from core.text import stems
from watch.decide import State
from watch.models import Story

LATEST = 1_000
"""How many kept stories are looked at, the latest first."""


class Kept:
    """Finds kept stories by the roots of the words they share with others."""

    async def near(self, session: AsyncSession, words: str, limit: int) -> Sequence[KeptStory]:
        """Return the kept news that share most with `words`, the nearest first."""
        rows = await session.scalars(
            select(Story)
            .where(Story.state == State.KEPT.value)
            .order_by(Story.decided_at.desc(), Story.id.desc())
            .limit(LATEST)
        )
        wanted = frozenset(stems(words))
        shared = [(len(wanted & frozenset(stems(f"{row.title} {row.note}"))), row) for row in rows]
        nearest = sorted((each for each in shared if each[0]), key=lambda each: -each[0])
        return [_shown(row) for _, row in nearest[:limit]]

    async def one(self, session: AsyncSession, number: int) -> KeptStory | None:
        """Return a piece of news by its number; None when it is not kept, or not any more."""
        row = await session.get(Story, number)
        return _shown(row) if row and row.state == State.KEPT.value else None


def _shown(story: Story) -> KeptStory:
    return KeptStory(Reference("watch", "story", str(story.id)), story.title, story.link)
