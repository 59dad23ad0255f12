"""What the silence guarantee decides: which reminders are due, to whom, at what instant. Pure.

A question awaits an answer since an instant. After so many working hours of the team its topic is
reminded, then whoever took charge of it, then the heads of the network; each once for each wait, in
this order, and within working hours. All is computed anew each time from what is known: a changed
configuration, an absence or a long stop need no care.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.guarantee.rules import Roster, in_charge
from core.working_time import WorkingTime, paris_day

TOPIC, NAMED, HEAD = 1, 2, 3
"""The levels: to the question's topic, to the named animator, to the heads of the network."""

LEVELS = (TOPIC, NAMED, HEAD)
PATIENCE = timedelta(days=7)
"""How long the named animator's own hours are waited for when no further level is set."""


@dataclass(frozen=True)
class Wait:
    """A question that awaits an answer: since when, reminders sent, who took charge of it."""

    since: datetime
    level: int = 0
    taken_by: int | None = None


@dataclass(frozen=True)
class Reminder:
    """A reminder: its level, from when it may go, and to whom when that is somebody (NAMED)."""

    level: int
    at: datetime
    to: int | None = None


@dataclass(frozen=True)
class Guarantee:
    """The thresholds in working hours, least first, and everybody's hours as known at `now`."""

    thresholds: tuple[timedelta, ...]
    roster: Roster
    team: WorkingTime
    now: datetime

    def coming(self, wait: Wait) -> Reminder | None:
        """Return the next reminder of a wait; at the earliest it goes at once, at `now`."""
        level = wait.level + 1
        if level > len(self.thresholds):
            return None
        return self._named(wait) if level == NAMED else Reminder(level, self._at(wait, level))

    def due(self, wait: Wait, heads: Collection[int]) -> list[Reminder]:
        """Return the reminders that go at `now`, in order: after a long stop there are several.

        Nobody is told twice at once: of two for the same place or person, the higher one goes.
        """
        found: list[Reminder] = []
        reminder = self.coming(wait)
        while reminder is not None and reminder.at <= self.now:
            found.append(reminder)
            wait = replace(wait, level=reminder.level)
            reminder = self.coming(wait)
        told = {each.level: each for each in found}
        if NAMED in told and told[NAMED].to is None:
            told.pop(TOPIC, None)
        if HEAD in told and NAMED in told and told[NAMED].to in heads:
            del told[NAMED]
        return list(told.values())

    def _at(self, wait: Wait, level: int) -> datetime:
        """Return when a level goes by the team's hours."""
        at = self.team.after(wait.since, self.thresholds[level - 1])
        return self.team.next_opening(max(at, self.now))

    def _named(self, wait: Wait) -> Reminder:
        """Find who is to be reminded by name, in their own hours; or else remind the topic.

        Their hours are waited for until the next level is due, no longer.
        """
        first = at = self._at(wait, NAMED)
        limit = self._at(wait, HEAD) if len(self.thresholds) >= HEAD else first + PATIENCE
        roster = self.roster
        while at <= limit:
            day = paris_day(at)
            person = in_charge(roster.absences, wait.taken_by, day, roster.own)
            if person is None:
                break
            opening = roster.own[person].next_opening(at)
            if opening == at:
                return Reminder(NAMED, at, person)
            at = opening
        return Reminder(NAMED, first)


def thresholds_of(hours: Sequence[float]) -> tuple[timedelta, ...]:
    """Return the thresholds of the configuration, least first; there are three levels at most."""
    return tuple(timedelta(hours=max(0.0, each)) for each in sorted(hours)[: len(LEVELS)])
