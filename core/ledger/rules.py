"""The ledger's state machine: what each outcome means, and which moves are legal.

Durations are in seconds of real time. Nothing here reads a clock or rolls dice.
"""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.ledger.outcomes import Later, Outcome, Policy, Refused, Sent
from core.settings import LedgerSettings

LONGEST_DELAY = 86_400.0
"""However long a peer asks us to wait, we ask it again after a day."""

LONGEST_REASON = 500
"""Peers can be talkative; the start of what they say is enough."""


class State(enum.StrEnum):
    """Where a delivery stands. A retry is `pending` with a `next_attempt_at`."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


IN_FLIGHT = (State.CLAIMED, State.SENDING)
"""Held by a worker; a stream has at most one such row."""

UNSETTLED = (State.PENDING, *IN_FLIGHT)
"""Still to be sent: what comes later in the same stream waits for these."""

SETTLED = (State.SENT, State.FAILED, State.CANCELLED, State.SKIPPED)
"""Over for good: no row ever leaves these states."""

MOVES: dict[State, frozenset[State]] = {
    State.PENDING: frozenset({State.CLAIMED, State.CANCELLED}),
    State.CLAIMED: frozenset({State.PENDING, State.SENDING, State.SKIPPED, State.CANCELLED}),
    State.SENDING: frozenset({State.SENT, State.PENDING, State.FAILED, State.UNCERTAIN}),
    State.UNCERTAIN: frozenset({State.PENDING, State.FAILED}),
    **{state: frozenset() for state in SETTLED},
}
"""Every legal move; `uncertain` moves only when a person decides."""


@dataclass(frozen=True)
class Settlement:
    """What to write on a row that was being sent.

    `delay` is how many seconds to wait before the next attempt (None: at once). `resent` marks
    the row: what leaves next may be a repetition.
    """

    state: State
    reason: str | None = None
    external_id: str | None = None
    delay: float | None = None
    resent: bool = False


def legal(before: State, after: State) -> bool:
    """Say whether a row may go from one state to the other."""
    return after in MOVES[before]


def settle(
    outcome: Outcome, attempts: int, policy: Policy, settings: LedgerSettings, jitter: float
) -> Settlement:
    """Say what an outcome means for a row, at its `attempts`-th attempt (the first is 1).

    `jitter` in [0, 1) spreads retries so that they do not come back together.
    """
    match outcome:
        case Sent():
            return Settlement(State.SENT, external_id=tidy(outcome.external_id))
        case Refused():
            return Settlement(State.FAILED, tidy(outcome.reason))
        case Later():
            return _later(outcome, attempts, settings, jitter)
    delay = backoff(attempts, settings, jitter)
    return doubt(tidy(outcome.reason), attempts, policy, settings, delay)


def doubt(
    reason: str, attempts: int, policy: Policy, settings: LedgerSettings, delay: float | None = None
) -> Settlement:
    """Say what to do with a row that may have left, whether a peer or a crash left the doubt.

    Something that may be resent is, visibly marked, but not for ever.
    """
    if policy is Policy.HOLD or attempts >= settings.max_doubtful_attempts:
        return Settlement(State.UNCERTAIN, reason)
    return Settlement(State.PENDING, reason, delay=delay, resent=True)


def backoff(attempts: int, settings: LedgerSettings, jitter: float) -> float:
    """Return how long to wait after the `attempts`-th attempt: doubling, within half of it."""
    doublings = min(max(attempts - 1, 0), 62)
    whole = min(settings.backoff_first * 2.0**doublings, settings.backoff_most)
    return whole * (1 - jitter / 2)


def wait(after: float | None, attempts: int, settings: LedgerSettings, jitter: float) -> float:
    """Return the peer's own delay `after`, a little later rather than earlier; else ours."""
    if after is None:
        return backoff(attempts, settings, jitter)
    return min(max(after, 0.0) + jitter * settings.backoff_first, LONGEST_DELAY)


def dead(heartbeat_at: datetime, now: datetime, settings: LedgerSettings, *, gone: bool) -> bool:
    """Say whether a worker can be condemned.

    Its heartbeat has expired (real time), or its process is `gone`: known not to exist any more.
    One that lies as far ahead was dated by a clock that has been set back: it proves nothing.
    """
    return gone or abs(now - heartbeat_at) > timedelta(seconds=settings.heartbeat_expiry)


def tidy(reason: str) -> str:
    """Return what a peer said as text that any database takes, and not too long."""
    readable = reason.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
    return readable[:LONGEST_REASON]


def _later(outcome: Later, attempts: int, settings: LedgerSettings, jitter: float) -> Settlement:
    reason = tidy(outcome.reason)
    if attempts >= settings.max_attempts:
        return Settlement(State.FAILED, f"{reason} (given up after {attempts} attempts)")
    return Settlement(State.PENDING, reason, delay=wait(outcome.after, attempts, settings, jitter))
