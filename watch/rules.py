"""The rules of a good guest: what to give back to a server, and when to come again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

DAY = 86_400.0
MOST_RETRY_AFTER = 7 * DAY
MOST_DOUBLINGS = 10
SPREAD = 0.1
"""Which part of an interval the jitter may add."""

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})", re.IGNORECASE)


@dataclass(frozen=True)
class Pace:
    """How often a source is read: as it is wished, and never more often than `least` (s)."""

    every: float
    least: float

    @property
    def interval(self) -> float:
        """The seconds between two readings when the server says nothing."""
        return max(self.every, self.least, 1.0)


@dataclass(frozen=True)
class Validators:
    """What makes the next request conditional, exactly as the server wrote it."""

    etag: str | None = None
    last_modified: str | None = None


def validators(headers: Mapping[str, str], before: Validators, *, not_modified: bool) -> Validators:
    """Return the validators to keep after an answer.

    A document brings its own, and those it lacks are dropped; a 304 updates those it carries
    (RFC 9111 §4.3.4).
    """
    etag, last_modified = headers.get("etag"), headers.get("last-modified")
    if not_modified:
        return Validators(etag or before.etag, last_modified or before.last_modified)
    return Validators(etag or None, last_modified or None)


def freshness(headers: Mapping[str, str], now: datetime) -> float:
    """Return for how many seconds an answer says that it stays good (RFC 9111 §4.2.1).

    `max-age` wins over `Expires`, which is compared with the answer's own `Date`.
    """
    if found := _MAX_AGE.search(headers.get("cache-control", "")):
        return float(found[1])
    expires = _http_date(headers.get("expires", ""))
    if expires is None:
        return 0.0
    return max(0.0, (expires - (_http_date(headers.get("date", "")) or now)).total_seconds())


def next_check(
    pace: Pace,
    headers: Mapping[str, str],
    now: datetime,
    jitter: float,
    *,
    ttl: float = 0.0,
    skip_hours: frozenset[int] = frozenset(),
) -> datetime:
    """Return when to read again after a good answer; `jitter` is in [0, 1).

    What the server and the feed ask is honoured up to a day, so that nobody silences a source
    for ever by mistake; a source wished more seldom than daily stays so. Hours to skip are UTC.
    """
    asked = min(max(freshness(headers, now), ttl), DAY)
    wait = max(pace.interval, asked)
    return _allowed_hour(now + timedelta(seconds=wait * (1 + SPREAD * jitter)), skip_hours)


def next_try(
    pace: Pace, errors: int, retry_after: float | None, now: datetime, jitter: float
) -> datetime:
    """Return when to try again after the `errors`-th error in a row: later each time, up to a day.

    A server's `Retry-After` is honoured, up to a week.
    """
    doubled = pace.interval * 2.0 ** min(errors - 1, MOST_DOUBLINGS)
    wait = min(doubled, max(DAY, pace.interval)) * (1 + SPREAD * jitter)
    return now + timedelta(seconds=max(wait, min(retry_after or 0.0, MOST_RETRY_AFTER)))


def _allowed_hour(instant: datetime, skip_hours: frozenset[int]) -> datetime:
    """Put an instant off to the next hour that is not to be skipped, if there is one."""
    for hours in range(24):
        later = instant + timedelta(hours=hours)
        if later.astimezone(UTC).hour not in skip_hours:
            return later
    return instant


def _http_date(text: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
