"""Monday's summary in the watch topic: calls that close soon, what waits, sources in trouble."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Button, Text
from core.db import alone
from core.ledger.amend import posted
from core.ledger.store import post
from core.reference import ANIMATORS
from watch.decide import State
from watch.desk import store
from watch.desk.rules import Weekly, next_date, next_summary, summary_slot
from watch.desk.shown import TEMPLATE, ShownStory, line
from watch.desk.telling import Telling, list_reference
from watch.models import Source, Story

log = structlog.get_logger()

SUMMARY_KIND = "watch.summary"
MOST_CALLS = 12
MOST_SOURCES = 10
MOST_READ = 500
LOOKED_BACK = timedelta(days=366)
"""How long ago the first date of a call with several may lie."""


@dataclass(frozen=True)
class Summary:
    """Tells the week once, on its day."""

    telling: Telling
    weekly: Weekly

    async def run(self, now: datetime) -> None:
        """Post the summary when it is due: once a week, late on its day rather than not at all."""
        week = summary_slot(self.weekly, self.telling.hours, now)
        if week is None:
            return
        slot = f"week:{week}"
        async with self.telling.cards.parts.database.write() as session:
            await alone(session, "watch.summary")
            if await posted(session, SUMMARY_KIND, ANIMATORS, slot):
                return
            values = await self._values(session, now)
            button = Button(
                Text(TEMPLATE, "list_button", {"list": "waiting", "count": values["waiting"]}),
                "watch.list",
                list_reference("waiting"),
            )
            keyboard = ((button,),) if values["waiting"] else ()
            text = Text(TEMPLATE, "summary", values)
            draft = self.telling.draft(text, keyboard, SUMMARY_KIND, slot, now)
            await post(session, [draft], now)
        log.info("watch.summary", week=week)

    async def next_due(self, _session: AsyncSession) -> datetime | None:
        """Return when the next summary is sent."""
        return next_summary(self.weekly, self.telling.hours, self.telling.cards.parts.clock.now())

    async def _values(self, session: AsyncSession, now: datetime) -> Mapping[str, Any]:
        settings = self.telling.cards.parts.settings.watch
        calls = await closing(session, now, timedelta(days=settings.closing_days))
        failing = await _sources(session, Source.failing_since.is_not(None), Source.failing_since)
        quiet = await _sources(
            session,
            Source.silent_told_at.is_not(None) & Source.failing_since.is_(None),
            Source.last_new_at,
        )
        return {
            "calls": [{**line(each, now), "kept": each.state is State.KEPT} for each in calls][
                :MOST_CALLS
            ],
            "more_calls": max(0, len(calls) - MOST_CALLS),
            "days": settings.closing_days,
            "waiting": await store.count(session, store.waiting(folding=settings.fold)),
            "kept": await store.count(session, store.kept(now)),
            "failing": failing,
            "quiet": quiet,
        }


async def closing(session: AsyncSession, now: datetime, within: timedelta) -> Sequence[ShownStory]:
    """Return the calls, waiting or kept, that close within a delay, the soonest first.

    A story's row knows its first date; when that one is past, its next ones are looked at.
    """
    open_states = Story.state.in_([State.KEPT.value, State.WAITING.value])
    near = Story.deadline.between(now - LOOKED_BACK, now + within)
    rows = await store.stories(session, open_states & near, Story.deadline.desc(), most=MOST_READ)
    dated = [(next_date(each.dates, now), each) for each in await store.shown(session, rows)]
    soon = [
        (date.at, each)
        for date, each in dated
        if date and date.at and not date.past and date.at <= now + within
    ]
    return [each for _, each in sorted(soon, key=lambda pair: (pair[0], pair[1].id))]


async def _sources(
    session: AsyncSession, wanted: ColumnElement[bool], since: Any
) -> Sequence[Mapping[str, Any]]:
    """Return the names of sources that are so, and since when."""
    read = or_(Source.enabled, Source.gone_at.is_not(None))
    rows = await session.execute(
        select(Source.name, since).where(wanted, read).order_by(since, Source.name)
    )
    return [{"name": name, "since": at} for name, at in rows][:MOST_SOURCES]
