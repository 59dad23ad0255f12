"""Faults on demand, limits, and the log of calls: how tests see and bend the local Bot API."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from relais.sandbox.bot_api.errors import ApiError

Effect = Literal["answer", "wait_before", "wait_after", "cut_before", "cut_after"]


@dataclass(frozen=True)
class Fault:
    """What goes wrong: an answer, a wait of `seconds`, or a cut connection.

    `before` means that nothing was done; `after`, that it was done and the caller does not know.
    It concerns one method and one chat, or any when they are None.
    """

    effect: Effect
    method: str | None = None
    chat_id: int | None = None
    code: int = 500
    description: str = "Internal Server Error"
    parameters: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    def concerns(self, method: str, chat_id: int | None) -> bool:
        """Say whether this call is one that must go wrong."""
        same_method = self.method is None or self.method.lower() == method.lower()
        return same_method and self.chat_id in (None, chat_id)

    def error(self) -> ApiError:
        """Return the refusal of an `answer`."""
        return ApiError(self.code, self.description, **self.parameters)


class Faults:
    """The faults still to happen, in order."""

    def __init__(self) -> None:
        self._left: list[tuple[Fault, int]] = []

    @property
    def left(self) -> int:
        """How many faults are still to happen."""
        return sum(times for _, times in self._left)

    def add(self, fault: Fault, times: int = 1) -> None:
        """Make the next `times` calls concerned go wrong."""
        self._left.append((fault, times))

    def clear(self) -> None:
        """Let everything work again."""
        self._left.clear()

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """Return the fault of this call, if it has one, and count it."""
        for index, (fault, times) in enumerate(self._left):
            if fault.concerns(method, chat_id):
                self._left[index : index + 1] = [(fault, times - 1)] if times > 1 else []
                return fault
        return None


@dataclass(frozen=True)
class RateLimit:
    """How many sends and edits are accepted: in all, in a private chat, in a group."""

    per_second: float | None = None
    chat_per_second: float | None = None
    group_per_minute: float | None = None


class Limiter:
    """Counts sends and edits over sliding windows, in real time."""

    def __init__(self, limit: RateLimit, monotonic: Callable[[], float]) -> None:
        self.limit = limit
        self._monotonic = monotonic
        self._windows: dict[tuple[str, int], deque[float]] = {}

    def check(self, method: str, chat_id: int | None) -> None:
        """Raise ApiError 429, with how long to wait, when this call is one too many."""
        if not method.lower().startswith(("send", "copy", "forward", "edit")) or chat_id is None:
            return
        now = self._monotonic()
        windows = [
            (self._window(key, span, now), most, span) for key, most, span in self._of(chat_id)
        ]
        waits = [times[0] + span - now for times, most, span in windows if len(times) >= most]
        if waits:
            seconds = max(1, math.ceil(max(waits)))
            raise ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        for times, _, _ in windows:
            times.append(now)

    def _of(self, chat_id: int) -> list[tuple[tuple[str, int], float, float]]:
        group = chat_id < 0
        limits = (
            (("all", 0), self.limit.per_second, 1.0),
            (("chat", chat_id), None if group else self.limit.chat_per_second, 1.0),
            (("group", chat_id), self.limit.group_per_minute if group else None, 60.0),
        )
        return [(key, most, span) for key, most, span in limits if most is not None]

    def _window(self, key: tuple[str, int], span: float, now: float) -> deque[float]:
        times = self._windows.setdefault(key, deque())
        while times and times[0] <= now - span:
            times.popleft()
        return times


@dataclass
class Call:
    """A call received: `status` is the code answered, 0 when it was cut, None while in hand."""

    method: str
    parameters: dict[str, Any]
    at: datetime
    chat_id: int | None = None
    status: int | None = None


def too_many(retry_after: int, *, method: str | None = None, chat_id: int | None = None) -> Fault:
    """Ask to wait: 429 with `retry_after` seconds."""
    return Fault(
        "answer",
        method,
        chat_id,
        429,
        f"Too Many Requests: retry after {retry_after}",
        {"retry_after": retry_after},
    )


def refused(
    description: str, *, code: int = 400, method: str | None = None, chat_id: int | None = None
) -> Fault:
    """Refuse: `Bad Request: …`, or `Forbidden: …` with code 403."""
    prefix = {400: "Bad Request: ", 403: "Forbidden: "}.get(code, "")
    return Fault("answer", method, chat_id, code, prefix + description)


def broken(code: int = 500, *, method: str | None = None, chat_id: int | None = None) -> Fault:
    """Fail as a server in trouble does, by 500 or 502."""
    names = {500: "Internal Server Error", 502: "Bad Gateway", 504: "Gateway Timeout"}
    return Fault("answer", method, chat_id, code, names.get(code, "Internal Server Error"))


def slow(
    seconds: float, *, done: bool, method: str | None = None, chat_id: int | None = None
) -> Fault:
    """Answer late; `done` says whether the work is done before the wait, or after it."""
    return Fault("wait_after" if done else "wait_before", method, chat_id, seconds=seconds)


def cut(*, done: bool, method: str | None = None, chat_id: int | None = None) -> Fault:
    """Cut the connection without an answer; `done` says whether the work was done."""
    return Fault("cut_after" if done else "cut_before", method, chat_id)
