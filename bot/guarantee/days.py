"""Days as people type them: « demain », « jeudi 12 mars », « du 24/12 au 02/01 ». Pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from core.errors import InputError
from core.working_time import LONGEST, ONE_DAY, Days

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin",
    "juillet", "aout", "septembre", "octobre", "novembre", "decembre",
)  # fmt: skip
NEAR = {"aujourd'hui": 0, "demain": 1, "apres-demain": 2, "apres demain": 2}
WEEK = timedelta(days=6)
LONGEST_WITHOUT_YEAR = timedelta(days=184)
"""A longer stretch typed without years was more likely typed the wrong way round."""

CENTURY = 100
_DAY = re.compile(
    rf"(?:le )?(?:(?P<near>{'|'.join(NEAR)})|(?:(?P<weekday>{'|'.join(WEEKDAYS)})(?: prochain)?)?"
    r"[ ,]*(?:le )?(?:(?P<day>\d{1,2})(?:er)?"
    rf"(?: ?[/.] ?(?P<number>\d{{1,2}})| (?P<month>{'|'.join(MONTHS)}))?"
    r"(?:(?: ?[/.] ?| )(?P<year>\d{4}|\d{2}))?)?)"
)
_ISO = re.compile(r"(?P<year>\d{4})-(?P<number>\d{2})-(?P<day>\d{2})")
_BEGINNING = re.compile(r"^(?:(?:du|de|des|a partir du|entre) )(?:le )?")
_BETWEEN = re.compile(r" (?:jusqu'au|jusqu'a|au|a|et) (?:le )?| ?- ?")
_UNTIL = re.compile(r"^(?:jusqu'au|jusqu'a) ")


@dataclass(frozen=True)
class _Typed:
    """What was typed of one day; None where nothing was."""

    near: int | None = None
    weekday: int | None = None
    day: int | None = None
    month: int | None = None
    year: int | None = None


_TODAY = _Typed(near=0)


def parse_days(text: str, today: date) -> Days:
    """Return days from what was typed: one, or from and to, both included.

    Without a year they are the next ones that are not over, which may have begun. Raises
    InputError whose `what` names the sentence that explains: `days_unknown`, `days_impossible`,
    `days_weekday`, `days_order`, `days_past`, `days_long`.
    """
    words = _plain(text)
    if words == "cette semaine":
        return Days(today, today + WEEK - timedelta(days=today.weekday()))
    if words in {"semaine prochaine", "la semaine prochaine"}:
        monday = today + timedelta(days=7 - today.weekday())
        return Days(monday, monday + WEEK)
    return _resolve(*_read(words), today)


def _plain(text: str) -> str:
    """Lower case, no accents, one kind of apostrophe, of dash and of space, no full stop."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(re.sub(r"[‐‑‒–—−]", "-", letters).split()).rstrip(" .")  # noqa: RUF001  # dashes of all kinds


def _read(words: str) -> tuple[_Typed, _Typed]:
    """Return the first and the last day typed. Raises InputError: `days_unknown`."""
    alone = _day(_BEGINNING.sub("", words))
    if alone and (alone.month or alone.day is None):
        return alone, alone
    until = _day(_UNTIL.sub("", words)) if _UNTIL.match(words) else None
    if until and (until.month or until.day is None):
        return _TODAY, until
    for first, last in _halves(_BEGINNING.sub("", words)):
        if last.day is not None and last.month is None:
            continue
        if first.day is not None and first.month is None:  # « du 2 au 6 mars »
            first = replace(first, month=last.month, year=first.year or last.year)  # noqa: PLW2901
        if first.day is None or first.month:
            return first, last
    raise InputError("days_unknown")


def _halves(words: str) -> Iterator[tuple[_Typed, _Typed]]:
    for found in _BETWEEN.finditer(words):
        first, last = _day(words[: found.start()]), _day(words[found.end() :])
        if first and last:
            yield first, last


def _day(words: str) -> _Typed | None:
    found = _ISO.fullmatch(words) or _DAY.fullmatch(words)
    if found is None or not words.strip(" ,"):
        return None
    said = {"near": None, "weekday": None, "month": None, **found.groupdict()}
    month = MONTHS.index(said["month"]) + 1 if said["month"] else said["number"]
    year = int(said["year"]) if said["year"] else None
    if year is not None and year < CENTURY:
        year += 2000
    return _Typed(
        near=NEAR[said["near"]] if said["near"] else None,
        weekday=WEEKDAYS.index(said["weekday"]) if said["weekday"] else None,
        day=int(said["day"]) if said["day"] else None,
        month=int(month) if month else None,
        year=year,
    )


def _resolve(first: _Typed, last: _Typed, today: date) -> Days:
    """Choose the years that were not typed: the shortest stretch, then the nearest."""
    single = first == last
    found = [
        Days(begin, end)
        for begin in _dates(first, today, today)
        for end in ([begin] if single else _dates(last, begin, today))
        if begin <= end
    ]
    if not found:
        raise InputError("days_order")
    coming = [days for days in found if days.last >= today]
    if not coming:
        raise InputError("days_past")
    days = min(coming, key=lambda each: (each.last - each.first, each.first))
    implied = any(each.month and each.year is None for each in (first, last))
    if days.last - days.first > LONGEST_WITHOUT_YEAR and implied:
        raise InputError("days_order")
    if days.last - days.first + ONE_DAY > LONGEST:
        raise InputError("days_long")
    for typed, day in ((first, days.first), (last, days.last)):
        if typed.weekday is not None and typed.weekday != day.weekday():
            raise InputError("days_weekday")
    return days


def _dates(typed: _Typed, start: date, today: date) -> list[date]:
    """Return the dates that one typed day may be. Raises InputError: `days_impossible`."""
    if typed.near is not None:
        return [today + typed.near * ONE_DAY]
    if typed.day is None or typed.month is None:
        return [start + ((typed.weekday or 0) - start.weekday()) % 7 * ONE_DAY]
    years = [typed.year] if typed.year else range(today.year - 1, today.year + 3)
    found = []
    for year in years:
        try:
            found.append(date(year, typed.month, typed.day))
        except ValueError:
            continue
    if not found:
        raise InputError("days_impossible")
    return found
