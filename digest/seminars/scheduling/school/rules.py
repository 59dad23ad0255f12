"""School holidays as a file gives them: `zone,first,last,name`, a line for each zone."""

import re
from collections.abc import Sequence
from datetime import date

from core.errors import InputError
from core.spreadsheet import BadLine, Column, read
from digest.seminars.scheduling.decide import SchoolHoliday

ZONES = ("A", "B", "C")


def read_school_holidays(data: bytes) -> tuple[tuple[SchoolHoliday, ...], Sequence[BadLine]]:
    """Return the holidays of a CSV file, and the lines that cannot be used.

    Days are `2027-02-06` or `06/02/2027`, both included.
    """
    reading = read(data, COLUMNS)
    found, bad = [], list(reading.bad_lines)
    for record in reading.records:
        values = {"name": "", **record.values}
        one = SchoolHoliday(values["zone"], values["first"], values["last"], values["name"])
        if one.last < one.first:
            bad.append(BadLine(record.line, "the last day is before the first", "swap them"))
        else:
            found.append(one)
    return tuple(found), sorted(bad, key=lambda line: line.number)


def read_zone(cell: str) -> str:
    """Read `A`, or `Zone A`. Raises InputError."""
    zone = cell.upper().removeprefix("ZONE").strip()
    if zone not in ZONES:
        raise InputError(f"not a zone: {cell!r}", hint="zones are A, B and C")
    return zone


def read_day(cell: str) -> date:
    """Read `2027-02-06` or `06/02/2027`. Raises InputError."""
    french = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", cell)
    try:
        if french:
            return date(*map(int, reversed(french.groups())))
        return date.fromisoformat(cell)
    except ValueError as error:
        raise InputError(f"not a day: {cell!r}", hint="write 2027-02-06") from error


COLUMNS = (
    Column("zone", read_zone, required=True),
    Column("first", read_day, required=True),
    Column("last", read_day, required=True),
    Column("name", str, empty=""),
)
