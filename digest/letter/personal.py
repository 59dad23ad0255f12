"""What the letter holds about people: what they said of editions before they left."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.reference import Party
from core.room import Kept, PersonalData
from digest.letter.models import Approval
from digest.letter.rendering import words


async def export(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    """Return what somebody said of editions before they left."""
    rows = await session.scalars(
        select(Approval).where(Approval.party == str(party)).order_by(Approval.id)
    )
    said = [
        {
            "letter": row.edition,
            "version": row.version,
            "approved": row.approved,
            "words": row.comment,
            "at": row.at.isoformat(),
        }
        for row in rows
    ]
    return {"letters_approved": said} if said else {}


async def erase(session: AsyncSession, party: Party) -> None:
    """Take away the name and the words; that an edition was approved stays."""
    await session.execute(
        update(Approval).where(Approval.party == str(party)).values(name="", comment="")
    )


async def keeps(session: AsyncSession, party: Party) -> Sequence[Kept]:
    """Say that it stays known, without a name, that an edition was approved."""
    count = await session.scalar(
        select(func.count()).select_from(Approval).where(Approval.party == str(party))
    )
    if not count:
        return ()
    return (Kept(words("kept_approvals", {"count": count}), words("kept_approvals_ground")),)


PERSONAL_DATA = PersonalData(export, erase, keeps)
