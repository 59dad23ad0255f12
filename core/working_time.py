"""Working time: hours of the week in Paris, less public holidays and closures. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class WorkingTime:
    """When somebody works. Instants are aware; durations are working time only."""

    def is_open(self, at: datetime) -> bool:
        """Say whether `at` is within working hours."""
        raise NotImplementedError

    def next_opening(self, at: datetime) -> datetime:
        """Return the next instant of work: `at` itself when it is one."""
        raise NotImplementedError

    def after(self, at: datetime, duration: timedelta) -> datetime:
        """Return when so much working time has passed since `at`."""
        raise NotImplementedError

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much working time lies between two instants."""
        raise NotImplementedError

    def end_of_day(self, at: datetime, days: int) -> datetime:
        """Return the end of the n-th working day after that of `at`: « sous 2 jours ouvrés »."""
        raise NotImplementedError
