"""What this room holds about people, and why some of it stays."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.reference import Party
from core.room import Kept
from digest.seminars.attendance.models import (
    Attendance,
    AwaitedFile,
    Certificate,
    Connection,
    FeedbackGiven,
)
from digest.seminars.attendance.words import words
from digest.seminars.contacts import parties_of


async def export(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    """Return where somebody was, what they were certified, and that they said what they thought.

    What they said of it is nobody's: it cannot be given back.
    """
    mine = await parties_of(session, party)
    there = await session.scalars(select(Attendance).where(Attendance.party.in_(mine)))
    sent = await session.scalars(select(Certificate).where(Certificate.party.in_(mine)))
    given = await session.scalars(select(FeedbackGiven).where(FeedbackGiven.party.in_(mine)))
    linked = await session.scalars(select(Connection).where(Connection.identity.in_(mine)))
    found = {
        "attendances": [_columns(row, {"noted_by", "identity"}) for row in there],
        "certificates": [_columns(row, {"asked_by"}) for row in sent],
        "feedback_given": [_columns(row, set()) for row in given],
        "connections": [_columns(row, {"key", "identity"}) for row in linked],
    }
    return {name: rows for name, rows in found.items() if rows}


async def erase(session: AsyncSession, party: Party) -> None:
    """Forget what proves nothing: that they answered, the name that they had when connected.

    That they were there stays, by the name that they had then: see `keeps`.
    """
    mine = await parties_of(session, party)
    await session.execute(delete(FeedbackGiven).where(FeedbackGiven.party.in_(mine)))
    await session.execute(delete(AwaitedFile).where(AwaitedFile.asked_by.in_(mine)))
    await session.execute(
        update(Connection)
        .where(Connection.identity.in_(mine))
        .values(name="", key=literal("erased:") + cast(Connection.id, String))
        .execution_options(synchronize_session=False)
    )


async def keeps(session: AsyncSession, party: Party) -> Sequence[Kept]:
    """Say that presence stays: the funded operation must be proved by it."""
    mine = await parties_of(session, party)
    count = await session.scalar(
        select(func.count()).select_from(Attendance).where(Attendance.party.in_(mine))
    )
    if not count:
        return ()
    return (Kept(words("kept_what", count=count), words("kept_ground")),)


def _columns(row: Any, hidden: set[str]) -> dict[str, Any]:
    values = {
        column.key: getattr(row, column.key)
        for column in row.__table__.columns
        if column.key not in {"id", *hidden}
    }
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in values.items()
    }
