"""Who answers and when, from values alone: what is promised, absences, who stands in for whom."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.working_time import Days, WorkingTime, together

FAR = timedelta(weeks=6)
"""When everybody is away for longer, absences no longer stop the clock: somebody must know."""


@dataclass(frozen=True)
class Promise:
    """What an asker is told: by when an answer comes; when the team is back, if it is away."""

    due_at: datetime
    back_at: datetime | None


def promise(working: WorkingTime, now: datetime, days: int) -> Promise:
    """Return what is announced for a question asked at `now`, within so many working days."""
    back_at = None if working.is_open(now) else working.next_opening(now)
    return Promise(working.end_of_day(now, days), back_at)


@dataclass(frozen=True)
class Away:
    """An absence: whose, when, who stands in for them, and the words of their notice."""

    person_id: int
    days: Days
    substitute_id: int | None = None
    words: str = ""


def away_on(absences: Sequence[Away], person_id: int, day: date) -> Away | None:
    """Return the absence of somebody on a day: of several, one that ends last, the latest told."""
    found = [each for each in absences if each.person_id == person_id and day in each.days]
    last = max((each.days.last for each in found), default=None)
    return next((each for each in reversed(found) if each.days.last == last), None)


def in_charge(
    absences: Sequence[Away], person_id: int | None, day: date, animators: Collection[int]
) -> int | None:
    """Return who answers for somebody on a day: they, or who stands in for them, and so on.

    None is the team: nobody in particular, or they are all away or no animators any more.
    """
    asked: set[int] = set()
    while person_id is not None and person_id not in asked:
        asked.add(person_id)
        away = away_on(absences, person_id, day)
        if away is None:
            return person_id if person_id in animators else None
        person_id = away.substitute_id
    return None


@dataclass(frozen=True)
class Roster:
    """Who answers, and when: `usual` are the team's hours, `own` those of each animator.

    These hours do not count the absences in; the methods that give hours do. `absences` are in
    the order in which they were told.
    """

    usual: WorkingTime
    own: Mapping[int, WorkingTime]
    absences: tuple[Away, ...] = ()

    def team(self, now: datetime) -> WorkingTime:
        """Return when at least one animator answers; the team's hours while none is known."""
        if not self.own:
            return self.usual
        present = together(self.of(person_id) for person_id in self.own)
        far = present.next_opening(now) - now > FAR
        return together(self.own.values()) if far else present

    def of(self, person_id: int) -> WorkingTime:
        """Return when somebody answers."""
        away = (each.days for each in self.absences if each.person_id == person_id)
        return self.own.get(person_id, self.usual).without(away)
