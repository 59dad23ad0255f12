"""What `relais check` says of the watch's hours, in operators' English."""

from collections.abc import Awaitable, Callable, Sequence

from core.clock import Clock
from core.room import Finding
from watch.desk.rules import ShownHours, Weekly, next_summary

SUBJECT = "watch hours"


def examination(
    weekly: Weekly, hours: ShownHours, clock: Clock
) -> Callable[[], Awaitable[Sequence[Finding]]]:
    """Return what examines the hours; those that cannot be read were refused before."""

    async def run() -> Sequence[Finding]:
        now = clock.now()
        due = next_summary(weekly, hours, now)
        if hours.is_open(due):
            return [Finding(SUBJECT, ok=True, what=f"news from {hours.next_opening(now)}")]
        hint = "move watch.summary into watch.shown_hours, or accept a message at that time"
        return [Finding(SUBJECT, ok=False, what=f"the summary falls outside, on {due}", hint=hint)]

    return run
