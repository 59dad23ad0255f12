"""`/bilan`: what the hotline did in a month, a quarter or a year, on screen and as CSV."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.figures.rules import (
    Account,
    Asked,
    Hidden,
    Period,
    Unit,
    account,
    around,
    hidden,
    parse_period,
    read_period,
)
from bot.figures.words import text
from bot.guarantee.hours import Hours
from bot.hotline.models import Question
from bot.network.figures import NetworkCounts, counts
from core.chat import Button, Document, Keyboard, Redraw, Reply, Response, Text, Toast, Turn
from core.errors import InputError
from core.parts import Parts
from core.people.models import Territory, Theme
from core.reference import Reference

UNITS: tuple[Unit, ...] = ("month", "quarter", "year")
HOUR = timedelta(hours=1)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet run a cell instead of showing it (OWASP, CSV injection)."""

Line = tuple[str, str, str]


class Accounts:
    """Answers the animators about figures."""

    def __init__(self, parts: Parts, hours: Hours) -> None:
        self._parts = parts
        self._hours = hours
        self._smallest = parts.settings.hotline.smallest_cell

    async def show(self, turn: Turn) -> Sequence[Response]:
        """Show the account of the period that is named, or of this month."""
        try:
            period = read_period(turn.incoming.argument, turn.now)
        except InputError as error:
            return [Reply(text(error.what))]
        return [Reply(*await self._screen(turn, period))]

    async def move(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Show another period in the same message."""
        period = parse_period(subject.id)
        if period is None:
            return [Toast(text("unknown_period"), alert=True)]
        return [Redraw(*await self._screen(turn, period))]

    async def whole(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Give the account as the team's own CSV, with territories that were not heard of."""
        return await self._file(turn, subject, for_funders=False)

    async def shared(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Give the account as funders may read it: small counts are hidden."""
        return await self._file(turn, subject, for_funders=True)

    async def _screen(self, turn: Turn, period: Period) -> tuple[Text, Keyboard]:
        found = await self._account(turn.session, period)
        words = text(
            "account",
            period=period,
            account=found,
            wait=_hours(found.median_wait),
            channels=[(self._say("channel", name=name), count) for name, count in found.by_channel],
            network=await counts(turn.session, period.start, period.end),
        )
        return words, _keyboard(period, turn)

    async def _account(self, session: AsyncSession, period: Period) -> Account:
        names = await session.scalars(select(Territory.name))
        working = await self._hours.team(session, self._parts.clock.now())
        return account(await _asked(session, period), names.all(), working)

    async def _file(
        self, turn: Turn, subject: Reference, *, for_funders: bool
    ) -> Sequence[Response]:
        period = parse_period(subject.id)
        if period is None:
            return [Toast(text("unknown_period"), alert=True)]
        found = await self._account(turn.session, period)
        reader = "financeurs" if for_funders else "equipe"
        name = f"bilan-{period.start:%Y-%m}-{reader}.csv"
        network = await counts(turn.session, period.start, period.end)
        lines = [*self._lines(period, found, for_funders=for_funders), *self._helping(network)]
        block = "file_for_funders" if for_funders else "file_for_team"
        return [Document(name, written(lines), text(block, smallest=self._smallest))]

    def _notice(self) -> Sequence[str]:
        """Return the sentences of the fundings in force."""
        return self._parts.renderer.notice().sentences

    def _lines(self, period: Period, found: Account, *, for_funders: bool) -> Sequence[Line]:
        """Return the rows of the file: what is counted, of what, how many."""
        smallest = self._smallest if for_funders else 0
        few = self._say("few", smallest=smallest)
        wait = found.median_wait if found.timed >= max(smallest, 1) else None
        rated = found.rated >= max(smallest, 1)
        lines: list[Line] = [
            (self._say("network_line"), self._parts.settings.network.name, ""),
            (self._say("period_line"), self._say("period", period=period), ""),
            *((self._say("funding_line"), each, "") for each in self._notice()),
            (self._say("asked_line"), "", str(found.asked)),
            (self._say("answered_line"), "", str(found.answered)),
            (self._say("by_base_line"), "", _percents(found.share_by_base)),
            (self._say("wait_line"), "", _hours(wait)),
            (self._say("satisfied_line"), "", f"{found.satisfied}/{found.rated}" if rated else few),
        ]
        for block, cells in (
            ("channel_line", found.by_channel),
            ("theme_line", found.by_theme),
            ("territory_line", found.by_territory),
        ):
            lines += self._cells(block, hidden(cells, smallest), few)
        if not for_funders:
            unheard = self._say("unheard_line")
            lines += [(unheard, name, "0") for name in found.unheard]
        return lines

    def _helping(self, network: NetworkCounts) -> Sequence[Line]:
        """Return how much territories helped one another: counts of acts, never of people."""
        return [
            (self._say("network_lines", name=name), "", str(count))
            for name, count in asdict(network).items()
        ]

    def _cells(self, block: str, cells: Hidden, few: str) -> Sequence[Line]:
        label = self._say(block)
        naming: Callable[[str], str] = (
            (lambda name: self._say("channel", name=name))
            if block == "channel_line"
            else (lambda name: name or self._say("none"))
        )
        return [
            (label, naming(name), few if count is None else str(count)) for name, count in cells
        ]

    def _say(self, block: str, **values: object) -> str:
        language = self._parts.settings.network.language
        return self._parts.renderer.plain(text(block, **values), language)


def written(lines: Sequence[Line]) -> bytes:
    """Return a CSV that French spreadsheets open as it is: semicolons, UTF-8 with its mark."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([_inert(cell) for cell in line] for line in lines)
    return out.getvalue().encode("utf-8-sig")


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _percents(share: int | None) -> str:
    return "" if share is None else f"{share} %"


def _hours(wait: timedelta | None) -> str:
    """Return hours to a tenth, as French writes them; empty when there is nothing to say."""
    return "" if wait is None else f"{wait / HOUR:.1f}".replace(".", ",")


async def _asked(session: AsyncSession, period: Period) -> Sequence[Asked]:
    rows = await session.execute(
        select(Question, Theme.name, Territory.name)
        .outerjoin(Theme, Theme.id == Question.theme_id)
        .outerjoin(Territory, Territory.id == Question.territory_id)
        .where(Question.opened_at >= period.start, Question.opened_at < period.end)
        .order_by(Question.id)
    )
    return [
        Asked(
            opened_at=row.opened_at,
            channel=row.channel,
            theme=theme,
            territory=territory,
            presented_at=row.presented_at,
            first_answer_at=row.first_answer_at,
            by_base=row.answered_by is not None,
            rating=row.rating,
        )
        for row, theme, territory in rows
    ]


def _keyboard(period: Period, turn: Turn) -> Keyboard:
    def button(block: str, action: str, to: Period) -> Button:
        return Button(text(block), action, Reference("figures", "period", str(to)))

    others = tuple(
        button(f"{unit}_button", "figures.move", around(unit, turn.now))
        for unit in UNITS
        if unit != period.unit
    )
    return (
        (
            button("before_button", "figures.move", period.moved(-1)),
            button("after_button", "figures.move", period.moved(1)),
        ),
        others,
        (
            button("team_button", "figures.whole", period),
            button("funders_button", "figures.shared", period),
        ),
    )
