"""The dates by which texts of law are named, in folded texts."""

import re
from datetime import date

from watch.understanding.folding import fold
from watch.understanding.law.found import MONTHS

_NUMBERS = {fold(name).text: number for number, name in enumerate(MONTHS, 1)} | {
    "janv": 1,
    "fevr": 2,
    "fev": 2,
    "avr": 4,
    "juil": 7,
    "sept": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
_MONTH = "|".join(sorted(_NUMBERS, key=len, reverse=True))

DATE = (
    r"(?:(?P<day>\d{1,2})\s?(?:er)?\s{0,2}"
    rf"(?P<month>{_MONTH})\.?\s{{0,2}}(?P<year>\d{{4}})"
    r"|(?P<dd>\d{1,2})(?P<cut>[/.-])(?P<mm>\d{1,2})(?P=cut)(?P<yyyy>\d{4}))(?!\d)"
)
"""A day with its year, in words or in figures."""

_PART = re.compile(
    rf"(\d{{1,2}})(?!\d)\s?(?:er)?\s{{0,2}}(?:({_MONTH})\.?(?![a-z]))?\s{{0,2}}(\d{{4}})?"
)
_COMMA = re.compile(r"\s{0,2}(?:,|et|ou)\s{0,2}(?:du\s{1,2})?")
_MOST = 12


def day_of(match: re.Match[str]) -> date | None:
    """Return the day of a match of `DATE`; None when it has none, or there is no such day."""
    if match["day"]:
        return _day(int(match["year"]), _NUMBERS[match["month"]], int(match["day"]))
    if match["dd"]:
        return _day(int(match["yyyy"]), int(match["mm"]), int(match["dd"]))
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year > _OLDEST else None
    except ValueError:
        return None


_OLDEST = 1500


def several_days(text: str, place: int) -> list[tuple[date, int, int]]:
    """Return the days of « 29 novembre, 3 et 4 décembre 2020 » at `place`, each with its span.

    What a day lacks, it takes from the one after it.
    """
    parts: list[re.Match[str]] = []
    while len(parts) < _MOST and (part := _PART.match(text, place)):
        parts.append(part)
        if not (comma := _COMMA.match(text, part.end())):
            break
        place = comma.end()
    days: list[tuple[date, int, int]] = []
    month, year = 0, 0
    for part in reversed(parts):
        month = _NUMBERS[part[2]] if part[2] else month
        year = int(part[3]) if part[3] else year
        if day := _day(year, month, int(part[1])):
            days.append((day, part.start(), part.start() + len(part[0].rstrip())))
    return days[::-1]
