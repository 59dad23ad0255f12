"""How the hours of a meeting are cut into half-days. Decisions only."""

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.clock import PARIS, aware

NOON = time(12, 30)
AFTERNOON = time(14, 0)
EVENING = time(18, 0)


class Half(enum.StrEnum):
    """Which part of a day."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


@dataclass(frozen=True)
class Hours:
    """One half-day: its day in Paris, and its instants in UTC."""

    day: date
    half: Half
    starts_at: datetime
    ends_at: datetime


def half_days_of(starts_at: datetime, ends_at: datetime) -> Sequence[Hours]:
    """Cut a meeting into half-days, each of its days having the same hours in Paris.

    A day that begins before 12:30 and ends after 14:00 has a break between the two; what begins
    from 18:00 on is an evening.
    """
    first, last = starts_at.astimezone(PARIS), ends_at.astimezone(PARIS)
    if last.time() <= first.time() and last.date() > first.date():  # it goes past midnight
        return [Hours(first.date(), half_at(first.time()), aware(starts_at), aware(ends_at))]
    days = (last.date() - first.date()).days + 1
    dates = (first.date() + timedelta(days=number) for number in range(days))
    return [hours for day in dates for hours in _of_day(day, first.time(), last.time())]


def half_at(hour: time) -> Half:
    """Return which half of the day an hour falls in."""
    if hour >= EVENING:
        return Half.EVENING
    return Half.MORNING if hour < NOON else Half.AFTERNOON


def _of_day(day: date, start: time, end: time) -> Iterator[Hours]:
    if start < NOON and end > AFTERNOON:
        yield _hours(day, Half.MORNING, start, NOON)
        yield _hours(day, Half.AFTERNOON, AFTERNOON, end)
    else:
        yield _hours(day, half_at(start), start, end)


def _hours(day: date, half: Half, start: time, end: time) -> Hours:
    begins, stops = (aware(datetime.combine(day, hour, PARIS)) for hour in (start, end))
    return Hours(day, half, begins, stops)
