"""The health of sources as the house sees it: a look for silence, and its messages."""

from datetime import datetime

from core.parts import Parts
from core.room import Room, Tick
from watch.health.notices import delivery, look_for_silence, next_silence

_EVERY = 300.0


def build(parts: Parts) -> Room:
    """Return the room."""

    async def look(now: datetime) -> None:
        await look_for_silence(parts, now)

    return Room(
        name="watch_health",
        ticks=(Tick("watch.silence", look, next_silence, every=_EVERY),),
        deliveries=(delivery(parts.settings.telegram),),
    )
