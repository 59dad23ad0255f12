"""What is decided about a request for erasure, from values alone."""

import calendar
import enum
from datetime import datetime, timedelta

from core.clock import PARIS
from core.errors import InputError

LONGEST_REASON = 1000
SHORTEST_REASON = 10

REMINDED_BEFORE = (timedelta(days=7), timedelta(days=1), timedelta(0))
"""How long before the term the animators are reminded, each once."""


TELLING = timedelta(days=3)
"""How long an erasure waits for its person to be told."""


class RequestState(enum.StrEnum):
    """Where a request stands. `ACCEPTED`: decided, and not done yet."""

    ASKED = "asked"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    DONE = "done"


def term(asked_at: datetime) -> datetime:
    """Return when an answer is due: the same day of the next month, or its last day.

    GDPR art. 12(3): within one month of receipt; Regulation (EEC, Euratom) 1182/71 art. 3(2)(c):
    the period ends with the last hour of the day of the same date.
    """
    local = asked_at.astimezone(PARIS)
    year, month = (local.year, local.month + 1) if local.month < 12 else (local.year + 1, 1)  # noqa: PLR2004  # December
    day = min(local.day, calendar.monthrange(year, month)[1])
    end = local.replace(
        year=year, month=month, day=day, hour=23, minute=59, second=59, microsecond=0
    )
    return end.astimezone(asked_at.tzinfo)


def next_reminder(due_at: datetime, reminders: int) -> datetime | None:
    """Return when the animators are reminded next; None when they were often enough."""
    if reminders >= len(REMINDED_BEFORE):
        return None
    return due_at - REMINDED_BEFORE[reminders]


def reminders_due(due_at: datetime, reminders: int, now: datetime) -> int:
    """Return how many reminders have fallen due by `now`, those made included.

    After a long stop several may have: one is made for all of them.
    """
    while (instant := next_reminder(due_at, reminders)) is not None and instant <= now:
        reminders += 1
    return reminders


def erasure_due(decided_at: datetime, told_at: datetime | None) -> datetime:
    """Return when an accepted erasure is done: once the person was told, or three days on.

    Telling comes first because afterwards nobody knows where; but it may never succeed.
    """
    return told_at or decided_at + TELLING


def read_reason(text: str) -> str:
    """Read why a request is refused. Raises InputError with the name of the block that explains."""
    words = text.strip()
    if len(words) < SHORTEST_REASON:
        raise InputError("reason_short", hint="say why")
    if len(words) > LONGEST_REASON:
        raise InputError("reason_long", hint="say it shorter")
    return words
