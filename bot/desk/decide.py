"""What the animators' desk decides, from values alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.hotline.decide import State

SUPERGROUP = "-100"
"""What the identity of a group that has links begins with (Bot API)."""


@dataclass(frozen=True)
class Standing:
    """How a question stands, as far as writing an answer changes it."""

    state: State
    awaiting_since: datetime | None
    silence_level: int
    first_answer_at: datetime | None


@dataclass(frozen=True)
class Written:
    """An answer that was written: whether it stands, and how the question stood before."""

    at: datetime
    stands: bool
    before: Standing


def restored(present: Standing, written: Sequence[Written], hold: timedelta) -> Standing:
    """Return how a question stands once answers were held back, the oldest of `written` first.

    It is as if those that do not stand had never been written, back to the last that does.
    Only those that may have been held at the same time (each within `hold` of the next) count:
    what was held back earlier was undone then. What happened since stays: a closed question is
    closed; who has asked since is owed an answer from the earlier of the two waits.
    """
    undone = _undone(written, hold)
    if not undone:
        return present
    before = [each.before for each in undone]
    first_answer_at = before[0].first_answer_at
    kept = replace(present, first_answer_at=first_answer_at)
    owed = next((each for each in before if each.awaiting_since is not None), None)
    if present.state is State.ANSWERED:
        return replace(owed or before[0], first_answer_at=first_answer_at)
    if present.state is State.OPEN and owed is not None:
        return replace(owed, first_answer_at=first_answer_at)
    return kept


def _undone(written: Sequence[Written], hold: timedelta) -> list[Written]:
    """Return the last answers, oldest first, that were held back together."""
    undone: list[Written] = []
    for each in reversed(written):
        if each.stands or (undone and undone[-1].at - each.at > hold):
            break
        undone.append(each)
    return undone[::-1]


def topic_link(group_id: int, thread_id: int | None) -> str:
    """Return the address of a topic of the animators' group; empty when it has none."""
    identity = str(group_id)
    if thread_id is None or not identity.startswith(SUPERGROUP):
        return ""
    return f"https://t.me/c/{identity.removeprefix(SUPERGROUP)}/{thread_id}"


def fitting(lines: Sequence[str], room: int) -> int:
    """Return how many of the first lines fit in `room` UTF-16 code units, with their ends."""
    used = 0
    for count, line in enumerate(lines):
        used += len(line.encode("utf-16-le")) // 2 + 1
        if used > room:
            return count
    return len(lines)
