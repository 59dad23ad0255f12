"""The file of school holidays: read when the service starts, and looked at by `relais check`."""

from collections.abc import Sequence
from pathlib import Path

import structlog

from core.errors import InputError
from core.room import Check, Finding
from core.settings import SeminarSettings
from core.spreadsheet import BadLine
from digest.seminars.scheduling.decide import SchoolHoliday
from digest.seminars.scheduling.school.rules import read_school_holidays

log = structlog.get_logger()

SUBJECT = "school holidays"
HINT = "columns zone,first,last,name; zones A, B or C; days as 2027-02-06, both included"


def school_holidays(settings: SeminarSettings) -> tuple[SchoolHoliday, ...]:
    """Return the school holidays that are known; none without a file that can be used."""
    if settings.school_holidays is None:
        return ()
    try:
        found, bad = _read(settings.school_holidays)
    except InputError as error:
        log.warning("seminars.school_holidays", why=error.what, hint=error.hint)
        return ()
    if bad:
        log.warning("seminars.school_holidays", lines_left_out=len(bad), hint="run `relais check`")
    return found


def holidays_check(settings: SeminarSettings) -> Check:
    """Return the examination of the file, if there is one."""

    async def examine() -> Sequence[Finding]:
        file = settings.school_holidays
        return [] if file is None else [_finding(file)]

    return Check(SUBJECT, examine)


def _finding(file: Path) -> Finding:
    try:
        found, bad = _read(file)
    except InputError as error:
        return Finding(SUBJECT, ok=False, what=error.what, hint=error.hint)
    if bad:
        what = f"{file}, line {bad[0].number}: {bad[0].what}"
        return Finding(SUBJECT, ok=False, what=what, hint=bad[0].hint or HINT)
    if not found:
        return Finding(SUBJECT, ok=False, what=f"{file} holds none", hint=HINT)
    last = max(each.last for each in found)
    return Finding(SUBJECT, ok=True, what=f"{len(found)} in {file}, until {last}")


def _read(file: Path) -> tuple[tuple[SchoolHoliday, ...], Sequence[BadLine]]:
    """Return what a file holds. Raises InputError when it cannot be read."""
    try:
        data = file.read_bytes()
    except OSError as error:
        what = f"{file} cannot be read ({error.strerror})"
        raise InputError(what, hint="check seminars.school_holidays") from error
    return read_school_holidays(data)
