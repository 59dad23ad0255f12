"""When a meeting is, as people type it: days, and their hours.

« jeudi 12 mars 9h30-17h », « 12/03/2027 de 9h30 à 17h », « 12/3/27 9h »,
« 12 nov. 9h », « 12 et 13 mars 9h-17h », « du 12 au 14 mars 2027 de 9h à 17h », « 12 mars 14h-17h
et 13 mars matin ». Hours are those of Paris.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from core.clock import PARIS, aware
from core.errors import InputError
from digest.seminars.half_days import Hours, Span, half_days_on
from digest.seminars.rules import plain

LASTING = timedelta(hours=3)
"""How long a meeting lasts when only its beginning was given."""

EARLIEST_YEAR = 2000
FURTHEST_YEARS = 8
"""How far ahead meetings are planned; the 29 February comes back within that time."""

MOST_DAYS = 10

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin",
    "juillet", "aout", "septembre", "octobre", "novembre", "decembre",
)  # fmt: skip

PARTS: dict[str, tuple[Span, ...]] = {
    "matin": ((time(9), time(12, 30)),),
    "apres-midi": ((time(14), time(17)),),
    "journee": ((time(9), time(12, 30)), (time(14), time(17))),
    "soir": ((time(18), time(20)),),
}
"""The hours of a part of a day, when nobody gives others."""

SHORT_MONTHS = ("janv", "jan", "fevr", "fev", "avr", "juil", "sept", "oct", "nov", "dec")
"""How months are cut short; « mar » is left out, being a mardi too."""

_MONTH = "|".join((*MONTHS, *(rf"{short}\b\.?" for short in SHORT_MONTHS)))
_TOKENS = re.compile(
    rf"(?P<iso>\d{{4}}-\d\d-\d\d)(?!\d)"
    r"|(?P<part>apres[- ]midi|matin(?:ee)?|journee|soir(?:ee)?)\b"
    r"|(?P<year>\d{4})(?!\d)"
    rf"|(?P<hour>\d{{1,2}}\s?(?:h(?:eures?)?|:)(?:\s?\d\d(?!\d|\s?(?:er\b|/|{_MONTH})))?)(?!\w)"
    r"|(?P<bare>\d{1,2})(?=\s?(?:-|a)\s?\d{1,2}\s?h)"
    r"|(?P<date>\d{1,2}[/.]\d{1,2}(?:[/.]\d{4}|[/.]\d\d)?(?![/.]?\d)"
    rf"|\d{{1,2}}-\d{{1,2}}(?:-\d{{4}}|-\d\d)?(?![\d-]|\s?(?:er\b|{_MONTH})))"
    r"|(?P<number>\d{1,2})(?:er)?(?!\w)"
    rf"|(?P<month>{_MONTH})(?!\w)"
    rf"|(?P<weekday>{'|'.join(WEEKDAYS)})\b"
    r"|(?P<noon>midi)\b"
    r"|(?P<to>-|jusqu'au?\b|au?\b)"
    r"|(?P<also>,|;|&|\+|et\b|puis\b)"
    r"|(?P<nothing>\s+|\.$|(?:le|la|les|du|de|des|en|toute|partir)\b)"
)


@dataclass(frozen=True)
class Token:
    """A word that counts: what it is, and what it says."""

    what: str
    text: str = ""


@dataclass(frozen=True)
class Typed:
    """A day as it was typed; `to` says that it ends a run of days."""

    day: int
    month: int | None = None
    year: int | None = None
    weekday: str = ""
    to: bool = False


@dataclass(frozen=True)
class Group:
    """Days that have the same hours; an end that is None was not typed."""

    days: tuple[Typed, ...]
    spans: tuple[tuple[time, time | None], ...]


def parse_half_days(text: str, now: datetime, usual: Sequence[Span] = ()) -> tuple[Hours, ...]:
    """Return the half-days that were typed, in order, all of them ahead.

    Without a year, the next such days; without an end, three hours; without any hours, the
    `usual` ones. Raises InputError whose `what` names the sentence that explains: `when_unknown`,
    `when_day`, `when_hours`, `when_across`, `when_impossible`, `when_leap`, `when_weekday`,
    `when_days_order`, `when_order`, `when_overlap`, `when_many`, `when_past`.
    """
    groups = _Reader(tuple(_tokens(plain(text)))).groups(usual)
    first = groups[0].spans[0][0]
    days = _resolved([day for group in groups for day in group.days], first, now)
    found: dict[date, list[Span]] = {}
    for group in groups:
        own, days = days[: len(group.days)], days[len(group.days) :]
        for day in _run(group.days, own):
            found.setdefault(day, []).extend(_ends(day, group.spans))
    if len(found) > MOST_DAYS:
        raise InputError("when_many")
    half_days = [each for day in sorted(found) for each in _of_day(day, found[day])]
    if half_days[0].starts_at <= now:
        raise InputError("when_past")
    return tuple(half_days)


def _tokens(text: str) -> Iterator[Token]:
    """Cut a text into words that count. Raises InputError: `when_unknown`."""
    at = 0
    while at < len(text):
        found = _TOKENS.match(text, at)
        if found is None:
            raise InputError("when_unknown")
        at = found.end()
        if found.lastgroup != "nothing":
            yield Token(found.lastgroup or "", found.group())


class _Reader:
    """Reads days, then their hours, then other days with theirs."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self._tokens = tokens
        self._at = 0

    def groups(self, usual: Sequence[Span]) -> list[Group]:
        """Return everything that was typed."""
        found: list[Group] = []
        while self._at < len(self._tokens):
            days = tuple(self._days())
            spans = tuple(self._spans())
            if not spans and not usual:
                raise InputError("when_hours")
            found.append(Group(days, spans or tuple(usual)))
        if not found:
            raise InputError("when_unknown")
        return found

    def _next(self, ahead: int = 0) -> str:
        place = self._at + ahead
        return self._tokens[place].what if place < len(self._tokens) else ""

    def _take(self) -> str:
        text = self._tokens[self._at].text
        self._at += 1
        return text

    def _skip(self, *what: str) -> bool:
        found = self._next() in what
        self._at += found
        return found

    def _days(self) -> Iterator[Typed]:
        self._skip("also")
        if self._next() in {"hour", "bare", "part", "noon"}:
            raise InputError("when_day")
        yield self._day()
        while self._next() in {"also", "to"} and self._next(1) in _DAY:
            to = self._next() == "to"
            self._at += 1
            yield replace(self._day(), to=to)
        if self._next(1) in _HOURS:
            self._skip("also", "to")

    def _day(self) -> Typed:
        weekday = self._take() if self._next() == "weekday" else ""
        if self._next() in {"date", "iso"}:
            pieces = re.split(r"[/.-]", self._take())
            if len(pieces[0]) > 2:  # noqa: PLR2004  # a year comes first in ISO 8601
                pieces.reverse()
            day, month, *years = map(int, pieces)
            if years and len(pieces[-1]) == 2:  # noqa: PLR2004  # « 27 » is 2027
                years[0] += EARLIEST_YEAR
            return Typed(day, month, years[0] if years else None, weekday)
        if self._next() != "number":
            raise InputError("when_unknown")
        typed = Typed(int(self._take().removesuffix("er")), weekday=weekday)
        if self._next() == "month":
            typed = replace(typed, month=_month(self._take()))
        return replace(typed, year=int(self._take())) if self._next() == "year" else typed

    def _spans(self) -> Iterator[tuple[time, time | None]]:
        while True:
            if self._next() == "part":
                yield from PARTS[_part(self._take())]
            elif self._next() in _HOURS:
                yield self._span()
            elif self._next() == "also" and self._next(1) in _HOURS:
                self._at += 1
            else:
                return

    def _span(self) -> tuple[time, time | None]:
        start = _hour(self._take())
        if self._next() != "to":
            return start, None
        self._at += 1
        if self._next() in _DAY:
            raise InputError("when_across")
        if self._next() not in {"hour", "number", "noon"}:
            raise InputError("when_unknown")
        return start, _hour(self._take())


