"""The news that were kept, as another room may quote them, and what others add to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from core.reference import Party, Reference
from core.sections import Section


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


@dataclass(frozen=True)
class OwnDocument:
    """Something of the network's own that is to be among the news: an experience, a note, a link.

    `origin` is what it was made from, and makes it unique; `source` is who tells it.
    """

    origin: Reference
    title: str
    summary: str
    url: str
    source: str
    section: Section
    themes: tuple[str, ...] = ()


class AddStory(Protocol):
    """What the watch offers to who has something for it."""

    async def add(
        self, session: AsyncSession, document: OwnDocument, by: Party, now: datetime
    ) -> Reference:
        """Keep a document among the news, once; return how the watch names it."""
        ...

    async def rewrite(self, session: AsyncSession, document: OwnDocument, now: datetime) -> None:
        """Give what was added of the same origin other words; do nothing when nothing was."""
        ...

    async def added(self, session: AsyncSession, origins: Iterable[Reference]) -> set[Reference]:
        """Return those of `origins` that were added, whatever was decided of them since."""
        ...
