"""What the desk reads of the watch's tables, and what it writes. No function here commits."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from core.acts import Act
from core.contributions import Publication
from core.people.models import Person, Theme
from core.reference import Party, Reference
from watch.archive.retention import FORGOTTEN
from watch.decide import Standing, State
from watch.desk.rules import UNJUDGED, Candidate, read_dates
from watch.desk.shown import ShownStory
from watch.models import Decision, Entry, Source, Story
from watch.stories.bursts import bursts
from watch.understanding.places import is_outside
from watch.understanding.records import Places

_CHUNK = 400
ALERTED = "watch.alert"
"""The act whose detail says how many people an alert went to."""

# --- what is waited for -----------------------------------------------------------------------


def waiting(*, folding: bool) -> ColumnElement[bool]:
    """Match the stories that wait for a decision, but the improbable when they are folded."""
    found = Story.state == State.WAITING.value
    return found & Story.folded.is_(False) if folding else found


def improbable() -> ColumnElement[bool]:
    """Match the stories that wait and are folded."""
    return (Story.state == State.WAITING.value) & Story.folded.is_(True)


def kept(until: datetime) -> ColumnElement[bool]:
    """Match the stories kept up to `until` that appeared in no edition yet."""
    name = literal("watch:story:") + cast(Story.id, String)
    appeared = exists().where(Publication.reference == name)
    return (Story.state == State.KEPT.value) & (Story.decided_at <= until) & ~appeared


def dropped(since: datetime) -> ColumnElement[bool]:
    """Match the stories dropped since an instant."""
    return (Story.state == State.DROPPED.value) & (Story.decided_at >= since)


def untold(*, folding: bool) -> ColumnElement[bool]:
    """Match the stories that wait and were neither shown nor counted."""
    new = Story.told_at.is_(None) & Story.counted_at.is_(None)
    return waiting(folding=folding) & new


def unseen() -> ColumnElement[bool]:
    """Match the folded stories that were not counted yet."""
    return improbable() & Story.told_at.is_(None) & Story.counted_at.is_(None)


async def some(session: AsyncSession, wanted: ColumnElement[bool]) -> bool:
    """Say whether any story is so."""
    return bool(await session.scalar(select(exists().where(wanted))))


async def count(session: AsyncSession, wanted: ColumnElement[bool]) -> int:
    """Return how many stories are so."""
    return await session.scalar(select(func.count()).select_from(Story).where(wanted)) or 0


async def stories(
    session: AsyncSession,
    wanted: ColumnElement[bool],
    *order: ColumnElement[Any],
    most: int,
    first: int = 0,
) -> Sequence[Story]:
    """Return `most` stories that are so, in an order, leaving out the `first` ones."""
    query = select(Story).where(wanted).order_by(*order, Story.id).offset(first).limit(most)
    return (await session.scalars(query)).all()


def likely() -> ColumnElement[Any]:
    """Order by likelihood, the greatest first."""
    return func.coalesce(Story.likelihood, UNJUDGED).desc()


# --- what is shown by itself ------------------------------------------------------------------


async def candidates(
    session: AsyncSession, per_reading: int, most: int, *, folding: bool
) -> Sequence[Candidate]:
    """Return the `most` likely new stories, of the `per_reading` latest of each reading.

    A reading that brought a burst is not shown one by one: it is counted.
    """
    wanted = untold(folding=folding)
    in_bursts = [
        (Entry.source_id == source_id) & (Story.first_seen_at == instant)
        for source_id, instant in await bursts(session, wanted)
    ]
    at = func.coalesce(Entry.published_at, Story.first_seen_at)
    reading = (Entry.source_id, Story.first_seen_at)
    rank = func.row_number().over(partition_by=reading, order_by=(at.desc(), Story.id))
    ranked = (
        select(Story.id, Story.likelihood, at.label("at"), rank.label("rank"))
        .join(Entry, Entry.id == _beginning())
        .where(wanted, ~or_(false(), *in_bursts))
        .subquery()
    )
    columns = ranked.c
    likelihood = func.coalesce(columns.likelihood, UNJUDGED)
    rows = await session.execute(
        select(columns.id, columns.likelihood, columns.at)
        .where(columns.rank <= per_reading)
        .order_by(likelihood.desc(), columns.at.desc(), columns.id)
        .limit(most)
    )
    return [Candidate(*row) for row in rows]


def _beginning() -> ColumnElement[int | None]:
    """Return the entry that began a story, in SQL."""
    first = select(func.min(Entry.id)).where(Entry.story_id == Story.id)
    return first.correlate(Story).scalar_subquery()


async def told_since(session: AsyncSession, since: datetime) -> int:
    """Return how many stories were shown since an instant."""
    return await count(session, Story.told_at >= since)


async def mark_counted(
    session: AsyncSession, wanted: ColumnElement[bool], now: datetime
) -> Mapping[str, int]:
    """Mark stories as counted; return how many of each source that began them, the most first."""
    marked = await session.execute(
        update(Story)
        .where(wanted)
        .values(counted_at=now)
        .returning(Story.id)
        .execution_options(synchronize_session=False)
    )
    ids = marked.scalars().all()  # what comes meanwhile is not among them
    counted = Counter[str]()
    for start in range(0, len(ids), _CHUNK):
        rows = await session.execute(
            select(Source.name, func.count())
            .select_from(Story)
            .join(Entry, Entry.id == _beginning())
            .join(Source, Source.id == Entry.source_id)
            .where(Story.id.in_(ids[start : start + _CHUNK]))
            .group_by(Source.name)
        )
        counted.update({row[0]: row[1] for row in rows})
    return dict(sorted(counted.items(), key=lambda each: (-each[1], each[0])))


# --- what people see --------------------------------------------------------------------------


async def shown(session: AsyncSession, rows: Sequence[Story]) -> Sequence[ShownStory]:
    """Return stories, in the given order, with what their entries say."""
    entries: dict[int, list[tuple[Entry, Source]]] = defaultdict(list)
    for start in range(0, len(rows), _CHUNK):
        ids = [story.id for story in rows[start : start + _CHUNK]]
        found = await session.execute(
            select(Entry, Source)
            .join(Source, Source.id == Entry.source_id)
            .where(Entry.story_id.in_(ids))
            .order_by(Entry.id)
        )
        for entry, source in found:
            entries[entry.story_id].append((entry, source))
    return [_shown(story, entries[story.id]) for story in rows]


def _shown(story: Story, entries: Sequence[tuple[Entry, Source]]) -> ShownStory:
    dates = (entry.published_at for entry, _ in entries if entry.published_at)
    told = next(((entry, source) for entry, source in entries if entry.summary), None)
    _, began = entries[0]
    places = Places(tuple(story.departments), tuple(story.regions))
    return ShownStory(
        id=story.id,
        title=story.title,
        link=story.link,
        sources=tuple(dict.fromkeys(_teller(entry, source) for entry, source in entries)),
        section=story.section,
        themes=tuple(story.themes),
        evidence=story.evidence,
        texts=tuple(dict.fromkeys((each["text"], each["url"]) for each in story.references)),
        dates=read_dates(story.dates),
        places=places,
        note=story.note,
        published_at=next(dates, None),
        summary=told[0].summary if told else "",
        state=State(story.state),
        version=story.version,
        source_id=began.id,
        reproducible=told is not None and told[1].reproducible,
        outside=is_outside(places, began.regions),
        folded=story.folded,
        decided_at=story.decided_at,
        alerted_at=story.alerted_at,
    )


def _teller(entry: Entry, source: Source) -> str:
    """Return who tells something: for what was added by hand, whom it was taken from."""
    return entry.author if source.kind == "desk" and entry.author else source.name


@dataclass(frozen=True)
class ThemeName:
    """A theme of the network, as a button names it."""

    id: int
    code: str
    name: str


async def theme_names(session: AsyncSession) -> Sequence[ThemeName]:
    """Return every theme, in the order of their import."""
    rows = await session.execute(select(Theme.id, Theme.code, Theme.name).order_by(Theme.id))
    return [ThemeName(*row) for row in rows]


async def deciders(session: AsyncSession, story_ids: Iterable[int]) -> Mapping[int, str]:
    """Return the name of who decided last of each story; nobody's for who was erased."""
    ids = list(story_ids)
    last = select(func.max(Decision.id)).where(Decision.story_id.in_(ids))
    last = last.group_by(Decision.story_id)
    rows = await session.execute(
        select(Decision.story_id, Decision.decided_by).where(Decision.id.in_(last))
    )
    found = {story_id: Party.parse(by) for story_id, by in rows}
    numbers = {by.number for by in found.values() if by.kind == "person"}
    people = await session.scalars(select(Person).where(Person.id.in_(numbers)))
    names = {str(person.id): person.name for person in people}
    return {
        story_id: names.get(by.id, "") if by.kind == "person" else ""
        for story_id, by in found.items()
    }


async def alerted(session: AsyncSession, reference: Reference) -> int:
    """Return how many people the alert about a story went to."""
    found = await session.scalar(
        select(Act.detail)
        .where(Act.subject == str(reference), Act.verb == ALERTED)
        .order_by(Act.id.desc())
        .limit(1)
    )
    return int((found or {}).get("people", 0))


# --- decisions --------------------------------------------------------------------------------


async def story(session: AsyncSession, story_id: int) -> Story | None:
    """Return a story; None when there is none, or its words were let go."""
    found = await session.get(Story, story_id)
    return found if found is not None and found.state != FORGOTTEN else None


async def story_for_update(session: AsyncSession, story_id: int) -> Story | None:
    """Return a story that nobody else may decide of meanwhile; None as `story` does."""
    found = await session.get(Story, story_id, with_for_update=True)
    return found if found is not None and found.state != FORGOTTEN else None


def write_decision(
    session: AsyncSession, story: Story, standing: Standing, decision: Decision
) -> None:
    """Write where a story stands now, and who decided it."""
    story.state, story.version = standing.state.value, standing.version
    undone = standing.state is State.WAITING
    story.decided_at = None if undone else decision.decided_at
    session.add(decision)
