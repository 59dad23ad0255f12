"""How fast mail may leave: so many per second, so many in any hour. Pure: time is an argument."""

from collections import deque

HOUR = 3600.0

HORIZON = 12 * HOUR
"""How far ahead places are promised, in seconds: within what the ledger lets anything wait."""

RESERVED = 10
"""One place in so many of an hour's is for what is not bulk: an edition delays no confirmation."""


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
        self._promised_bulk: deque[float] = deque()

    def postpone(self, now: float, *, bulk: bool = False) -> float:
        """Admit a send to this hour and return 0, or return in how many seconds to come back.

        Each send that is put off is given an instant of its own, so that those which wait do
        not all come back at once to be put off again; beyond `HORIZON`, no instant is kept for
        who comes back before. What is `bulk` waits for no place that others may need.
        """
        if not self._per_hour:
            return 0.0
        limit = self._per_hour - (self._per_hour // RESERVED if bulk else 0)
        promised = self._promised_bulk if bulk else self._promised
        _drop_until(self._admitted, now - HOUR)
        _drop_until(promised, now)
        if len(self._admitted) < limit:
            self._admitted.append(now)
            return 0.0
        place = _nth_last(limit, self._admitted, promised) + HOUR
        if place - now > HORIZON:
            return HORIZON
        promised.append(place)
        return place - now

    def wait(self, now: float) -> float:
        """Take the next place, and return in how many seconds it comes."""
        place = max(now, self._next)
        self._next = place + self._interval
        return place - now


def _nth_last(number: int, before: deque[float], after: deque[float]) -> float:
    """Return the `number`-th from the end of two deques, one behind the other."""
    return after[-number] if number <= len(after) else before[len(after) - number]


def _drop_until(instants: deque[float], limit: float) -> None:
    while instants and instants[0] <= limit:
        instants.popleft()
