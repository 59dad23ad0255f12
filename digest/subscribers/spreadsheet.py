"""The files of subscribers that operators bring and take: columns, lines, cells. No I/O.

Columns of an import: `email` (required); `themes` (codes or names, separated by commas or bars);
`alerts` (yes or no); `letter` (`whole`, or `themes` for the sections of one's themes only);
`name`, which is read by people and kept nowhere.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from core.email_address import normalise
from core.errors import InputError
from core.spreadsheet import BadLine, Column, Reading, guarded, nearest, read, unguarded
from digest.subscribers.rules import Choices

YES = ("yes", "oui", "1", "x", "true", "vrai")
NO = ("no", "non", "0", "false", "faux")
WHOLE = ("whole", "entière", "entiere")
NARROWED = ("themes", "thèmes")

BAD_ADDRESSES = {
    "invalid": ("the address is not valid", "it looks like name@example.org"),
    "several": ("the address holds a control character", "type it again"),
    "empty": ("the address is empty", "fill it in, or delete the line"),
}


@dataclass(frozen=True)
class Line:
    """A line that can be used: its number, and whom it is about."""

    number: int
    email: str
    choices: Choices


@dataclass(frozen=True)
class Lines:
    """What a file holds: good lines, each address once, and the others with what is wrong."""

    good: tuple[Line, ...]
    bad: tuple[BadLine, ...]


def read_lines(data: bytes, themes: Mapping[str, str]) -> Lines:
    """Read a file of subscribers; `themes` gives names by codes."""
    columns = (
        Column("email", _email, required=True),
        Column("themes", partial(_themes, themes), empty=()),
        Column("alerts", partial(_one_of, YES, NO), empty=False),
        Column("letter", partial(_one_of, NARROWED, WHOLE), empty=False),
        Column("name", lambda _cell: None),
    )
    return _each_once(read(data, columns))


def _each_once(reading: Reading) -> Lines:
    good: dict[str, Line] = {}
    bad = list(reading.bad_lines)
    for record in reading.records:
        email, themes = record.values["email"], record.values.get("themes", ())
        if first := good.get(email):
            bad.append(
                BadLine(record.line, f"the address is that of line {first.number}", "keep one")
            )
            continue
        narrowed = bool(record.values.get("letter")) and bool(themes)
        choices = Choices(bool(record.values.get("alerts")), themes, whole=not narrowed)
        good[email] = Line(record.line, email, choices)
    return Lines(tuple(good.values()), tuple(sorted(bad, key=lambda line: line.number)))


def write_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a CSV file, in UTF-8 with its mark; no cell can be taken for a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _email(cell: str) -> str:
    try:
        return normalise(unguarded(cell))
    except InputError as error:
        what, hint = BAD_ADDRESSES[error.what]
        raise InputError(what, hint=hint) from error


def _themes(known: Mapping[str, str], cell: str) -> tuple[str, ...]:
    by_word = {word.casefold(): code for code, name in known.items() for word in (code, name)}
    found = set()
    for word in filter(None, map(str.strip, re.split(r"[,;|]", unguarded(cell)))):
        if word.casefold() not in by_word:
            raise InputError(f"the theme {word!r} is unknown", hint=nearest(word, known))
        found.add(by_word[word.casefold()])
    return tuple(code for code in known if code in found)


def _one_of(yes: Sequence[str], no: Sequence[str], cell: str) -> bool:
    word = cell.casefold()
    if word in {*yes, *no}:
        return word in yes
    raise InputError(f"{cell!r} is not understood", hint=f"write {yes[0]} or {no[0]}")
