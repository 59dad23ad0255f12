"""What funders are shown of a meeting, in one file: as a room."""

from core.parts import Parts
from core.room import Room
from digest.seminars.evidence import names
from digest.seminars.evidence.desk import Desk
from digest.seminars.evidence.making import Making


def build(parts: Parts) -> Room:
    """Return what puts the evidence together."""
    making = Making(parts)
    return Room(
        name="evidence",
        actions=Desk(parts).actions(),
        ticks=(making.tick(),),
        deliveries=making.deliveries(),
        views={names.VIEW: making.address},
    )