_DAY = {"weekday", "date", "iso", "number"}
_HOURS = {"hour", "bare", "part", "noon"}


def _part(text: str) -> str:
    return next(part for part in PARTS if text.replace(" ", "-").startswith(part))


def _hour(text: str) -> time:
    """Read an hour. Raises InputError: `when_impossible`."""
    if text == "midi":
        return time(12)
    hour, minute = re.fullmatch(r"(\d+)\D*(\d*)", text).groups()  # type: ignore[union-attr]
    try:
        return time(int(hour), int(minute or 0))
    except ValueError as error:
        raise InputError("when_impossible") from error


def _month(text: str) -> int:
    """Return the number of a month, whole or cut short."""
    short = text.removesuffix(".")
    return next(number for number, one in enumerate(MONTHS, 1) if one.startswith(short))


def _resolved(typed: list[Typed], first: time, now: datetime) -> list[date]:
    """Give each day its month and its year: those of the next one that says them."""
    days: list[Typed] = []
    for each in reversed(typed):
        month = each.month or (days[0].month if days else None)
        if month is None:
            raise InputError("when_unknown")
        days.insert(0, replace(each, month=month))
    found: list[date] = []
    after = now.astimezone(PARIS)
    for place, each in enumerate(days):
        if each.to and each.year is None and _reversed(days[place - 1], each):
            raise InputError("when_days_order")
        said = _year_before(days[place:])
        day = _dated(each, said, after, first if not found else time(23, 59))
        if each.weekday and WEEKDAYS[day.weekday()] != each.weekday:
            raise InputError("when_weekday")
        found.append(day)
        after = datetime.combine(day, time(0), PARIS)
    return found


