"""How fast mail may leave: so many per second, so many in any hour. Pure: time is an argument."""

from collections import deque

HOUR = 3600.0


class Pace:
    """Admits sends one after the other; instants are seconds of a monotonic clock.

    `per_hour` of zero means no hourly limit. Limits are those of one process.
    """

    def __init__(self, per_second: float, per_hour: int) -> None:
        self._interval = 1.0 / per_second if per_second > 0 else 0.0
        self._next = 0.0
        self._per_hour = per_hour
        self._admitted: deque[float] = deque()
        self._promised: deque[float] = deque()

    def postpone(self, now: float) -> float:
        """Admit a send to this hour and return 0, or return in how many seconds to come back.

        Each send that is put off is given an instant of its own, so that those which wait do
        not all come back at once to be put off again.
        """
        if not self._per_hour:
            return 0.0
        _drop_until(self._admitted, now - HOUR)
        _drop_until(self._promised, now)
        if len(self._admitted) < self._per_hour:
            self._admitted.append(now)
            return 0.0
        taken = [*self._admitted, *self._promised]
        self._promised.append(taken[-self._per_hour] + HOUR)
        return self._promised[-1] - now

    def wait(self, now: float) -> float:
        """Take the next place, and return in how many seconds it comes."""
        place = max(now, self._next)
        self._next = place + self._interval
        return place - now


def _drop_until(instants: deque[float], limit: float) -> None:
    while instants and instants[0] <= limit:
        instants.popleft()
