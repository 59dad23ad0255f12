"""Entries, stories and decisions in their tables. No function here commits."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import Table, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import new_ids
from watch.decide import Identified, KnownEntry, State, plausible
from watch.models import Entry, Source, Story
from watch.relevance.judge import Judgement
from watch.understanding.places import is_outside
from watch.understanding.records import TypedDate, Understanding, deadline

_CHUNK = 400
_WRITTEN = 200
_STORIES = cast("Table", Story.__table__)
_ENTRIES = cast("Table", Entry.__table__)

Row = dict[str, Any]
"""The columns of a row, by name."""

_Value = TypeVar("_Value")


def chunks(values: Iterable[_Value]) -> Iterable[Sequence[_Value]]:
    """Cut values, each once, into pieces that a query can hold."""
    every = list(dict.fromkeys(values))
    return (every[start : start + _CHUNK] for start in range(0, len(every), _CHUNK))


async def with_entries(session: AsyncSession, source_ids: Sequence[int]) -> frozenset[int]:
    """Return which of some sources have entries."""
    has_some = exists().where(Entry.source_id == Source.id)
    found = await session.scalars(select(Source.id).where(Source.id.in_(source_ids), has_some))
    return frozenset(found)


async def known_entries(
    session: AsyncSession, source_id: int, items: Sequence[Identified]
) -> Sequence[KnownEntry]:
    """Return the entries of a source that `items` may be."""
    found: dict[int, KnownEntry] = {}
    of_source = Entry.source_id == source_id
    columns = (Entry.id, Entry.identity, Entry.link, Entry.hash, Entry.title, Entry.published_at)
    for chunk in chunks(items):
        # the source is asked for beside each key, for its index, and never alone: it may have 10^5
        same = or_(
            of_source & Entry.identity.in_([each.identity for each in chunk]),
            of_source & Entry.hash.in_([each.hash for each in chunk]),
            Entry.link.in_([each.item.link for each in chunk if each.link_counts]),
        )
        for row in await session.execute(
            select(*columns, Entry.source_id, Entry.purged_at).where(same)
        ):
            if row.source_id == source_id:
                found[row.id] = KnownEntry(*row[:-2], purged=row.purged_at is not None)
    return tuple(found.values())


def story_row(  # noqa: PLR0917  # a story, and what decides of it
    number: int,
    each: Identified,
    source: Source,
    found: Understanding,
    judgement: Judgement | None,
    now: datetime,
) -> Row:
    """Return the columns of a story that begins with an item."""
    improbable = judgement is not None and judgement.improbable
    return {
        "id": number,
        "title": each.item.title,
        "title_key": each.item.key,
        "link": each.item.link,
        "section": source.section,
        "themes": list(dict.fromkeys([*source.themes, *found.theme_codes])),
        "evidence": {theme.code: list(theme.words) for theme in found.themes},
        **understood(found, now),
        "likelihood": judgement.likelihood if judgement else None,
        "folded": improbable or is_outside(found.places, source.regions),
        "first_seen_at": now,
    }


def understood(found: Understanding, now: datetime) -> dict[str, Any]:
    """Return the columns of a story that follow what its item says."""
    return {
        "references": [asdict(reference) for reference in found.references],
        "dates": [dated(date) for date in found.dates],
        "deadline": deadline(found.dates, now),
        "departments": list(found.places.departments),
        "regions": list(found.places.regions),
        "signature": found.signature,
    }


def dated(date: TypedDate) -> dict[str, str | None]:
    """Return a typed date as JSON: its instant in ISO 8601, or null."""
    return {
        "kind": date.kind,
        "at": date.at.isoformat() if date.at else None,
        "words": date.words,
    }


def entry_row(each: Identified, source_id: int, story_id: int, now: datetime) -> Row:
    """Return the columns of an entry."""
    return {
        "source_id": source_id,
        "story_id": story_id,
        "identity": each.identity,
        "hash": each.hash,
        "title": each.item.title,
        "link": each.item.link,
        "published_at": plausible(each.item.published_at, now),
        "updated_at": plausible(each.item.updated_at, now),
        "summary": each.item.summary,
        "author": each.item.author,
        "first_seen_at": now,
    }


async def story_numbers(session: AsyncSession, count: int) -> Sequence[int]:
    """Return the numbers of so many stories that are to be written."""
    return await new_ids(session, _STORIES, count) if count else ()


async def add_stories(session: AsyncSession, rows: Sequence[Row]) -> None:
    """Write new stories, numbered beforehand."""
    await _add(session, _STORIES, rows)


async def add_entries(session: AsyncSession, rows: Sequence[Row]) -> None:
    """Write new entries."""
    await _add(session, _ENTRIES, rows)


async def _add(session: AsyncSession, table: Table, rows: Sequence[Row]) -> None:
    """Write rows of the same columns some at a time: the event loop is held up no longer."""
    for start in range(0, len(rows), _WRITTEN):
        await session.execute(insert(table), rows[start : start + _WRITTEN])


async def count_since(session: AsyncSession, source_id: int, since: datetime) -> int:
    """Return how many entries of a source were first seen since an instant."""
    query = select(func.count()).where(Entry.source_id == source_id, Entry.first_seen_at >= since)
    return await session.scalar(query) or 0


async def change_entry(
    session: AsyncSession, entry_id: int, each: Identified, found: Understanding, now: datetime
) -> None:
    """Write what an entry says now; its story follows while it waits and says the same.

    A kept one follows in its dates only: a call that is extended stays the call that was kept.
    Buttons under a former title are then stale: nobody keeps what they have not seen. So are
    those above a former link, unless it says the same and only moved. An entry without words any
    more gets none back.
    """
    entry = await session.get_one(Entry, entry_id)
    if entry.purged_at is None:
        await _change_story(session, entry, each, found, now)
        entry.title, entry.summary, entry.hash = each.item.title, each.item.summary, each.hash
    if entry.hash == each.hash:
        entry.identity = each.identity
    entry.link = each.item.link


async def _change_story(
    session: AsyncSession, entry: Entry, each: Identified, found: Understanding, now: datetime
) -> None:
    same_link = entry.link == each.item.link or entry.hash == each.hash
    seen = entry.title == each.item.title and same_link
    await session.execute(
        update(Story)
        .where(
            Story.id == entry.story_id,
            Story.state == State.WAITING.value,
            Story.title == entry.title,
        )
        .values(
            title=each.item.title,
            title_key=each.item.key,
            link=each.item.link,
            changed_at=now,
            version=Story.version + (0 if seen else 1),
            **understood(found, now),
        )
    )
    if found.dates:
        about = understood(found, now)
        await session.execute(
            update(Story)
            .where(Story.id == entry.story_id, Story.state == State.KEPT.value)
            .where(Story.title == entry.title)
            .values(dates=about["dates"], deadline=about["deadline"])
        )
