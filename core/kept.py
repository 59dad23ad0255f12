"""The news that were kept, as another room may quote them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from core.reference import Reference


@dataclass(frozen=True)
class KeptStory:
    """A piece of news that the animators kept."""

    reference: Reference
    title: str
    url: str


class KeptStories(Protocol):
    """What the watch offers to who looks for sources."""

    async def near(self, session: AsyncSession, words: str, limit: int) -> Sequence[KeptStory]:
        """Return the kept news that share most with `words`, the nearest first."""
        ...

    async def one(self, session: AsyncSession, number: int) -> KeptStory | None:
        """Return a piece of news by its number; None when it is not kept, or not any more."""
        ...
