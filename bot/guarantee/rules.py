"""What the guarantee decides, from values alone."""

from collections.abc import Mapping
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
    """An absence: whose, when, and who stands in for them."""

    person_id: int
    days: Days
    substitute_id: int | None = None


@dataclass(frozen=True)
class Roster:
    """Who answers, and when: `usual` are the team's hours, `own` those of each animator.

    The hours do not count the absences in; the methods that give hours do.
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

    def away(self, person_id: int, day: date) -> Away | None:
        """Return the absence of somebody on a day; of several, the one that ends last."""
        found = (e for e in self.absences if e.person_id == person_id and day in e.days)
        return max(found, key=lambda each: (each.days.last, each.substitute_id or 0), default=None)
