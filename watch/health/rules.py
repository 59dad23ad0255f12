"""What the animators are told of a source: that it fails, that it is back, that it went quiet."""

import enum
import itertools
from collections.abc import Iterable
from datetime import datetime, timedelta

from core.errors import FetchError
from core.working_time import paris_day
from watch.reading.records import ChallengeError, DocumentError

SOONEST_SILENCE = timedelta(days=3)
"""No source is silent before: a long week-end is none."""

LEAST_DAYS = 8
"""On how many days a source must have brought something before it has a rhythm."""

_USUAL = 0.9
_PATIENCE = 2
_REFUSED = frozenset({401, 402, 403, 405, 406, 407, 451})
_MISSING = frozenset({404, 410})
_TOO_MANY_REQUESTS = 429
_UNAVAILABLE = 503


class Trouble(enum.StrEnum):
    """Why a source could not be read, as people are told."""

    CHALLENGE = "challenge"
    DOCUMENT = "document"
    REFUSED = "refused"
    MISSING = "missing"
    BUSY = "busy"
    SERVER = "server"
    NETWORK = "network"
    DEFECT = "defect"


def trouble_of(error: Exception) -> Trouble:
    """Return the kind of trouble that an error tells of; what nobody foresaw is our defect."""
    if isinstance(error, ChallengeError):
        return Trouble.CHALLENGE
    if isinstance(error, DocumentError):
        return Trouble.DOCUMENT
    if isinstance(error, FetchError):
        return _of_status(error.status)
    return Trouble.DEFECT


def _of_status(status: int | None) -> Trouble:
    if status is None:
        return Trouble.NETWORK
    if status in _REFUSED:
        return Trouble.REFUSED
    if status in _MISSING:
        return Trouble.MISSING
    if status in {_TOO_MANY_REQUESTS, _UNAVAILABLE}:
        return Trouble.BUSY
    return Trouble.SERVER


def failure_is_told(
    failing_since: datetime, told_at: datetime | None, now: datetime, patience: timedelta
) -> bool:
    """Tell whether the animators hear of a failing source now: once, and not of a bad hour."""
    return told_at is None and now - failing_since >= patience


def rhythm(arrivals: Iterable[datetime]) -> timedelta | None:
    """Return for how long a source may bring nothing, from when it brought something before.

    That is twice the gap between two days of news that nine gaps in ten do not exceed, and three
    days at least. None: it brought something on too few days to have a habit.
    """
    days = sorted({paris_day(each) for each in arrivals})
    if len(days) < LEAST_DAYS:
        return None
    gaps = sorted(later - earlier for earlier, later in itertools.pairwise(days))
    usual = gaps[int(_USUAL * (len(gaps) - 1))]
    return max(SOONEST_SILENCE, _PATIENCE * usual)
