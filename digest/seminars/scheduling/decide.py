"""What animators are warned of before a date counts, and what a change asks for. Decisions only."""

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.clock import PARIS
from core.working_time import public_holidays
from digest.seminars.decide import State
from digest.seminars.half_days import Half, Hours, Span, half_days_on
from digest.seminars.scheduling.rules import parse_half_days

ONE_DAY = timedelta(days=1)
SATURDAY = 5


class Warns(enum.StrEnum):
    """What a date can run into."""

    HOLIDAY = "holiday"
    BRIDGE = "bridge"
    WEEK_END = "week_end"
    SCHOOL = "school"
    CLASH = "clash"
    SAME_DAY = "same_day"


class Edited(enum.StrEnum):
    """What can be changed of a meeting."""

    TITLE = "title"
    KIND = "kind"
    WHEN = "when"
    PLACE = "place"
    ACCESS = "access"
    LINK = "link"
    CAPACITY = "capacity"
    PROGRAMME = "programme"
    MEALS = "meals"
    QUESTIONS = "questions"
    REMINDERS = "reminders"
    CHASES = "chases"


class Step(enum.StrEnum):
    """What becomes of a change: done, confirmed first because people are told, or too late."""

    DONE = "done"
    CONFIRMED = "confirmed"
    LATE = "late"


@dataclass(frozen=True)
class SchoolHoliday:
    """Days without school in a zone, from the first to the last, both included."""

    zone: str
    first: date
    last: date
    name: str = ""


@dataclass(frozen=True)
class Other:
    """Another meeting of the network, and when it is."""

    title: str
    kind: str
    half_days: tuple[tuple[date, Half], ...]


@dataclass(frozen=True)
class Caution:
    """Something to be known of a day; `name` says what, `zones` where there is no school."""

    what: Warns
    day: date
    name: str = ""
    zones: tuple[str, ...] = ()


def cautions(
    half_days: Sequence[Hours],
    school: Iterable[SchoolHoliday],
    zones: Iterable[str],
    others: Iterable[Other],
) -> tuple[Caution, ...]:
    """Return what the days of a meeting run into, day by day.

    `zones` are those whose school holidays matter; without any, all those that are known.
    """
    wanted, known, meetings = set(zones), list(school), list(others)
    matter = [each for each in known if not wanted or each.zone in wanted]
    found: list[Caution] = []
    for day in dict.fromkeys(each.day for each in half_days):
        found += _of_the_calendar(day)
        found += _without_school(day, matter)
        halves = {(each.day, each.half) for each in half_days if each.day == day}
        found += _of_others(day, halves, meetings)
    return tuple(found)


def is_bridge(day: date) -> bool:
    """Say whether a day is alone at work between two days off, one of them a public holiday."""
    around = (day - ONE_DAY, day + ONE_DAY)
    return not _is_off(day) and all(map(_is_off, around)) and any(map(_is_holiday, around))


def follow(text: str, now: datetime, last: Sequence[Hours]) -> tuple[Hours, ...]:
    """Return the half-days of a meeting like the last one, of which only the date was typed.

    Hours that were typed count; else they are those of the last one, on as many days. Raises
    InputError as `parse_half_days` does.
    """
    by_day = _by_day(last)
    found = parse_half_days(text, now, by_day[0][1])
    first = found[0].day
    if len(by_day) == 1 or list(found) != list(half_days_on(first, by_day[0][1])):
        return found
    begin = by_day[0][0]
    return tuple(
        each for day, spans in by_day for each in half_days_on(first + (day - begin), spans)
    )


def step(
    edited: Edited, state: State, starts_at: datetime, ends_at: datetime, now: datetime
) -> Step:
    """Say what becomes of a change of a meeting.

    A date is echoed before it counts, and is not changed once the meeting began. A change of place
    or of link is confirmed while it concerns people: once published, until the end.
    """
    if state is State.CANCELLED:
        return Step.LATE
    if edited is Edited.WHEN:
        return Step.LATE if state is State.PUBLISHED and now >= starts_at else Step.CONFIRMED
    told = edited in {Edited.PLACE, Edited.LINK} and is_followed(state, ends_at, now)
    return Step.CONFIRMED if told else Step.DONE


def is_followed(state: State, ends_at: datetime, now: datetime) -> bool:
    """Say whether people have a meeting in their calendars, and it is of use to tell them."""
    return state is State.PUBLISHED and now < ends_at


def grows(before: int | None, after: int | None) -> bool:
    """Say whether there are more places than before; None is no limit."""
    return before is not None and (after is None or after > before)


def _of_the_calendar(day: date) -> Iterator[Caution]:
    if _is_holiday(day):
        yield Caution(Warns.HOLIDAY, day)
    elif day.weekday() >= SATURDAY:
        yield Caution(Warns.WEEK_END, day)
    elif is_bridge(day):
        yield Caution(Warns.BRIDGE, day)


def _without_school(day: date, school: Iterable[SchoolHoliday]) -> Iterator[Caution]:
    zones: dict[str, list[str]] = {}
    for each in school:
        if each.first <= day <= each.last:
            zones.setdefault(each.name, []).append(each.zone)
    for name, where in zones.items():
        yield Caution(Warns.SCHOOL, day, name, tuple(sorted(set(where))))


def _of_others(
    day: date, halves: set[tuple[date, Half]], others: Iterable[Other]
) -> Iterator[Caution]:
    for other in others:
        if halves & set(other.half_days):
            yield Caution(Warns.CLASH, day, other.title)
        elif any(each == day for each, _half in other.half_days):
            yield Caution(Warns.SAME_DAY, day, other.title)


def _by_day(half_days: Sequence[Hours]) -> list[tuple[date, tuple[Span, ...]]]:
    found: dict[date, list[Span]] = {}
    for each in half_days:
        span = tuple(at.astimezone(PARIS).time() for at in (each.starts_at, each.ends_at))
        found.setdefault(each.day, []).append((span[0], span[1]))
    return [(day, tuple(spans)) for day, spans in sorted(found.items())]


def _is_off(day: date) -> bool:
    return day.weekday() >= SATURDAY or _is_holiday(day)


def _is_holiday(day: date) -> bool:
    return day in public_holidays(day.year)
