"""The soonest seminar, for rooms that only speak of it."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.agenda import Meeting, NextMeeting
from core.parts import Parts
from digest.seminars import names, store
from digest.seminars.rendering import words


def next_meeting(parts: Parts) -> NextMeeting:
    """Return what tells the soonest seminar open to all; its video link is not told."""

    async def tell(session: AsyncSession, now: datetime) -> Meeting | None:
        coming = await store.coming(session, now)
        seminar = next((one for one in coming if one.open_to_all), None)
        if seminar is None:
            return None
        return Meeting(
            kind=words(f"kind_{seminar.kind}"),
            title=seminar.title,
            starts_at=seminar.starts_at,
            place=seminar.place,
            url=names.seminar_url(parts, seminar),
        )

    return tell
