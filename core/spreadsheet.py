"""The CSV files that people export from their spreadsheets, read line by line.

UTF-8 with or without its mark, columns separated by semicolons or commas (whichever the header
has more of), one record a line. A line that cannot be understood is told by its number and costs
no other line.
"""

import csv
import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import InputError


@dataclass(frozen=True)
class BadLine:
    """A line that was left out: its number in the file (from 1), what is wrong, what to do."""

    number: int
    what: str
    hint: str = ""


@dataclass(frozen=True)
class Column:
    """A column: `parse` reads a cell that is not empty, or raises InputError.

    A `required` column is in the header and never empty; another may be missing altogether,
    and then says nothing. `empty` is the value of an empty cell.
    """

    name: str
    parse: Callable[[str], Any]
    required: bool = False
    empty: Any = None


@dataclass(frozen=True)
class Record:
    """A line that was understood: its number, and a value for each column of the header."""

    line: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Reading:
    """What a file holds: the good lines and the bad ones, each in order."""

    records: tuple[Record, ...] = ()
    bad_lines: tuple[BadLine, ...] = ()


def read(data: bytes, columns: Sequence[Column]) -> Reading:
    """Read a file whose first line names some of `columns`, in any order.

    A header that cannot be used (an unknown column, a missing or repeated one) leaves the whole
    file out: guessing would overwrite good values with empty ones.
    """
    lines = list(enumerate(_lines(data), start=1))
    if not lines:
        return Reading(bad_lines=(BadLine(1, "the file is empty", _header_hint(columns)),))
    (_, header), *body = lines
    separator = ";" if header.count(";") >= header.count(",") else ","
    try:
        present = _header(_cells(header, separator), columns)
    except InputError as error:
        return Reading(bad_lines=(BadLine(1, error.what, error.hint),))
    return _body(body, separator, present)


_FORMULA = tuple("=+-@\t\r'")


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; `unguarded` gives it back."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def unguarded(cell: str) -> str:
    """Return what `guarded` was given."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the hint that helps with an unknown word: the nearest known ones, or all."""
    known = sorted(known)
    close = difflib.get_close_matches(word.casefold(), known, n=2)
    if close:
        return f"did you mean {' or '.join(close)}?"
    most = 12
    listed = ", ".join(known[:most]) + ("…" if len(known) > most else "")
    return f"known: {listed or 'none yet'}"


def _lines(data: bytes) -> list[str]:
    """Split as an editor counts; bytes that are not UTF-8 stay visible as surrogates."""
    text = data.decode("utf-8-sig", errors="surrogateescape")
    lines = re.split(r"\r\n|\r|\n", text)
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def _cells(line: str, separator: str) -> list[str]:
    if any("\ud800" <= character <= "\udfff" for character in line):
        raise InputError("this is not UTF-8", hint="save the file again as CSV in UTF-8")
    if any(character < " " and character != "\t" for character in line):
        raise InputError("there is a control character", hint="type the line again")
    try:
        cells = next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error as error:
        hint = "a cell that opens with a quote must close on its own line"
        raise InputError(f"the quotes do not match ({error})", hint=hint) from error
    return [" ".join(cell.split()) for cell in cells]


def _header(names: Sequence[str], columns: Sequence[Column]) -> list[Column]:
    known = {column.name: column for column in columns}
    names = [name.lower() for name in names]
    for position, name in enumerate(names):
        if name not in known:
            raise InputError(f"the column {name!r} is unknown", hint=nearest(name, known))
        if name in names[:position]:
            raise InputError(f"the column {name!r} is there twice", hint="keep one")
    for column in columns:
        if column.required and column.name not in names:
            raise InputError(f"the column {column.name!r} is missing", hint=_header_hint(columns))
    return [known[name] for name in names]


def _header_hint(columns: Sequence[Column]) -> str:
    return f"the first line is: {','.join(column.name for column in columns)}"


def _body(lines: Iterable[tuple[int, str]], separator: str, columns: Sequence[Column]) -> Reading:
    records, bad_lines = [], []
    for number, line in lines:
        try:
            cells = _cells(line, separator)
            if any(cells):
                records.append(Record(number, _values(cells, columns)))
        except InputError as error:
            bad_lines.append(BadLine(number, error.what, error.hint))
    return Reading(tuple(records), tuple(bad_lines))


def _values(cells: Sequence[str], columns: Sequence[Column]) -> dict[str, Any]:
    if len(cells) != len(columns):
        what = f"there are {len(cells)} cells where the header has {len(columns)}"
        raise InputError(what, hint="put quotes around a cell that holds the separator")
    return {column.name: _value(cell, column) for cell, column in zip(cells, columns, strict=True)}


def _value(cell: str, column: Column) -> Any:
    if cell:
        return column.parse(cell)
    if column.required:
        raise InputError(f"{column.name} is empty", hint="fill it in, or delete the line")
    return column.empty
