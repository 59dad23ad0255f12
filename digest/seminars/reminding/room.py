"""What is said to everybody whom a meeting concerns, and when: as a room."""

from datetime import datetime

from core.parts import Parts
from core.room import Room, Tick
from digest.seminars.reminding import announcements, saying
from digest.seminars.reminding.deliveries import delivery_kinds
from digest.seminars.reminding.desk import Desk


def build(parts: Parts) -> Room:
    """Return what reminds people."""
    return Room(
        name="reminders",
        actions=Desk(parts).actions(),
        ticks=(_remind_tick(parts),),
        deliveries=delivery_kinds(parts),
    )


def _remind_tick(parts: Parts) -> Tick:
    async def run(now: datetime) -> None:
        await saying.say(parts, now)

    return Tick("seminars.remind", run, announcements.next_due, every=5.0)
