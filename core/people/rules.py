"""What the files of the directory hold: their columns, and how each cell is read.

=============  ==========================================================================
departments    code (INSEE: 03, 2A), name
territories    code, name, department (a code of departments)
structures     code, name, mailbox (a shared e-mail address)
people         code, given_name, family_name, email, language (fr or en; empty: fr)
memberships    person, role, territory, structure (codes), since, until (days; 2026-11-23 or
               23/11/2026; `until` is the last day, empty while it lasts)
themes         code, name, words, exclusions (words and phrases separated by `|`)
=============  ==========================================================================

Codes are the operator's own keys: importing again finds the same row by them.
"""

import enum
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from email_validator import EmailNotValidError, validate_email

from core.clock import PARIS
from core.errors import InputError
from core.people.roles import Role
from core.spreadsheet import BadLine, Column, Reading, Record, nearest
from core.text import normalise, stems


class Kind(enum.StrEnum):
    """A file of the directory, in the order in which they are imported."""

    DEPARTMENTS = "departments"
    TERRITORIES = "territories"
    STRUCTURES = "structures"
    PEOPLE = "people"
    MEMBERSHIPS = "memberships"
    THEMES = "themes"


def read_code(cell: str) -> str:
    """Read an operator's key: letters, digits, `.`, `_`, `-`."""
    if not re.fullmatch(r"\w[\w.-]{0,63}", cell, re.ASCII):
        raise InputError(
            f"the code {cell[:20]!r} cannot be used", hint="use letters, digits, '.', '_' and '-'"
        )
    return cell


def read_department(cell: str) -> str:
    """Read an INSEE code; the zero that spreadsheets drop is put back."""
    code = cell.upper().zfill(2)
    if not re.fullmatch(r"0[1-9]|1\d|2[1-9AB]|[3-8]\d|9[0-5]|9[78]\d", code, re.ASCII):
        raise InputError(f"{cell[:20]!r} is no department", hint="give its code, such as 63 or 2A")
    return code


def read_email(cell: str) -> str:
    """Read an e-mail address, in lower case; nothing is asked of the network."""
    try:
        return validate_email(cell, check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise InputError("the e-mail address is not valid", hint=str(error)) from error


def read_role(cell: str) -> str:
    """Read the name of a role."""
    if cell.lower() not in set(Role):
        raise InputError(f"the role {cell[:20]!r} is unknown", hint=nearest(cell, set(Role)))
    return cell.lower()


def read_language(cell: str) -> str:
    """Read `fr` or `en`."""
    if cell.lower() not in {"fr", "en"}:
        raise InputError(f"the language {cell[:20]!r} is unknown", hint="fr or en")
    return cell.lower()


def read_since(cell: str) -> datetime:
    """Read a first day: it begins at midnight in Paris."""
    return _midnight(_day(cell))


def read_until(cell: str) -> datetime:
    """Read a last day: it ends at the next midnight in Paris."""
    return _midnight(_day(cell) + timedelta(days=1))


def read_expressions(cell: str) -> list[str]:
    """Read words and phrases separated by `|`, each once; one that says nothing is refused."""
    expressions = list(dict.fromkeys(part.strip() for part in cell.split("|") if part.strip()))
    for expression in expressions:
        if not stems(expression):
            hint = "give words that carry a meaning"
            raise InputError(f"{expression[:20]!r} alone says nothing", hint=hint)
    return expressions


def _day(cell: str) -> date:
    french = re.fullmatch(r"(\d\d?)/(\d\d?)/(\d{4})", cell, re.ASCII)
    try:
        if french:
            day, month, year = map(int, french.groups())
            return _plausible(date(year, month, day))
        return _plausible(date.fromisoformat(cell))
    except ValueError as error:
        hint = "write it as 2026-11-23 or 23/11/2026"
        raise InputError(f"{cell[:20]!r} is not a day", hint=hint) from error


def _plausible(day: date) -> date:
    if not 1900 <= day.year <= 2200:  # noqa: PLR2004  # what calendars and databases agree upon
        raise ValueError("nobody of the network lives then")
    return day


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), PARIS).astimezone(UTC)


_CODE = Column("code", read_code, required=True)
_NAME = Column("name", str, required=True)

