"""The days that a folded text names, however they are written, with their times."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from watch.months import MONTHS

Time = tuple[int, int]

MIDNIGHT: Time = (23, 59)
"""« minuit » is the end of the day that is named, not its beginning; so is « 24 h »."""
NOON: Time = (12, 0)


@dataclass(frozen=True, slots=True)
class Day:
    """A day as it was written at `plain[start:end]`: its year and its time may be missing.

    `day` 0 is the last one of the month (« fin mars »). `weekday` counts from 0, Monday.
    """

    start: int
    end: int
    day: int
    month: int
    year: int | None
    weekday: int | None = None
    time: Time | None = None


_YEAR = r"(?:19|20|21)\d\d"
_MONTH = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})(?![a-z])"
_NUMBERED = re.compile(
    r"(?P<number>\d(?<!\w\d)\d{0,3})(?!\d)(?:"
    r"(?:er)?\s?(?P<mark>[-/.])\s?(?P<second>\d\d?)"
    r"\s?(?P=mark)\s?(?P<third>\d{4}|\d\d?)(?!\d)(?!\s?[-/.]\d)"
    r"|(?:er)?/(?P<month>\d\d?)(?![\d/])"
    r"|(?:\s?er|e|th|st|nd|rd)?[\s-]{0,3}(?:du\smois\sde\s|de\s|d'|of\s)?"
    rf"(?P<name>{_MONTH})\.?"
    rf"(?:[\s,-]{{1,2}}(?P<year>{_YEAR})(?!\d)|[\s-](?P<short>\d\d)(?=\s?(?:[.;)\n]|$)))?)"
)
_NAMED = re.compile(
    rf"\b(?P<which>fin|mi|premier)[\s-]{{1,2}}(?:du\smois\s)?(?:de\s|d')?(?P<name>{_MONTH})\.?"
    rf"(?:\s(?P<year>{_YEAR})(?!\d))?"
)
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "lundi lun monday",
            "mardi mar tuesday",
            "mercredi mer wednesday",
            "jeudi jeu thursday",
            "vendredi ven friday",
            "samedi sam saturday",
            "dimanche dim sunday",
        )
    )
    for name in names.split()
}
_WEEKDAY = rf"(?<![a-z])(?P<weekday>{'|'.join(_WEEKDAYS)})\.?,?\s(?:le\s)?"
_WEEKDAY_BEFORE = re.compile(rf"{_WEEKDAY}\Z")
_CLOCK = (
    r"(?P<hour>[01]?\d|2[0-4])(?:\s?h(?:eures?)?(?:\s?(?P<minute>[0-5]\d))?|:(?P<past>[0-5]\d))"
)
_TIME_AFTER = re.compile(
    r"(?:\s(?:inclus|au\ssoir))?\s?,?\s?(?P<aside>\(\s?)?(?:[-:]\s)?"
    r"(?:(?:a|avant|jusqu'a|des|de|at|a\spartir\sde)\s)?"
    rf"(?:{_CLOCK}(?![\da-z])|(?P<word>midi|minuit)\b)"
    r"(?:\sprecises?)?(?:\s?\((?:midi|minuit|heure[^)\n]{0,30})\))?(?(aside)\s?\)?)"
)
_TIME_BEFORE = re.compile(rf"(?<!\w)(?:{_CLOCK}|(?P<word>midi|minuit)),?\s(?:le|du|au|ce)\s\Z")
_EARLIER = re.compile(
    rf"(?:\A|(?<!\w)(?:les|le|du|au|des|entre\sle|:|\()\s?)(?:{_WEEKDAY})?"
    r"(?P<days>\d\d?(?:er)?(?:\s?,\s(?:[a-z]+di\s)?\d\d?(?:er)?)*)"
    r"\s(?:et|ou|&|au)\s(?:le\s|au\s|du\s)?\Z"
)
_HYPHENED = re.compile(r"(?<![\w-])(?P<days>\d\d?)\s?-\s?\Z")
_YEARLESS = re.compile(r"(?:(?<!\w)(?:le|les|au|du|avant|et)\s|:\s?)\Z")
_NUMBER = re.compile(r"\d\d?")


def find_days(plain: str) -> list[Day]:
    """Return the days that a folded text names, in order. A day that cannot be is not one."""
    days: list[Day] = []
    for found in _NUMBERED.finditer(plain):
        if day := _of_name(found) if found["name"] else _of_numbers(found):
            day = _dressed(plain, day)
            days += [*_earlier(plain, day), day] if found["name"] else [day]
    if not any(which in plain for which in ("fin ", "mi-", "mi ", "premier ")):
        return days
    named = [_dressed(plain, _of_words(found)) for found in _NAMED.finditer(plain)]
    return sorted(days + named, key=lambda day: day.start) if named else days


def _of_name(found: re.Match[str]) -> Day | None:
    number = int(found["number"])
    month = MONTHS[found["name"]]
    if found["year"]:
        year: int | None = int(found["year"])
    else:
        year = _full_year(found["short"]) if found["short"] else None
    return _day(found, number, month, year)


def _of_numbers(found: re.Match[str]) -> Day | None:
    """Return a day written in numbers; None for a phone, a version or a share."""
    before = found.string[max(0, found.start() - 2) : found.start()]
    if before[-1:] in {".", "/", "-"} and before[:1].isdigit():
        return None
    first, third = found["number"], found["third"]
    if found["month"]:
        said = _YEARLESS.search(found.string, max(0, found.start() - 8), found.start())
        return _day(found, int(first), int(found["month"]), None) if said else None
    if len(first) > 2:  # noqa: PLR2004  # a year
        known = len(first) == len("2026") and len(third) <= len("31")
        return _day(found, int(third), int(found["second"]), int(first)) if known else None
    if len(third) == 1 or (len(third) == len("26") and found["mark"] == "-"):
        return None
    return _day(found, int(first), int(found["second"]), _full_year(third))


def _of_words(found: re.Match[str]) -> Day:
    """« fin mars » is its last day, « mi-mars » the 15th, « premier mars » the first."""
    number = {"fin": 0, "mi": 15, "premier": 1}[found["which"]]
    year = int(found["year"]) if found["year"] else None
    return Day(found.start(), _end(found), number, MONTHS[found["name"]], year)


def _day(found: re.Match[str], day: int, month: int, year: int | None) -> Day | None:
    if not (1 <= month <= len(_LENGTHS) and 1 <= day <= _LENGTHS[month - 1]):
        return None
    if year is not None and not (_OLDEST <= year <= _LATEST and exists(year, month, day)):
        return None
    return Day(found.start(), _end(found), day, month, year)


_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_OLDEST, _LATEST = 1900, 2199


def exists(year: int, month: int, day: int) -> bool:
    """Tell whether a day that is in some years is in this one."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return leap or (month, day) != (2, 29)


