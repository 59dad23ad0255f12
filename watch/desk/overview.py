"""What `/veille` answers: what waits, was kept, was dropped this week, was folded; in lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import (
    Action,
    Button,
    Command,
    Keyboard,
    Redraw,
    Reply,
    Response,
    Text,
    Toast,
    Turn,
)
from core.db import alone
from core.people.roles import Role
from core.reference import Reference
from watch.desk import store
from watch.desk.cards import Cards
from watch.desk.rules import PER_PAGE, Page, list_page, page
from watch.desk.shown import TEMPLATE, ShownStory, line
from watch.desk.telling import Telling, list_reference, more_keyboard
from watch.models import Story

WEEK = timedelta(days=7)
MOST_LISTED = 5
LISTS = ("waiting", "kept", "dropped", "folded")
PER_ROW = 4
OVERVIEW = Reference("watch", "stories", "all")


@dataclass(frozen=True)
class Overviews:
    """Shows where the watch stands, and leads to each story."""

    cards: Cards
    telling: Telling

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        return (
            Action("watch.list", self.list, Role.ANIMATOR),
            Action("watch.overview", self.again, Role.ANIMATOR),
            Action("watch.more", self.more, Role.ANIMATOR),
        )

    def commands(self) -> tuple[Command, ...]:
        """Return the command."""
        menu = Text(TEMPLATE, "menu")
        return (Command("veille", self.overview, Role.ANIMATOR, menu=menu),)

    async def overview(self, turn: Turn) -> Sequence[Response]:
        """Say what waits, what was kept for the next edition, what was dropped and folded."""
        return [Reply(*await self._overview(turn))]

    async def again(self, turn: Turn, _reference: Reference, _seen: int) -> Sequence[Response]:
        """Go back from a list to the whole."""
        return [Redraw(*await self._overview(turn))]

    async def more(self, turn: Turn, _reference: Reference, _seen: int) -> Sequence[Response]:
        """Show the next stories that wait and were not shown, the likely first."""
        await alone(turn.session, "watch.stories")  # a reading holds several, in its own order
        most = self.cards.parts.settings.watch.told_per_poll
        wanted = self._of("waiting", turn.now) & Story.told_at.is_(None)
        latest = Story.first_seen_at.desc()
        rows = await store.stories(turn.session, wanted, store.likely(), latest, most=most)
        if not rows:
            return [Toast(Text(TEMPLATE, "no_more"))]
        await self.telling.show(turn.session, rows, turn.now)
        return [Toast(Text(TEMPLATE, "more_posted", {"count": len(rows)}))]

    async def list(self, turn: Turn, reference: Reference, _seen: int) -> Sequence[Response]:
        """Show a page of a list, each story behind a button."""
        name, wanted_page = list_page(reference.id) or ("", 0)
        if name not in LISTS:
            return [Toast(Text(TEMPLATE, "stale"), alert=True)]
        wanted = self._of(name, turn.now)
        found = page(await store.count(turn.session, wanted), wanted_page)
        rows = await store.stories(
            turn.session, wanted, *_order(name), most=PER_PAGE, first=found.first
        )
        shown = await store.shown(turn.session, rows)
        values = {
            "list": name,
            "page": found,
            "stories": await self._lines(turn.session, name, shown, turn.now),
        }
        return [Redraw(Text(TEMPLATE, "list", values), _list_keyboard(name, found, shown))]

    async def _lines(
        self, session: AsyncSession, name: str, shown: Sequence[ShownStory], now: datetime
    ) -> Sequence[Mapping[str, Any]]:
        names = await store.deciders(session, (each.id for each in shown))
        if name == "folded" and shown:
            await self.cards.judge.refresh(session)
        return [
            {
                **line(each, now),
                "name": names.get(each.id, ""),
                "decided_at": each.decided_at,
                "outside": each.outside,
                "against": self.cards.against(each) if name == "folded" else (),
            }
            for each in shown
        ]

    async def _overview(self, turn: Turn) -> tuple[Text, Keyboard]:
        session, now = turn.session, turn.now
        counts = {name: await store.count(session, self._of(name, now)) for name in LISTS}
        waiting = self._of("waiting", now)
        untold = await store.count(session, waiting & Story.told_at.is_(None))
        values = {
            "counts": counts,
            "untold": untold,
            "waiting": await self._first(session, "waiting", now),
            "kept": await self._first(session, "kept", now),
        }
        return Text(TEMPLATE, "overview", values), _overview_keyboard(counts, untold)

    async def _first(
        self, session: AsyncSession, name: str, now: datetime
    ) -> Sequence[Mapping[str, Any]]:
        rows = await store.stories(session, self._of(name, now), *_order(name), most=MOST_LISTED)
        return [line(each, now) for each in await store.shown(session, rows)]

    def _of(self, name: str, now: datetime) -> ColumnElement[bool]:
        """Return which stories a list holds."""
        folding = self.cards.parts.settings.watch.fold
        match name:
            case "kept":
                return store.kept(now)
            case "dropped":
                return store.dropped(now - WEEK)
            case "folded":
                return store.improbable()
            case _:
                return store.waiting(folding=folding)


def _order(name: str) -> Sequence[ColumnElement[Any]]:
    """Return the order of a list: what is the most likely to be looked for comes first."""
    if name in {"kept", "dropped"}:
        return (Story.decided_at.desc(),)
    return (store.likely(), Story.first_seen_at.desc())


def _overview_keyboard(counts: Mapping[str, int], untold: int) -> Keyboard:
    rows = [
        (
            Button(
                Text(TEMPLATE, "list_button", {"list": name, "count": counts[name]}),
                "watch.list",
                list_reference(name),
            ),
        )
        for name in LISTS
        if counts[name]
    ]
    add = (Button(Text(TEMPLATE, "add_button"), "watch.add", OVERVIEW),)
    return (*rows, *(more_keyboard() if untold else ()), add)


def _list_keyboard(name: str, found: Page, shown: Sequence[ShownStory]) -> Keyboard:
    numbers = [
        Button(
            Text(TEMPLATE, "number_button", {"number": number}),
            "watch.card",
            each.reference,
            each.version,
        )
        for number, each in enumerate(shown, start=found.first + 1)
    ]
    rows = [tuple(numbers[start : start + PER_ROW]) for start in range(0, len(numbers), PER_ROW)]
    turns = [
        Button(Text(TEMPLATE, block), "watch.list", list_reference(name, number))
        for block, number in (
            ("before_button", found.number - 1),
            ("after_button", found.number + 1),
        )
        if 1 <= number <= found.last
    ]
    whole = (Button(Text(TEMPLATE, "overview_button"), "watch.overview", OVERVIEW),)
    return (*rows, *((tuple(turns),) if turns else ()), whole)
