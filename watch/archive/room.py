"""The archive as the house sees it: search, public pages and feeds, retention."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.parts import Parts
from core.room import Room, Tick
from watch.archive.pages import WatchPages
from watch.archive.retention import let_go, next_letting_go
from watch.archive.search import StorySearch
from watch.archive.searching import Searching

_EVERY = 3600.0


def build(parts: Parts) -> Room:
    """Return the room."""
    searching = Searching(StorySearch())

    async def forget(now: datetime) -> None:
        await let_go(parts, now)

    async def next_due(session: AsyncSession) -> datetime | None:
        return await next_letting_go(parts, session)

    return Room(
        name="archive",
        commands=searching.commands(),
        actions=searching.actions(),
        forms=searching.forms(),
        pages=WatchPages(parts).routes(),
        ticks=(Tick("archive.forget", forget, next_due, every=_EVERY),),
    )