COLUMNS: Mapping[Kind, tuple[Column, ...]] = {
    Kind.DEPARTMENTS: (Column("code", read_department, required=True), _NAME),
    Kind.TERRITORIES: (_CODE, _NAME, Column("department", read_department, required=True)),
    Kind.STRUCTURES: (_CODE, _NAME, Column("mailbox", read_email)),
    Kind.PEOPLE: (
        _CODE,
        Column("given_name", str, required=True),
        Column("family_name", str, required=True),
        Column("email", read_email),
        Column("language", read_language, empty="fr"),
    ),
    Kind.MEMBERSHIPS: (
        Column("person", read_code, required=True),
        Column("role", read_role, required=True),
        Column("territory", read_code),
        Column("structure", read_code),
        Column("since", read_since, required=True),
        Column("until", read_until),
    ),
    Kind.THEMES: (
        _CODE,
        _NAME,
        Column("words", read_expressions, required=True),
        Column("exclusions", read_expressions, empty=[]),
    ),
}
"""The columns of each file; the required ones are in its header."""


def check(reading: Reading, refuse: Callable[[Record], BadLine | None]) -> Reading:
    """Move to the bad lines the records that `refuse` gives a reason against."""
    kept, bad = [], list(reading.bad_lines)
    for record in reading.records:
        reason = refuse(record)
        if reason is None:
            kept.append(record)
        else:
            bad.append(reason)
    return Reading(tuple(kept), tuple(sorted(bad, key=lambda line: line.number)))


def unrepeated(columns: Iterable[str]) -> Callable[[Record], BadLine | None]:
    """Refuse a record whose values of `columns` were on an earlier line."""
    names = tuple(columns)
    seen: dict[tuple[Any, ...], int] = {}

    def refuse(record: Record) -> BadLine | None:
        key = tuple(record.values.get(name) for name in names)
        first = seen.setdefault(key, record.line)
        if first == record.line:
            return None
        return BadLine(record.line, f"this repeats line {first}", "keep one of the two")

    return refuse


def known(column: str, codes: Collection[str], file: str) -> Callable[[Record], BadLine | None]:
    """Refuse a record that names, in `column`, a code that `file` did not bring."""

    def refuse(record: Record) -> BadLine | None:
        code = record.values.get(column)
        if code is None or code in codes:
            return None
        hint = f"import it from {file} first; {nearest(code, codes)}"
        return BadLine(record.line, f"the {column} {code!r} is unknown", hint)

    return refuse


def unshared_email(holders: Mapping[str, str]) -> Callable[[Record], BadLine | None]:
    """Refuse an e-mail address that is somebody else's; `holders` maps addresses to codes."""
    holder_of = dict(holders)
    email_of = {code: email for email, code in holders.items()}

    def refuse(record: Record) -> BadLine | None:
        code, email = record.values["code"], record.values.get("email")
        holder = holder_of.get(email or "", code)
        if holder != code:
            what = f"this e-mail address is already that of {holder}"
            hint = "an address is one person's; a shared mailbox belongs to a structure"
            return BadLine(record.line, what, hint)
        if "email" in record.values:
            holder_of.pop(email_of.pop(code, ""), None)
        if email is not None:
            holder_of[email], email_of[code] = code, email
        return None

    return refuse


def ordered_days(record: Record) -> BadLine | None:
    """Refuse a membership that ends before it begins."""
    until = record.values.get("until")
    if until is None or record.values["since"] < until:
        return None
    return BadLine(record.line, "it ends before it begins", "check since and until")


def resemblance(words: str, name: str, places: str) -> int | None:
    """Say how far somebody is from what is looked for; None: it is not them.

    Each word looked for begins one of the name or of the places, whatever its case and accents;
    the distance is how many are not in the name. Nothing looked for is nobody.
    """
    wanted = normalise(words).split()
    own, all_words = normalise(name).split(), normalise(f"{name} {places}").split()

    def within(word: str, among: list[str]) -> bool:
        return any(one.startswith(word) for one in among)

    if not wanted or not all(within(word, all_words) for word in wanted):
        return None
    return sum(not within(word, own) for word in wanted)
