"""What was said of a meeting and to how many, what will be, and what was not, for the animators."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.models import Delivery
from core.ledger.rules import State
from digest.seminars import names
from digest.seminars.models import Announcement, Registration, Seminar
from digest.seminars.reminding import announcements
from digest.seminars.reminding.decide import REMOVED, STATES, Progress, What, states_of
from digest.seminars.reminding.names import KINDS, slot_of, slots_of

Counted = Mapping[str, Sequence[tuple[State, str, bool, int]]]
"""For each slot: a state, a reason, whether it left twice, and how many rows."""

UNSENT = frozenset({State.SKIPPED, State.FAILED, State.CANCELLED})
KNOWN = frozenset(
    {
        "no_address",
        "bounced",
        "erased",
        "cancelled",
        "excused",
        "represented",
        "waiting",
        "registered",
        "moved",
        "begun",
    }
)
"""The reasons that the screen has words for; the others are « autre raison »."""


@dataclass(frozen=True)
class Line:
    """An announcement and what became of it.

    `people` counts those whom it concerns, at this moment if it is to come; `unsent` counts those
    who did not get it, by reason; `resent` those to whom it left twice, in doubt.
    """

    row: Announcement
    people: int = 0
    sent: int = 0
    waiting: int = 0
    doubtful: int = 0
    resent: int = 0
    unsent: Mapping[str, int] = field(default_factory=dict)


async def lines(session: AsyncSession, seminar: Seminar) -> Sequence[Line]:
    """Return what was and will be said, in the order of time, less what a change replaced."""
    rows = [row for row in await announcements.of(session, seminar.id) if not _replaced(row)]
    counts = await _counts(session, seminar.id)
    silent = await _by_state(session, seminar.id)
    return [_line(row, counts, silent) for row in rows]


async def count_invited(session: AsyncSession, seminar: int) -> int:
    """Return how many were invited and have not answered."""
    found = await _by_state(session, seminar)
    return sum(found[state] for state in STATES[What.CHASE])


def _replaced(row: Announcement) -> bool:
    return row.state == Progress.DROPPED and row.reason != REMOVED


async def _counts(session: AsyncSession, seminar: int) -> Counted:
    rows = await session.execute(
        select(Delivery.slot, Delivery.state, Delivery.reason, Delivery.resent, func.count())
        .where(
            Delivery.cause == str(names.seminar_reference(seminar)),
            Delivery.kind.in_(list(KINDS.values())),
        )
        .group_by(Delivery.slot, Delivery.state, Delivery.reason, Delivery.resent)
    )
    found: dict[str, list[tuple[State, str, bool, int]]] = {}
    for slot, state, reason, resent, count in rows:
        found.setdefault(slot, []).append((State(state), reason or "", resent, count))
    return found


async def _by_state(session: AsyncSession, seminar: int) -> Counter[str]:
    rows = await session.execute(
        select(Registration.state, func.count().label("total"))
        .where(Registration.seminar_id == seminar)
        .group_by(Registration.state)
    )
    return Counter({row.state: row.total for row in rows})


def _line(row: Announcement, counts: Counted, by_state: Mapping[str, int]) -> Line:
    what = What(row.what)
    if row.state == Progress.PLANNED and not row.reached:
        states = STATES[What.REMINDER] if what is What.THANKS else states_of(what, row.name)
        return Line(row, people=sum(by_state.get(state, 0) for state in states))
    first, *others = slots_of(slot_of(what, row.seminar_id, row.name, row.version))
    posted = [each for slot in (first, *others) for each in counts.get(slot, ())]
    unsent: Counter[str] = Counter()
    for state, reason, _resent, count in posted:
        if state in UNSENT:
            unsent[reason if reason in KNOWN else "other"] += count

    def total(*states: State) -> int:
        return sum(count for state, _, _, count in posted if state in states)

    return Line(
        row,
        people=sum(count for *_, count in counts.get(first, ())),
        sent=total(State.SENT),
        waiting=total(State.PENDING, State.CLAIMED, State.SENDING),
        doubtful=total(State.UNCERTAIN),
        resent=sum(count for _, _, resent, count in posted if resent),
        unsent=dict(sorted(unsent.items())),
    )


def chased_at(found: Sequence[Line]) -> Sequence[datetime]:
    """Return when those who have not answered were asked again, or are to be."""
    kept = {Progress.PLANNED.value, Progress.POSTED.value}
    return [
        line.row.settled_at or line.row.due_at
        for line in found
        if line.row.what == What.CHASE and line.row.state in kept
    ]
