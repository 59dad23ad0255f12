"""Kept news as anybody may read them: no words of a source but those that may be reproduced."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.people.models import Theme
from watch.alerts.interests import closings_of
from watch.decide import State
from watch.models import Entry, Source, Story
from watch.reading.titles import public_title, shorten

MOST_SUMMARY = 600


@dataclass(frozen=True)
class Told:
    """A source that told a piece of news, with its own address of it."""

    name: str
    link: str


@dataclass(frozen=True)
class Named:
    """A legal text that a piece of news names; `url` may be empty."""

    text: str
    url: str


@dataclass(frozen=True)
class PublishedStory:
    """A kept piece of news. `themes` are pairs of code and name; `kept_at` is when it was kept.

    `summary` is empty unless a source that told it may be reproduced; `deadline` is the next
    closing date, the last one when all are past.
    """

    id: int
    title: str
    link: str
    section: str
    note: str
    summary: str
    sources: tuple[Told, ...]
    themes: tuple[tuple[str, str], ...]
    references: tuple[Named, ...]
    deadline: datetime | None
    published_at: datetime | None
    kept_at: datetime


async def theme_names(session: AsyncSession) -> Mapping[str, str]:
    """Return the names of the themes by their codes, in their order."""
    rows = await session.execute(select(Theme.code, Theme.name).order_by(Theme.id))
    return {row.code: row.name for row in rows}


async def kept_ids(session: AsyncSession, theme: str = "") -> Sequence[int]:
    """Return the numbers of the kept news, of a theme or of all, the latest first."""
    query = select(Story.id, Story.themes).where(Story.state == State.KEPT.value)
    rows = await session.execute(query.order_by(Story.decided_at.desc(), Story.id.desc()))
    return [row.id for row in rows if not theme or theme in row.themes]


async def published(
    session: AsyncSession, ids: Sequence[int], now: datetime
) -> Sequence[PublishedStory]:
    """Return those of these news that are kept, in the given order, as they stand at `now`."""
    query = select(Story).where(Story.id.in_(ids), Story.state == State.KEPT.value)
    stories = {story.id: story for story in await session.scalars(query)}
    names = await theme_names(session)
    entries = await _entries(session, stories)
    found = (stories[number] for number in ids if number in stories)
    return [_published(story, entries[story.id], names, now) for story in found]


async def _entries(
    session: AsyncSession, ids: Iterable[int]
) -> Mapping[int, Sequence[tuple[Entry, Source]]]:
    rows = await session.execute(
        select(Entry, Source)
        .join(Source, Source.id == Entry.source_id)
        .where(Entry.story_id.in_(list(ids)))
        .order_by(Entry.id)
    )
    found: dict[int, list[tuple[Entry, Source]]] = defaultdict(list)
    for entry, source in rows:
        found[entry.story_id].append((entry, source))
    return found


def _published(
    story: Story, entries: Sequence[tuple[Entry, Source]], names: Mapping[str, str], now: datetime
) -> PublishedStory:
    told = {source.name: Told(source.name, entry.link) for entry, source in reversed(entries)}
    free = (entry.summary for entry, source in entries if source.reproducible and entry.summary)
    may_be_shown = any(source.reproducible for _, source in entries)
    dates = (entry.published_at for entry, _ in entries if entry.published_at)
    return PublishedStory(
        id=story.id,
        title=public_title(story.title, reproducible=may_be_shown),
        link=story.link,
        section=story.section,
        note=story.note,
        summary=shorten(next(free, ""), MOST_SUMMARY),
        sources=tuple(reversed(told.values())),
        themes=tuple((code, names[code]) for code in story.themes if code in names),
        references=tuple(Named(each["text"], each["url"]) for each in story.references),
        deadline=min(closings_of(story, now), default=story.deadline),
        published_at=min(dates, default=None),
        kept_at=story.decided_at or story.first_seen_at,
    )
