"""How the hours of a meeting are cut into half-days. Decisions only."""

import enum
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Self

from core.clock import PARIS, aware

NOON = time(12, 30)
AFTERNOON = time(14, 0)
EVENING = time(18, 0)

Span = tuple[time, time]
"""From an hour of the day to another, both as clocks show them in Paris."""


class Half(enum.StrEnum):
    """Which part of a day."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


IN_FILES = {Half.MORNING: "matin", Half.AFTERNOON: "apres-midi", Half.EVENING: "soiree"}
"""How the names of files say a half: readers see them, any system writes them."""


@dataclass(frozen=True)
class Hours:
    """One half-day: its day in Paris, and its instants in UTC."""

    day: date
    half: Half
    starts_at: datetime
    ends_at: datetime

    def to_json(self) -> dict[str, Any]:
        """Return what can be stored as JSON."""
        return {
            "day": self.day.isoformat(),
            "half": self.half.value,
            "starts_at": self.starts_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote."""
        return cls(
            date.fromisoformat(raw["day"]),
            Half(raw["half"]),
            datetime.fromisoformat(raw["starts_at"]),
            datetime.fromisoformat(raw["ends_at"]),
        )


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
    span = (first.time(), last.time())
    return [hours for day in dates for hours in half_days_on(day, [span])]


def half_days_on(day: date, spans: Iterable[Span]) -> Sequence[Hours]:
    """Return the half-days of one day whose hours are given.

    Hours over midday are cut as in `half_days_of`; those that fall in the same half-day are one,
    from the first beginning to the last end.
    """
    found: dict[Half, Hours] = {}
    for each in (hours for span in spans for hours in _cut(day, *span)):
        other = found.get(each.half, each)
        starts_at = min(each.starts_at, other.starts_at)
        ends_at = max(each.ends_at, other.ends_at)
        found[each.half] = Hours(day, each.half, starts_at, ends_at)
    return sorted(found.values(), key=lambda hours: hours.starts_at)


def kept_places(
    before: Sequence[tuple[date, str]], after: Sequence[tuple[date, str]]
) -> list[int | None]:
    """Return which half-day of `before` each of `after` is, by its index; None for a new one.

    As many as before: each stays in its place. Else they are the same by their day and half, then
    by their half alone, in order.
    """
    if len(before) == len(after):
        return list(range(len(before)))
    found: list[int | None] = [None] * len(after)
    left = list(range(len(before)))
    for first in (0, 1):  # the day and the half, then the half alone
        for place, new in enumerate(after):
            same = [at for at in left if before[at][first:] == new[first:]]
            if found[place] is None and same:
                found[place] = same[0]
                left.remove(same[0])
    return found


def in_file_names(day: date, half: str) -> str:
    """Return how the names of files say a half-day: `2027-03-12-matin`."""
    return f"{day.isoformat()}-{IN_FILES[Half(half)]}"


def half_at(hour: time) -> Half:
    """Return which half of the day an hour falls in."""
    if hour >= EVENING:
        return Half.EVENING
    return Half.MORNING if hour < NOON else Half.AFTERNOON


def half_days_chosen(
    chosen: Collection[int] | None, existing: Collection[int]
) -> tuple[int, ...] | None:
    """Return the half-days of a choice that exist, in the meeting's order; None for all.

    When none of those chosen is left, somebody comes to what there is.
    """
    kept = tuple(one for one in existing if chosen is not None and one in chosen)
    return None if not kept or len(kept) == len(existing) else kept


def _cut(day: date, start: time, end: time) -> Iterator[Hours]:
    if start < NOON and end > AFTERNOON:
        yield _hours(day, Half.MORNING, start, NOON)
        yield _hours(day, Half.AFTERNOON, AFTERNOON, end)
    else:
        yield _hours(day, half_at(start), start, end)


def _hours(day: date, half: Half, start: time, end: time) -> Hours:
    begins, stops = (aware(datetime.combine(day, hour, PARIS)) for hour in (start, end))
    return Hours(day, half, begins, stops)