def last_day(year: int, month: int) -> int:
    """Return the number of the last day of a month."""
    return _LENGTHS[month - 1] if exists(year, month, _LENGTHS[month - 1]) else 28


def _full_year(digits: str) -> int:
    """Two digits are of this century below 70."""
    year = int(digits)
    if len(digits) > 2:  # noqa: PLR2004
        return year
    return year + (2000 if year < 70 else 1900)  # noqa: PLR2004


def _end(found: re.Match[str]) -> int:
    """Leave out a full stop that ends the sentence rather than the abbreviation."""
    full_stop = found[0].endswith(".")
    return found.end() - 1 if full_stop else found.end()


def _dressed(plain: str, day: Day) -> Day:
    """Add the week day before, and the time after or before."""
    if found := _WEEKDAY_BEFORE.search(plain, max(0, day.start - 16), day.start):
        day = replace(day, start=found.start(), weekday=_WEEKDAYS[found["weekday"]])
    if (found := _TIME_AFTER.match(plain, day.end)) and not _is_duration(found):
        return replace(day, end=found.end(), time=_time(found))
    if found := _TIME_BEFORE.search(plain, max(0, day.start - 16), day.start):
        return replace(day, start=found.start(), time=_time(found))
    return day


def _is_duration(found: re.Match[str]) -> bool:
    """« formation le 12 mars (7 h) » says how long it lasts."""
    hour, minute = found["hour"], found["minute"] or found["past"]
    aside = found["aside"] or found.string.startswith(")", found.end())
    return bool(aside and hour and not minute and int(hour) < 8)  # noqa: PLR2004


def _time(found: re.Match[str]) -> Time:
    if found["word"]:
        return NOON if found["word"] == "midi" else MIDNIGHT
    hour = int(found["hour"])
    if hour == 24:  # noqa: PLR2004
        return MIDNIGHT
    return hour, int(found["minute"] or found["past"] or 0)


def _earlier(plain: str, day: Day) -> Iterator[Day]:
    """Give the days that share this one's month: « du 3 au 5 février », « les 15 et 16 avril »."""
    window = max(0, day.start - 60)
    found = _EARLIER.search(plain, window, day.start) or _HYPHENED.search(plain, window, day.start)
    if not found:
        return
    numbers = list(_NUMBER.finditer(plain, *found.span("days")))
    values = [int(number[0]) for number in numbers] + [day.day]
    if values[0] < 1 or any(one >= other for one, other in pairwise(values)):
        return
    for number in numbers:
        ordinal = plain.startswith("er", number.end())
        end = number.end() + (2 if ordinal else 0)
        yield Day(number.start(), end, int(number[0]), day.month, None)
