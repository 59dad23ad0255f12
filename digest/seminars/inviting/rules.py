"""What animators type about outside guests, and what buttons carry. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from core.email_address import normalise
from core.errors import InputError
from digest.seminars.rules import LONGEST_NAME

ON_A_PAGE = 8
"""How many choices a screen shows."""

MOST_LINES = 200
"""Guests typed at once: a message of chat holds no more."""

LONGEST_QUOTE = 40
"""How much of a line is repeated in the words that explain it."""

_SEPARATORS = (";", "\t", "|", ",")
_BRACKETED = re.compile(r"<\s*([^<>\s]+@[^<>\s]+)\s*>")

T = TypeVar("T")


@dataclass(frozen=True)
class TypedGuest:
    """Somebody outside the directory, as they were typed."""

    name: str
    email: str
    organisation: str = ""
    function: str = ""

    def as_json(self) -> dict[str, str]:
        """Return what can be kept in a form."""
        return asdict(self)


@dataclass(frozen=True)
class BadLine:
    """A line that is not understood: its number from 1, how it begins, and why.

    `reason` names a block: `line_no_email`, `line_email`, `line_no_name`, `line_long`,
    `line_twice`.
    """

    number: int
    begins: str
    reason: str


@dataclass(frozen=True)
class TypedGuests:
    """The lines that were understood, and those that were not."""

    good: tuple[TypedGuest, ...]
    bad: tuple[BadLine, ...]


@dataclass(frozen=True)
class Page:
    """Some of a list: `number` is from 0, `last` is that of the last page."""

    number: int
    last: int
    first: int
    end: int


def parse_guests(text: str, known: Sequence[TypedGuest] = ()) -> TypedGuests:
    """Read guests, one on each line: name, address, organisation, function.

    They are separated by semicolons, tabs, bars or commas; the address may stand anywhere, and
    between brackets after the name. `known` are those read before. Raises InputError:
    `guests_empty`, `guests_many`.
    """
    lines = [line.strip() for line in text.splitlines()]
    if not any(lines):
        raise InputError("guests_empty")
    if len(lines) > MOST_LINES:
        raise InputError("guests_many")
    good: dict[str, TypedGuest] = {one.email: one for one in known}
    bad: list[BadLine] = []
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        try:
            guest = _guest(line, good)
        except InputError as error:
            bad.append(BadLine(number, _quoted(line), error.what))
        else:
            good[guest.email] = guest
    return TypedGuests(tuple(good.values()), tuple(bad))


def read_guest(raw: Mapping[str, Any]) -> TypedGuest:
    """Read back what `as_json` wrote."""
    return TypedGuest(**raw)


def page_of(number: int, count: int) -> Page:
    """Return a page of a list of `count`; the nearest there is when it does not exist."""
    last = max(0, (count - 1) // ON_A_PAGE)
    found = min(max(0, number), last)
    return Page(found, last, found * ON_A_PAGE, min(count, (found + 1) * ON_A_PAGE))


def one_page(items: Sequence[T], page: Page) -> Sequence[T]:
    """Return the items of a page."""
    return items[page.first : page.end]


def numbers(text: str, many: int) -> tuple[int, ...] | None:
    """Read what a button is about: `many` numbers such as `12-3`; None for anything else."""
    pieces = text.split("-")
    if len(pieces) != many or not all(re.fullmatch(r"[0-9]{1,9}", piece) for piece in pieces):
        return None
    return tuple(int(piece) for piece in pieces)


def _guest(line: str, known: Collection[str]) -> TypedGuest:
    pieces = _pieces(line)
    found = [place for place, piece in enumerate(pieces) if "@" in piece]
    if len(found) != 1:
        raise InputError("line_email" if found else "line_no_email")
    email = _email(pieces.pop(found[0]))
    if not pieces or not pieces[0]:
        raise InputError("line_no_name")
    if any(len(piece) > LONGEST_NAME for piece in pieces):
        raise InputError("line_long")
    if email in known:
        raise InputError("line_twice")
    name, organisation, function, *_ = *pieces, "", ""
    return TypedGuest(name, email, organisation, function)


def _pieces(line: str) -> list[str]:
    """Cut a line; an address between brackets is a piece of its own."""
    line = "".join(c if c.isprintable() or c == "\t" else " " for c in line)
    separator = next((one for one in _SEPARATORS if one in line), None)
    spread = _BRACKETED.sub(lambda match: f"{separator or ';'}{match[1]}", line)
    return [" ".join(piece.split()) for piece in spread.split(separator or ";")]


def _email(typed: str) -> str:
    try:
        return normalise(typed.removeprefix("mailto:"))
    except InputError as error:
        raise InputError("line_email") from error


def _quoted(line: str) -> str:
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"
