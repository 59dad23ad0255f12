"""The « feuille d'émargement » of a half-day, on paper."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from core.parts import Parts
from core.printing import typeset_pdf
from digest.seminars.attendance.paper import Say, funding, operations, saying
from digest.seminars.attendance.rules import Row, printable
from digest.seminars.models import HalfDay, Seminar

LAYOUT = "print/attendance.typ"
PAGE = "print/attendance.html"

LABELS = ("name", "organisation", "function", "signature", "visa", "blank", "running", "sheet")


def sheet_pdf(
    parts: Parts, seminar: Seminar, half_day: HalfDay, rows: Sequence[Row], now: datetime
) -> bytes | None:
    """Return the sheet as a tagged PDF (PDF/UA-1) printed at `now`; None without typst.

    `rows` are those of `store.sheet_rows`. It takes about a second of processor: call it beside
    the event loop.
    """
    data = sheet_data(parts, seminar, half_day, rows)
    logos = funding(parts, saying(parts, seminar), half_day.starts_at)
    return typeset_pdf(parts.renderer, LAYOUT, {**data, **logos}, now)


def sheet_html(
    parts: Parts, seminar: Seminar, half_day: HalfDay, rows: Sequence[Row], now: datetime
) -> str:
    """Return the same sheet as a page to print, for where typst is not installed."""
    notice = parts.renderer.notice(half_day.starts_at)
    data = {**sheet_data(parts, seminar, half_day, rows), "funding": notice, "printed_at": now}
    return parts.renderer.page(PAGE, data, parts.settings.network.language)


def sheet_data(
    parts: Parts, seminar: Seminar, half_day: HalfDay, rows: Sequence[Row]
) -> Mapping[str, Any]:
    """Return what a sheet shows, in words that are text and no markup: no phone, no e-mail."""
    say = saying(parts, seminar, half_day=half_day)
    heading, when = say("heading"), say("when")
    facts = [
        *(("operation_label", words) for words in operations(parts, say, half_day.starts_at)),
        ("when_label", when),
        ("where_label", say("where")),
        ("operator_label", printable(parts.settings.operator.name or parts.settings.network.name)),
    ]
    return {
        "language": parts.settings.network.language,
        "network": printable(parts.settings.network.name),
        "title": f"{say('sheet')} – {heading} – {when}",
        "heading": heading,
        "colon": "\N{NO-BREAK SPACE}:" if parts.settings.network.language == "fr" else ":",
        "facts": [{"label": say(label), "words": words} for label, words in facts],
        "tables": _tables(parts, say, rows),
        **{label: say(label) for label in LABELS},
    }


def _tables(parts: Parts, say: Say, rows: Sequence[Row]) -> Sequence[Mapping[str, Any]]:
    here = [row for row in rows if not row.remote and not row.part]
    leaders = [row for row in rows if not row.remote and row.part]
    far = [row for row in rows if row.remote]
    blank = parts.settings.seminars.blank_rows
    tables = [_table(say, "participants", here, blank=blank, note="" if here else say("nobody"))]
    if leaders:
        tables.append(_table(say, "leaders", leaders))
    if far:
        tables.append(_table(say, "remote", far, signed=False, note=say("remote_note")))
    return tables


def _table(
    say: Say,
    title: str,
    rows: Iterable[Row],
    *,
    blank: int = 0,
    signed: bool = True,
    note: str = "",
) -> Mapping[str, Any]:
    return {
        "title": say(title),
        "note": note,
        "signed": signed,
        "blank": blank,
        "rows": [_line(say, row) for row in rows],
    }


def _line(say: Say, row: Row) -> Mapping[str, str]:
    """Return a line; who is represented stands first: they are on the list of registrations."""
    notes = [say("part", part=row.part)] if row.part else []
    if row.instead_of:
        notes.append(say("represented", name=row.name))
    return {
        "name": say("words", words=row.listed),
        "note": ", ".join(notes),
        "organisation": say("words", words=row.organisation),
        "function": say("words", words=row.function),
    }
