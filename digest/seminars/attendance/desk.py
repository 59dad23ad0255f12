"""« Le jour J » in the animators' chat: the sheets, who came, walk-ins."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from core.chat import (
    Action,
    Ask,
    Button,
    Document,
    DocumentToMake,
    Field,
    Form,
    Redraw,
    Reply,
    Response,
    Toast,
    Turn,
)
from core.errors import InputError
from core.parts import Parts
from core.people.roles import Role
from core.printing import prints
from core.reference import Reference
from digest.seminars import documents, store
from digest.seminars.attendance import names, opinions, remote, screens
from digest.seminars.attendance.rules import WALK_IN, Row, family_of, matching, walk_in
from digest.seminars.attendance.sheet import sheet_html, sheet_pdf
from digest.seminars.attendance.store import candidates, note, roll, sheet_rows
from digest.seminars.attendance.words import words
from digest.seminars.decide import State
from digest.seminars.desk import actor_of
from digest.seminars.half_days import in_file_names
from digest.seminars.models import HalfDay, Seminar
from digest.seminars.rules import parse_name

EARLY = timedelta(hours=1)
"""How long before a half-day begins one can already note who is there."""

LONGEST = 150
NOTHING = "-"

Found = tuple[Seminar, HalfDay]


class Desk:
    """Answers the animators about who comes and who came."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        handlers = {
            "panel": self.panel,
            "back": self.back,
            "half_day": self.half_day,
            "sheet": self.sheet,
            "roll": self.roll,
            "here": self.here,
            "away": self.away,
            "everybody": self.everybody,
            "others": self.others,
            "walk_in": self.walk_in,
        }
        return tuple(
            Action(f"attendance.{name}", handler, Role.ANIMATOR)
            for name, handler in handlers.items()
        )

    def forms(self) -> tuple[Form, ...]:
        """Return the form that adds somebody who came unannounced."""
        skip = ((Button(words("skip_button"), NOTHING),),)
        fields = (
            Field("name", words("name_question"), lambda text, _now: parse_name(text)),
            Field("organisation", words("organisation_question"), parse_line, skip),
            Field("function", words("function_question"), parse_line, skip),
        )
        return (Form(names.WALK_IN_FORM, fields, self.add, Role.ANIMATOR),)

    async def panel(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Open « Le jour J » in a message of its own."""
        seminar = await _published(turn, reference.number)
        if seminar is None:
            return [Toast(words("gone"), alert=True)]
        return [Reply(*await self._panel(turn, seminar))]

    async def back(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Return to « Le jour J »."""
        seminar = await _published(turn, reference.number)
        if seminar is None:
            return [Toast(words("gone"), alert=True)]
        return [Redraw(*await self._panel(turn, seminar))]

    async def half_day(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Show one half-day."""
        found = await half_day_of(turn, reference.number)
        if found is None:
            return [Toast(words("gone"), alert=True)]
        return [Redraw(*screens.half_day(found[0], await self._half(turn, *found)))]

    async def sheet(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Give the sheet to print."""
        found = await half_day_of(turn, reference.number)
        if found is None:
            return [Toast(words("gone"), alert=True)]
        seminar, half_day = found
        rows = await sheet_rows(turn.session, self._parts, seminar, half_day)
        given = (self._parts, seminar, half_day, rows, turn.now)
        name = f"emargement-{in_file_names(half_day.day, half_day.half)}"
        text = words("sheet_given", half_day=half_day, people=len(rows))
        if prints():
            return [DocumentToMake(f"{name}.pdf", partial(sheet_pdf, *given), text)]
        return [Document(f"{name}.html", sheet_html(*given).encode(), text)]

    async def roll(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Show a page of names."""
        place = names.place_of(reference)
        found = await half_day_of(turn, place.number)
        if found is None:
            return [Toast(words("gone"), alert=True)]
        return [await self._roll(turn, *found, place.page)]

    async def here(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Note that somebody was there; twice is once."""
        return await self._mark(turn, reference, present=True)

    async def away(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Note that somebody was not there; twice is once."""
        return await self._mark(turn, reference, present=False)

    async def everybody(
        self, turn: Turn, reference: Reference, _version: int
    ) -> Sequence[Response]:
        """Note that all those on site of whom nothing is known were there."""
        return await self._mark_all(turn, reference, present=True)

    async def others(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Note that all those of whom nothing is known were not there."""
        return await self._mark_all(turn, reference, present=False)

    async def walk_in(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Ask who came unannounced."""
        found = await half_day_of(turn, reference.number)
        if found is None:
            return [Toast(words("gone"), alert=True)]
        if turn.now < found[1].starts_at - EARLY:
            return [Toast(words("too_early"), alert=True)]
        return [Ask(names.WALK_IN_FORM, {"half_day": reference.number})]

    async def add(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Note who came unannounced; whoever the meeting knows by that name is noted as such."""
        found = await half_day_of(turn, int(values["half_day"]))
        if found is None:
            return [Reply(words("gone"))]
        seminar, half_day = found
        known = await candidates(turn.session, self._parts, seminar, half_day)
        expected = matching(values["name"], (row for row in known if not _walked_in(row)))
        before = matching(values["name"], (row for row in known if _walked_in(row)))
        row = expected or Row(
            walk_in(values["name"]), None, values["name"], family_of(values["name"]),
            values["organisation"] or (before.organisation if before else ""),
            values["function"] or (before.function if before else ""),
            source="walk_in",
        )  # fmt: skip
        row = replace(row, present=True, source=row.source or source_of(row))
        await note(turn.session, half_day, [row], turn.now, actor_of(turn))
        half = await self._half(turn, seminar, half_day)
        text, keyboard = screens.roll(seminar, half, _page_of(half.rows, row))
        block = "known_added" if expected else "walk_in_added"
        return [Reply(words(block, row=row)), Reply(text, keyboard)]

    async def _mark(self, turn: Turn, reference: Reference, *, present: bool) -> Sequence[Response]:
        place = names.place_of(reference)
        found = await half_day_of(turn, place.number)
        if found is None:
            return [Toast(words("gone"), alert=True)]
        seminar, half_day = found
        if turn.now < half_day.starts_at - EARLY:
            return [Toast(words("too_early"), alert=True)]
        rows = await roll(turn.session, self._parts, seminar, half_day)
        wanted = [row for row in rows if names.mark(row.identity) == place.who]
        noted = [replace(row, present=present, source=source_of(row)) for row in wanted]
        await note(turn.session, half_day, noted, turn.now, actor_of(turn))
        redrawn = await self._roll(turn, seminar, half_day, place.page)
        return [redrawn] if wanted else [Toast(words("not_listed"), alert=True), redrawn]

    async def _mark_all(
        self, turn: Turn, reference: Reference, *, present: bool
    ) -> Sequence[Response]:
        place = names.place_of(reference)
        found = await half_day_of(turn, place.number)
        if found is None:
            return [Toast(words("gone"), alert=True)]
        seminar, half_day = found
        if turn.now < half_day.starts_at - EARLY:
            return [Toast(words("too_early"), alert=True)]
        rows = await roll(turn.session, self._parts, seminar, half_day)
        # Who is remote is there or not by the list of connections: an absence noted before it
        # comes would outlast it.
        remotes_too = not present and await remote.listed(turn.session, seminar.id)
        noted = [
            replace(row, present=present, source=source_of(row))
            for row in rows
            if row.present is None and (remotes_too or not row.remote)
        ]
        await note(turn.session, half_day, noted, turn.now, actor_of(turn))
        block = "all_present" if present else "others_absent"
        toast = Toast(words(block, count=len(noted)))
        return [toast, await self._roll(turn, seminar, half_day, place.page)]

    async def _panel(self, turn: Turn, seminar: Seminar) -> tuple[Any, Any]:
        days = await store.half_days(turn.session, seminar.id)
        halves = [await self._half(turn, seminar, each) for each in days]
        given = await opinions.answers(turn.session, seminar.id)
        waiting = await remote.unmatched(turn.session, seminar.id)
        return screens.panel(seminar, halves, opinions=len(given), unmatched=len(waiting))

    async def _roll(self, turn: Turn, seminar: Seminar, half_day: HalfDay, page: int) -> Redraw:
        half = await self._half(turn, seminar, half_day)
        return Redraw(*screens.roll(seminar, half, page))

    async def _half(self, turn: Turn, seminar: Seminar, half_day: HalfDay) -> screens.Half:
        rows = await roll(turn.session, self._parts, seminar, half_day)
        scans = await documents.of(turn.session, seminar.id, "scan")
        count = sum(each.half_day_id == half_day.id for each in scans)
        return screens.Half(half_day, rows, count)


async def half_day_of(turn: Turn, identity: int) -> Found | None:
    """Return a half-day and its meeting, unless the meeting is not published (any more)."""
    half_day = await turn.session.get(HalfDay, identity)
    if half_day is None:
        return None
    seminar = await _published(turn, half_day.seminar_id)
    return None if seminar is None else (seminar, half_day)


async def _published(turn: Turn, identity: int) -> Seminar | None:
    seminar = await store.by_id(turn.session, identity)
    return seminar if seminar is not None and seminar.state == State.PUBLISHED else None


def source_of(row: Row) -> str:
    """Return how it is known that somebody was there, when an animator says it."""
    if row.source in {"walk_in", "remote"}:
        return row.source
    return "remote" if row.remote else "sheet"


def parse_line(text: str, _now: datetime) -> str:
    """Read a line that may say nothing (`-`). Raises InputError: `line_long`."""
    line = " ".join(text.split())
    if len(line) > LONGEST:
        raise InputError("line_long")
    return "" if line == NOTHING else line


def _walked_in(row: Row) -> bool:
    return row.identity.startswith(f"{WALK_IN}:")


def _page_of(rows: Sequence[Row], wanted: Row) -> int:
    places = [place for place, row in enumerate(rows) if row.identity == wanted.identity]
    return places[0] // screens.ON_A_PAGE if places else 0