def _reversed(first: Typed, last: Typed) -> bool:
    """Say whether « du 14 au 12 mars » was typed: it would be read as a year."""
    return first.month == last.month and last.day <= first.day


def _year_before(days: Sequence[Typed]) -> int | None:
    """Return the year of the first of some days, as one of them says it: « 30 décembre et 2
    janvier 2028 » begins in 2027.
    """  # noqa: D205  # one sentence
    for place, each in enumerate(days):
        if each.year is not None:
            orders = [(one.month or 0, one.day) for one in days[: place + 1]]
            return each.year - sum(a > b for a, b in itertools.pairwise(orders))
    return None


def _dated(typed: Typed, year: int | None, after: datetime, hour: time) -> date:
    """Return a day in its year; without one, the next that comes after an instant."""
    coming = range(after.year, after.year + FURTHEST_YEARS + 1)
    for candidate in [year] if year is not None else coming:
        if not EARLIEST_YEAR <= candidate <= coming[-1]:
            break
        try:
            day = date(candidate, typed.month or 0, typed.day)
        except ValueError:
            continue
        if year is not None or datetime.combine(day, hour, PARIS) > after:
            return day
    leap = (typed.day, typed.month) == (29, 2)
    raise InputError("when_leap" if leap else "when_impossible")


def _run(typed: Sequence[Typed], days: Sequence[date]) -> Iterator[date]:
    """Give the days of a list, and those in between for « du 12 au 14 »."""
    previous: date | None = None
    for each, day in zip(typed, days, strict=True):
        if previous is not None and day <= previous:
            raise InputError("when_days_order")
        if each.to and previous is not None:
            between = (day - previous).days
            if between > MOST_DAYS:
                raise InputError("when_many")
            yield from (previous + timedelta(days=number) for number in range(1, between))
        yield day
        previous = day


def _ends(day: date, spans: Sequence[tuple[time, time | None]]) -> Iterator[Span]:
    for start, end in spans:
        if end is not None:
            yield start, end
            continue
        stops = datetime.combine(day, start) + LASTING
        yield start, stops.time() if stops.date() == day else time(23, 59)


def _of_day(day: date, spans: list[Span]) -> Sequence[Hours]:
    """Return the half-days of a day. Raises InputError: `when_order`, `when_overlap`."""
    instants = sorted(
        tuple(aware(datetime.combine(day, hour, PARIS)) for hour in span) for span in spans
    )
    if any(end <= start for start, end in instants):
        raise InputError("when_order")
    if any(later[0] < earlier[1] for earlier, later in itertools.pairwise(instants)):
        raise InputError("when_overlap")
    return half_days_on(day, spans)
