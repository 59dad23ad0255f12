"""The network's next meeting, as rooms that do not plan meetings may speak of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Text


@dataclass(frozen=True)
class Meeting:
    """A meeting to come. `kind` is its exact kind in words; `url` is its public page."""

    kind: Text
    title: str
    starts_at: datetime
    place: str
    url: str


class NextMeeting(Protocol):
    """Asks the room that plans meetings."""

    async def __call__(self, session: AsyncSession, now: datetime, /) -> Meeting | None:
        """Return the soonest meeting open to all that is not over at `now`, if there is one."""
        ...


async def no_meeting(_session: AsyncSession, _now: datetime) -> Meeting | None:
    """Know of none."""
    return None
