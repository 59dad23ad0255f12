"""Days said together: alone, one after another, or from one to the other; and their years."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Literal

from core.clock import PARIS
from watch.understanding.calls.days import Day, exists, last_day

Shape = Literal["single", "list", "range"]


@dataclass(frozen=True, slots=True)
class Span:
    """Days that are said together at `plain[start:end]`."""

    shape: Shape
    days: tuple[Day, ...]

    @property
    def start(self) -> int:
        """Where the first day begins."""
        return self.days[0].start

    @property
    def end(self) -> int:
        """Where the last one ends, its time included."""
        return self.days[-1].end


_TO = re.compile(r"\s?(?:inclus\s)?(?:au|-|a|->|→|jusqu'au|to)\s?(?:le\s)?")
_AND_THE = re.compile(r"\s(?:et|and)\s(?:le\s)?")
_AND = re.compile(
    r"\s?(?:[,;/&•]\s?)?(?:-\s|\*\s)?(?:(?:et|ou|puis|and)\s)?(?:(?:le|les|au|aux)\s)?"
)
_FROM = re.compile(r"(?<!\w)(?:du|des\sle|depuis\sle|a\spartir\sdu|from)\s\Z")
_BETWEEN = re.compile(r"(?<!\w)(?:entre|between)(?:\sle)?\s\Z")


def group(plain: str, days: Sequence[Day]) -> list[Span]:
    """Return the days that a folded text names, those that are said together as one."""
    spans: list[Span] = []
    together: list[Day] = []
    for day in days:
        if together and day.start < together[-1].end:
            continue
        shape = _joined(plain, together, day) if together else None
        if shape == "range":
            *listed, first = together
            spans += _listed(listed)
            spans.append(Span("range", (first, day)))
            together = []
        elif shape == "list":
            together.append(day)
        else:
            spans += _listed(together)
            together = [day]
    return spans + _listed(together)


def _listed(days: list[Day]) -> list[Span]:
    return [Span("list" if len(days) > 1 else "single", tuple(days))] if days else []


def _joined(plain: str, together: list[Day], day: Day) -> Shape | None:
    """Tell how a day follows those before it."""
    before = together[-1]
    if day.start - before.end > _FARTHEST:
        return None
    window = max(0, before.start - 16)
    between = plain[before.end : day.start].replace("\n", " ")
    if _TO.fullmatch(between):
        apart = "jusqu" in between and not _FROM.search(plain, window, before.start)
        return None if apart else "range"
    if _AND_THE.fullmatch(between) and _BETWEEN.search(plain, window, before.start):
        return "range"
    return "list" if between and _AND.fullmatch(between) else None


_FARTHEST = 16


def dated(span: Span, seen: date) -> tuple[date, ...]:
    """Return the dates of a span, in its order. Empty when one of them cannot be.

    A year that is missing is the one that keeps the order of the days of a span (« du 20
    décembre au 10 janvier 2027 » begins in 2026); else the next such day on or after `seen`.
    """
    days = list(span.days)
    known = [index for index, day in enumerate(days) if day.year is not None]
    if not known:
        anchor = len(days) - 1 if span.shape == "range" else 0
        found = _coming(days[anchor], seen)
        if found is None:
            return ()
        days[anchor] = replace(days[anchor], year=found)
        known = [anchor]
    for index in reversed(range(known[0])):
        days[index] = _in_order(days[index], days[index + 1], later=False)
    for index in range(known[0] + 1, len(days)):
        days[index] = _in_order(days[index], days[index - 1], later=True)
    dates = [_date(day, day.year) for day in days if day.year is not None]
    return tuple(each for each in dates if each is not None) if all(dates) else ()


def _in_order(day: Day, neighbour: Day, *, later: bool) -> Day:
    """Give a day the year that puts it right after, or right before, its neighbour."""
    if day.year is not None or neighbour.year is None:
        return day
    mine, other = (day.month, day.day or 31), (neighbour.month, neighbour.day or 31)
    step = (1 if mine < other else 0) if later else (-1 if mine > other else 0)
    return replace(day, year=neighbour.year + step)


def _coming(day: Day, seen: date) -> int | None:
    """Return the year of the next such day on or after `seen`.

    A week day that is named settles it when that one is not on it and a neighbour is: the last
    such day before `seen` (the text is an old one), or the one a year later.
    """
    years = [seen.year + step for step in range(-1, 9)]
    dates = [each for year in years if (each := _date(day, year))]
    coming = [each for each in dates if each >= seen]
    if not coming:
        return None
    past = [each for each in dates if each < seen]
    likely = [*coming[:1], *past[-1:], *coming[1:2]]
    named = [each for each in likely if each.weekday() == day.weekday]
    return (named or likely)[0].year


def _date(day: Day, year: int | None) -> date | None:
    if year is None or not 1 <= year <= date.max.year or not exists(year, day.month, day.day):
        return None
    return date(year, day.month, day.day or last_day(year, day.month))


def opens_at(day: Day, on: date) -> datetime:
    """Return the instant, in Paris, at which what starts on a day starts."""
    return datetime.combine(on, time(*(day.time or (0, 0))), PARIS)


def closes_at(day: Day, on: date) -> datetime:
    """Return the instant, in Paris, at which what closes on a day closes."""
    return datetime.combine(on, time(*(day.time or (23, 59))), PARIS)
