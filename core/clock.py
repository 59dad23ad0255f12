"""Time as an argument: aware UTC inside, Europe/Paris at the edges."""

from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


class Clock(Protocol):
    """What time it is for due dates, tokens and printed dates."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock; also the one for leases, heartbeats and backoff."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is set: for tests and the sandbox's steps."""

    def __init__(self, instant: datetime) -> None:
        self._instant = aware(instant)

    def now(self) -> datetime:
        """Return the instant last set, in UTC."""
        return self._instant

    def set(self, instant: datetime) -> None:
        """Move to `instant`, which must be aware."""
        self._instant = aware(instant)


def aware(instant: datetime) -> datetime:
    """Return `instant` in UTC.

    Raises TypeError when it carries no time zone: a naive datetime is a mistake here.
    """
    if instant.tzinfo is None:
        raise TypeError(f"a naive datetime was given: {instant!r}")
    return instant.astimezone(UTC)
