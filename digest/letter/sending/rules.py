"""What is said of a sending, and when it must ask first: decisions only."""

import enum
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.ledger.rules import UNSETTLED
from core.ledger.rules import State as Row

WINDOW = timedelta(minutes=1)
"""The rate of a sending is that of its last minute."""

BAR = 12
"""How many signs the bar has."""

_STAMPS = 1_000_000_000
_CODE = re.compile(r"(?P<code>[245])\d\d(?: [245]\.(?P<subject>\d{1,3})\.(?P<detail>\d{1,3}))?")

ADDRESSING, MAILBOX, SECURITY = 1, 2, 7
"""The subjects of enhanced status codes that are told apart (RFC 3463 §3)."""

DISABLED, FULL = 1, 2
"""The details of a mailbox's status that are told apart (RFC 3463 §3.3)."""


class Failure(enum.StrEnum):
    """Why a message could not be delivered, in as few kinds as a person can use."""

    ADDRESS = "address"
    FULL = "full"
    POLICY = "policy"
    REFUSED = "refused"
    GIVEN_UP = "given_up"
    LEFT = "left"


def failure_of(reason: str) -> Failure:
    """Say what kind of failure a row's reason tells: what a server replied, or what we noted.

    Servers' words are theirs; their codes are everybody's (RFC 5321 §4.2, RFC 3463).
    """
    if reason == "left":
        return Failure.LEFT
    found = _CODE.match(reason)
    if found is None or found["code"] != "5":
        return Failure.GIVEN_UP
    if found["subject"] is None:
        return Failure.REFUSED
    return _permanent(int(found["subject"]), int(found["detail"]))


def _permanent(subject: int, detail: int) -> Failure:
    if subject == ADDRESSING or (subject, detail) == (MAILBOX, DISABLED):
        return Failure.ADDRESS
    if (subject, detail) == (MAILBOX, FULL):
        return Failure.FULL
    return Failure.POLICY if subject == SECURITY else Failure.REFUSED


def failures(reasons: Mapping[str, int]) -> Mapping[Failure, int]:
    """Return how many failures there are of each kind, in the order of kinds."""
    counted = dict.fromkeys(Failure, 0)
    for reason, count in reasons.items():
        counted[failure_of(reason)] += count
    return {kind: count for kind, count in counted.items() if count}


@dataclass(frozen=True)
class Counted:
    """Some rows of a mailing: how many in one state for one reason.

    `recent` of them were settled in the last minute, the first of these at `since`.
    """

    state: str
    reason: str
    count: int
    recent: int = 0
    since: datetime | None = None


@dataclass(frozen=True)
class Tally:
    """What became of a mailing's rows: how many in each state, and why some did not leave.

    `recent` is how many were sent or failed in the last minute, the first of them at `since`.
    """

    states: Mapping[str, int]
    skipped: Mapping[str, int]
    failed: Mapping[str, int]
    recent: int = 0
    since: datetime | None = None

    @property
    def waiting(self) -> int:
        """How many are still to be tried; what is uncertain waits for a person instead."""
        return sum(self.states.get(state, 0) for state in UNSETTLED)

    @property
    def total(self) -> int:
        """How many rows there are."""
        return sum(self.states.values())

    @property
    def done(self) -> int:
        """How many rows wait for nothing, or for a person."""
        return self.total - self.waiting

    def of(self, state: Row) -> int:
        """Return how many rows are in a state."""
        return self.states.get(state, 0)


def tallied(rows: Iterable[Counted]) -> Tally:
    """Add up what was counted. Only what a peer answered to says how fast a sending is."""
    states: dict[str, int] = {}
    reasons: dict[str, dict[str, int]] = {Row.SKIPPED: {}, Row.FAILED: {}}
    recent, starts = 0, []
    for row in rows:
        states[row.state] = states.get(row.state, 0) + row.count
        if row.state in reasons:
            told = reasons[row.state]
            told[row.reason] = told.get(row.reason, 0) + row.count
        if row.state in {Row.SENT, Row.FAILED} and row.since is not None:
            recent += row.recent
            starts.append(row.since)
    since = min(starts, default=None)
    skipped = dict(sorted(reasons[Row.SKIPPED].items()))
    return Tally(states, skipped, reasons[Row.FAILED], recent, since)


def rate(count: Tally, now: datetime) -> float | None:
    """Return how many leave in a second; None while nobody can say."""
    if count.since is None or count.recent == 0:
        return None
    return count.recent / max((now - count.since).total_seconds(), 1.0)


def minutes_left(count: Tally, now: datetime) -> int | None:
    """Return how many minutes remain at this rate, rounded up; None while nobody can say."""
    pace = rate(count, now)
    return None if pace is None else math.ceil(count.waiting / pace / 60)


def percent(count: Tally) -> int:
    """Return how much is done, never 100 before everything is."""
    return 100 if count.waiting == 0 else count.done * 100 // count.total


def bar(count: Tally) -> str:
    """Draw how much is done."""
    full = percent(count) * BAR // 100
    return "▓" * full + "░" * (BAR - full)


def overdue(
    approved_at: datetime, confirmed_late_at: datetime | None, hours: float, now: datetime
) -> bool:
    """Say whether a sending would begin so late that people must be asked first."""
    return confirmed_late_at is None and now - approved_at > timedelta(hours=hours)


def stamp(instant: datetime) -> int:
    """Return an instant as the version of a button: another pause has another."""
    return int(instant.timestamp()) % _STAMPS
