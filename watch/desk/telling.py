"""Showing new stories in the watch topic: in their hours, the likely first, never a flood.

Polling stores and says nothing: this asks the tables, so that quiet hours, the order and the most
that is shown hold for all sources together, and that polling stays cheap.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Button, Keyboard, Text
from core.db import alone
from core.ledger.amend import posted
from core.ledger.draft import Draft
from core.ledger.store import post
from core.posts import render_post
from core.reference import ANIMATORS, Reference
from core.working_time import paris_day
from watch.desk import store
from watch.desk.cards import STORY_KIND, STREAM, Cards
from watch.desk.rules import (
    MOST_SHOWN,
    ShownHours,
    half_day,
    hour_slot,
    in_order,
    next_hour,
)
from watch.desk.shown import TEMPLATE
from watch.models import Story

log = structlog.get_logger()

BURST_KIND = "watch.burst"
"""The kind of delivery that counts stories instead of showing them."""

WAITING = Reference("watch", "stories", "waiting")
MOST_SOURCES = 5


@dataclass(frozen=True)
class Telling:
    """Shows what waits and was not shown yet."""

    cards: Cards
    hours: ShownHours

    async def run(self, now: datetime) -> None:
        """Show what is new, as far as half a day takes; count the rest, and what is improbable."""
        parts = self.cards.parts
        if not self.hours.is_open(now):
            return
        async with parts.database.read() as session:
            if not await self._something(session):
                return
        async with parts.database.write() as session:
            await alone(session, "watch.telling")
            await alone(session, "watch.stories")  # a reading holds several, in its own order
            shown = await self._show_likely(session, now)
            counted = await self._count(session, now)
            folded = await self._fold(session, now)
        if shown or counted or folded:
            log.info("watch.told", shown=shown, counted=counted, folded=folded)

    async def next_due(self, session: AsyncSession) -> datetime | None:
        """Return when something may be shown or counted."""
        if not await self._something(session):
            return None
        now = self.cards.parts.clock.now()
        return self.hours.next_opening(next_hour(now) if self.hours.is_open(now) else now)

    async def show(self, session: AsyncSession, rows: Sequence[Story], now: datetime) -> None:
        """Post stories in the watch topic, in the given order, and mark them as shown."""
        faces = await self.cards.faces(session, rows, now) if rows else ()
        drafts = []
        for face in faces:
            drafts.append(self.cards.draft(face, STORY_KIND, f"story:{face.story.id}", now))
            await asyncio.sleep(0)  # thirty cards at once would hold the event loop up
        await post(session, drafts, now)
        for story in rows:
            story.told_at = now
        await session.flush()

    async def _something(self, session: AsyncSession) -> bool:
        wanted = store.untold(folding=self._folds)
        return await store.some(session, (wanted | store.unseen()) if self._folds else wanted)

    @property
    def _folds(self) -> bool:
        return self.cards.parts.settings.watch.fold

    async def _show_likely(self, session: AsyncSession, now: datetime) -> int:
        """Show the likely of the latest of each reading, as far as this half of the day takes."""
        room = max(0, MOST_SHOWN - await store.told_since(session, half_day(now)))
        latest = self.cards.parts.settings.watch.told_per_poll
        found = await store.candidates(session, latest, room, folding=self._folds)
        rows = [await session.get_one(Story, number) for number in in_order(found)]
        await self.show(session, rows, now)
        return len(rows)

    async def _count(self, session: AsyncSession, now: datetime) -> int:
        """Count what is not shown, once an hour at most."""
        wanted = store.untold(folding=self._folds)
        return await self._told_once(session, "rest", hour_slot(now), wanted, more_keyboard(), now)

    async def _fold(self, session: AsyncSession, now: datetime) -> int:
        """Count what is improbable, once a day at most."""
        if not self._folds:
            return 0
        button = Button(Text(TEMPLATE, "folded_button"), "watch.list", list_reference("folded"))
        day = f"{paris_day(now)}"
        return await self._told_once(session, "folded", day, store.unseen(), ((button,),), now)

    async def _told_once(  # noqa: PLR0917  # a message, and what it counts
        self,
        session: AsyncSession,
        block: str,
        when: str,
        wanted: ColumnElement[bool],
        keyboard: Keyboard,
        now: datetime,
    ) -> int:
        """Count stories in one message for a time of that name; those come too late wait."""
        slot = f"{block}:{when}"
        if await posted(session, BURST_KIND, ANIMATORS, slot):
            return 0
        counted = await store.mark_counted(session, wanted, now)
        total = sum(counted.values())
        if total:
            named = [{"name": name, "count": each} for name, each in counted.items()]
            values = {
                "count": total,
                "sources": named[:MOST_SOURCES],
                "more": len(named[MOST_SOURCES:]),
            }
            draft = self.draft(Text(TEMPLATE, block, values), keyboard, BURST_KIND, slot, now)
            await post(session, [draft], now)
        return total

    def draft(self, text: Text, keyboard: Keyboard, kind: str, slot: str, now: datetime) -> Draft:
        """Return a message for the watch topic that is about no story."""
        parts = self.cards.parts
        said = render_post(parts.renderer, text, keyboard, parts.settings.network.language)
        return Draft(kind, slot, ANIMATORS, said.content(), WAITING, now, stream=STREAM)


def more_keyboard() -> Keyboard:
    """Return the button that shows the next stories."""
    return ((Button(Text(TEMPLATE, "more_button"), "watch.more", WAITING),),)


def list_reference(name: str, number: int = 1) -> Reference:
    """Return what a button that shows a page of a list carries."""
    return Reference("watch", "list", f"{name}-{number}")
