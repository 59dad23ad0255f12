"""What an account of the hotline says, from values alone."""

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from core.clock import PARIS
from core.errors import InputError
from core.text import normalise
from core.working_time import WorkingTime

Unit = Literal["month", "quarter", "year"]

PER_YEAR: dict[Unit, int] = {"month": 12, "quarter": 4, "year": 1}
FIRST_YEAR, LAST_YEAR = 2000, 2100
MONTHS = (
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre".split()  # noqa: SIM905  # twelve quoted words are no clearer
)


@dataclass(frozen=True)
class Period:
    """A month, a quarter or a year of Paris; `number` is its rank in the year, from 1."""

    unit: Unit
    year: int
    number: int

    @property
    def start(self) -> datetime:
        """Its first instant, aware."""
        months = 12 // PER_YEAR[self.unit]
        return datetime(self.year, (self.number - 1) * months + 1, 1, tzinfo=PARIS)

    @property
    def end(self) -> datetime:
        """The first instant after it, aware."""
        return self.moved(1).start

    def moved(self, by: int) -> "Period":
        """Return the period that is so many further on."""
        rank = self.year * PER_YEAR[self.unit] + self.number - 1 + by
        return Period(self.unit, rank // PER_YEAR[self.unit], rank % PER_YEAR[self.unit] + 1)

    def __str__(self) -> str:
        return f"{self.unit}-{self.year}-{self.number}"


def around(unit: Unit, now: datetime) -> Period:
    """Return the month, quarter or year that `now` is in."""
    local = now.astimezone(PARIS)
    return Period(unit, local.year, (local.month - 1) * PER_YEAR[unit] // 12 + 1)


def parse_period(identity: str) -> Period | None:
    """Read what `str(period)` wrote; None for anything else, such as a forged button."""
    found = re.fullmatch(r"(month|quarter|year)-([0-9]{4})-([0-9]{1,2})", identity)
    if found is None:
        return None
    unit: Unit = found[1]  # type: ignore[assignment]  # one of the three, by the expression
    year, number = int(found[2]), int(found[3])
    known = FIRST_YEAR <= year <= LAST_YEAR and 1 <= number <= PER_YEAR[unit]
    return Period(unit, year, number) if known else None


def read_period(words: str, now: datetime) -> Period:
    """Read a period as it is said: « mois », « trimestre dernier », « octobre 2026 », « T3 2026 ».

    Nothing said is the present month. Raises InputError with the name of the block that explains.
    """
    said = normalise(words)
    if not said:
        return around("month", now)
    if found := re.fullmatch(r"(mois|trimestre|annee|an)( dernier| derniere| precedente?)?", said):
        units: dict[str, Unit] = {"mois": "month", "trimestre": "quarter"}
        here = around(units.get(found[1], "year"), now)
        return here.moved(-1) if found[2] else here
    named = _named(said)
    if named is None or not FIRST_YEAR <= named.year <= LAST_YEAR:
        raise InputError("unknown_period", hint="say mois, trimestre or année")
    return named


def _named(said: str) -> Period | None:
    """Read a period that is named by its year."""
    if found := re.fullmatch(r"(?:annee )?([0-9]{4})", said):
        return Period("year", int(found[1]), 1)
    if found := re.fullmatch(r"(?:t|trimestre )([1-4]) ([0-9]{4})", said):
        return Period("quarter", int(found[2]), int(found[1]))
    if found := re.fullmatch(r"([0-9]{1,2}) ([0-9]{4})", said):
        return parse_period(f"month-{found[2]}-{found[1]}")
    if (found := re.fullmatch(r"([a-z]+) ([0-9]{4})", said)) and found[1] in MONTHS:
        return Period("month", int(found[2]), MONTHS.index(found[1]) + 1)
    return None


@dataclass(frozen=True)
class Asked:
    """A question as it counts: names of theme and territory are None where there is none.

    `presented_at` is when the team got it, None when a validated answer was enough.
    """

    opened_at: datetime
    channel: str
    theme: str | None
    territory: str | None
    presented_at: datetime | None
    first_answer_at: datetime | None
    by_base: bool
    rating: int | None


Cells = tuple[tuple[str, int], ...]
"""Names with their counts, the largest first, then by name; an empty name is « none »."""


@dataclass(frozen=True)
class Account:
    """What is said of a period. `median_wait` is in working time, None without any answer."""

    asked: int
    answered: int
    by_base: int
    median_wait: timedelta | None
    timed: int
    rated: int
    satisfied: int
    by_channel: Cells
    by_theme: Cells
    by_territory: Cells
    unheard: tuple[str, ...] = ()

    @property
    def share_by_base(self) -> int | None:
        """The share answered by the knowledge base, in whole percents; None without an answer."""
        return round(100 * self.by_base / self.answered) if self.answered else None


SATISFIED = 2


def account(
    questions: Sequence[Asked], territories: Iterable[str], working: WorkingTime
) -> Account:
    """Count the questions of a period. `territories` are all that take part in the network."""
    answered = [one for one in questions if one.by_base or one.first_answer_at]
    waits = [
        working.between(one.presented_at, one.first_answer_at)
        for one in questions
        if one.presented_at and one.first_answer_at
    ]
    rated = [one.rating for one in questions if one.rating is not None]
    heard = {one.territory for one in questions}
    return Account(
        asked=len(questions),
        answered=len(answered),
        by_base=sum(one.by_base for one in questions),
        median_wait=_median(waits),
        timed=len(waits),
        rated=len(rated),
        satisfied=sum(rating == SATISFIED for rating in rated),
        by_channel=_cells(one.channel for one in questions),
        by_theme=_cells(one.theme or "" for one in questions),
        by_territory=_cells(one.territory or "" for one in questions),
        unheard=tuple(sorted(set(territories) - heard)),
    )


def _median(waits: Sequence[timedelta]) -> timedelta | None:
    if not waits:
        return None
    return timedelta(seconds=statistics.median(wait.total_seconds() for wait in waits))


def _cells(names: Iterable[str]) -> Cells:
    counts = Counter(names)
    return tuple(sorted(counts.items(), key=lambda cell: (-cell[1], cell[0])))


Hidden = tuple[tuple[str, int | None], ...]
"""Cells as funders may read them: None for a count that is too small to be told."""


def hidden(cells: Cells, smallest: int) -> Hidden:
    """Hide the counts under `smallest`, and as many more as keep the total from giving them away.

    A lone hidden count is the total less the others; a few that add up to little are guessed.
    """
    counts = dict(cells)
    small = {name for name, count in cells if count < smallest}
    others = [name for name, _count in reversed(cells) if name not in small]
    for name in others if small else ():
        if len(small) > 1 and sum(counts[each] for each in small) >= smallest:
            break
        small.add(name)
    return tuple((name, None if name in small else count) for name, count in cells)


def named(said: str, names: Sequence[str]) -> tuple[int, ...]:
    """Return which of `names` may be meant: the one written just so, or all that hold its words."""
    wanted = set(normalise(said).split())
    if not wanted:
        return ()
    exact = tuple(i for i, name in enumerate(names) if set(normalise(name).split()) == wanted)
    holding = (i for i, name in enumerate(names) if wanted <= set(normalise(name).split()))
    return exact or tuple(holding)
