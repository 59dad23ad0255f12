"""What the tables say of decisions. No function here commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from watch.archive.retention import FORGOTTEN
from watch.decide import State
from watch.models import Decision, Entry, Source, Story
from watch.understanding.places import is_outside
from watch.understanding.records import Places


@dataclass(frozen=True)
class Decided:
    """A decided story as it was when it came: what its first entry says, and whose it is.

    `folded` tells that it had been judged improbable, rather than folded for its places.
    """

    title: str
    summary: str
    source_id: int
    source: str
    kept: bool
    folded: bool


async def before_the_latest(session: AsyncSession, most: int) -> int:
    """Return the id of a decision after which there are `most` of them at most."""
    query = select(Decision.id).order_by(Decision.id.desc()).offset(most).limit(1)
    return await session.scalar(query) or 0


async def decisions(
    session: AsyncSession, after: int, most: int
) -> Sequence[tuple[int, tuple[int, str]]]:
    """Return the first decisions with a greater id than `after`: id, and story with verdict."""
    query = select(Decision.id, Decision.story_id, Decision.verdict).where(Decision.id > after)
    rows = await session.execute(query.order_by(Decision.id).limit(most))
    return [(row.id, (row.story_id, row.verdict)) for row in rows]


async def let_go_until(session: AsyncSession) -> datetime | None:
    """Return when the latest of the stories was first seen whose words were let go.

    Of what is as old only the kept ones are left, and would teach that everything is kept.
    """
    return await session.scalar(
        select(func.max(Story.first_seen_at)).where(Story.state == FORGOTTEN)
    )


async def decided(
    session: AsyncSession, story_ids: Sequence[int], after: datetime | None
) -> Mapping[int, Decided]:
    """Return those of the stories that stand decided, were first seen after, and came in a source.

    What animators brought themselves was never there to be dropped: it says little of what they
    would keep of what comes.
    """
    first = select(func.min(Entry.id)).where(Entry.story_id.in_(story_ids)).group_by(Entry.story_id)
    query = (
        select(
            Story.id,
            Story.title,
            Entry.summary,
            Source.id.label("source_id"),
            Source.name,
            Story.state,
            Story.folded,
            Story.departments,
            Story.regions,
            Source.regions.label("wanted"),
        )
        .join(Entry, Entry.story_id == Story.id)
        .join(Source, Source.id == Entry.source_id)
        .where(
            Entry.id.in_(first),
            Entry.purged_at.is_(None),
            Story.state.in_((State.KEPT.value, State.DROPPED.value)),
            Source.kind != "desk",
        )
    )
    if after:
        query = query.where(Story.first_seen_at > after)
    rows = await session.execute(query)
    return {row.id: _decided(row) for row in rows}


def _decided(row: Row[Any]) -> Decided:
    places = Places(tuple(row.departments), tuple(row.regions))
    return Decided(
        title=row.title,
        summary=row.summary,
        source_id=row.source_id,
        source=row.name,
        kept=row.state == State.KEPT.value,
        folded=row.folded and not is_outside(places, row.wanted),
    )
