"""Looking something up in all that was ever read."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import Select, String, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import PARIS
from watch.archive.index import StoryIndex
from watch.archive.retention import FORGOTTEN
from watch.archive.rules import Wanted, names_them, numbers_in
from watch.models import Entry, Source, Story

_NEAREST = 2_000
"""How many news that hold the words are looked at, the nearest first."""

_AT_ONCE = 500
_DAY = timedelta(days=1)


class StorySearch:
    """Searches the archive; one for the whole process."""

    def __init__(self) -> None:
        self._index = StoryIndex()

    async def find(self, session: AsyncSession, wanted: Wanted, limit: int) -> Sequence[Story]:
        """Return the news that are what is wanted.

        With words: the nearest first. Without: the latest first.
        """
        found: list[Story] = []
        async for story in self._candidates(session, wanted):
            if _fits(story, wanted):
                found.append(story)
                if len(found) == limit:
                    break
        return found

    async def _candidates(self, session: AsyncSession, wanted: Wanted) -> AsyncIterator[Story]:
        if not wanted.words:
            async for story in _latest(session, _narrowed(wanted)):
                yield story
            return
        await self._index.refresh(session)
        ids = self._index.find(wanted.words, _NEAREST)
        for start in range(0, len(ids), _AT_ONCE):
            part = ids[start : start + _AT_ONCE]
            rows = await session.scalars(_narrowed(wanted).where(Story.id.in_(part)))
            stories = {story.id: story for story in rows}
            for number in part:
                if number in stories:
                    yield stories[number]


async def _latest(session: AsyncSession, query: Select[Story]) -> AsyncIterator[Story]:
    below: int | None = None
    while True:
        narrowed = query if below is None else query.where(Story.id < below)
        rows = (await session.scalars(narrowed.order_by(Story.id.desc()).limit(_AT_ONCE))).all()
        for story in rows:
            yield story
        if len(rows) < _AT_ONCE:
            return
        below = rows[-1].id


def _narrowed(wanted: Wanted) -> Select[Story]:
    """Return the query that the tables can answer: state and dates, and most of the rest."""
    query = select(Story).where(Story.state != FORGOTTEN)
    for code in wanted.themes:
        query = query.where(cast(Story.themes, String).contains(f'"{code}"', autoescape=True))
    for number in numbers_in(wanted.references):
        query = query.where(cast(Story.references, String).contains(number))
    if wanted.state:
        query = query.where(Story.state == wanted.state)
    if wanted.since:
        query = query.where(Story.first_seen_at >= datetime.combine(wanted.since, time(), PARIS))
    if wanted.until:
        after = datetime.combine(wanted.until + _DAY, time(), PARIS)
        query = query.where(Story.first_seen_at < after)
    return query


def _fits(story: Story, wanted: Wanted) -> bool:
    themes = set(story.themes)
    return themes.issuperset(wanted.themes) and names_them(story.references, wanted.references)


async def sources_of(session: AsyncSession, ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """Return the names of the sources of each of these news, the first that told it first."""
    query = select(Entry.story_id, Source.name).join(Source, Source.id == Entry.source_id)
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for row in await session.execute(query.where(Entry.story_id.in_(ids)).order_by(Entry.id)):
        found[row.story_id][row.name] = None
    return {number: list(found[number]) for number in ids}
