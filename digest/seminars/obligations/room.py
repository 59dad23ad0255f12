"""What the contract has the animators do, and what they are reminded of: as a room."""

from core.parts import Parts
from core.room import Room
from digest.seminars.obligations.check import obligations_check
from digest.seminars.obligations.desk import Desk
from digest.seminars.obligations.telling import Telling


def build(parts: Parts) -> Room:
    """Return what the contract needs."""
    desk, telling = Desk(parts), Telling(parts)
    return Room(
        name="obligations",
        commands=desk.commands(),
        actions=desk.actions(),
        forms=desk.forms(),
        ticks=(telling.tick(),),
        deliveries=telling.deliveries(),
        checks=(obligations_check(parts.settings, parts.clock),),
    )
