"""What invitations hold about people: whom meetings invite by name, guests as they were typed."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.reference import Party
from digest.seminars import names
from digest.seminars.contacts import guests_of
from digest.seminars.models import Guest, InvitedGroup


async def export(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    """Return the meetings that invite somebody by name, and what was typed of them as a guest."""
    guests = await guests_of(session, party)
    rows = await session.scalars(
        select(InvitedGroup)
        .where(InvitedGroup.value.in_(_parties(party, guests)))
        .order_by(InvitedGroup.id)
    )
    found: dict[str, Any] = {}
    if invited := [{"seminar_id": row.seminar_id, "at": row.added_at.isoformat()} for row in rows]:
        found["invited_by_name"] = invited
    if typed := [
        {"name": row.name, "structure": row.organisation, "function": row.function}
        for row in guests
        if row.name or row.organisation or row.function
    ]:
        found["guest"] = typed
    return found


async def erase(session: AsyncSession, party: Party) -> None:
    """Invite somebody by name no more, and forget what was typed of them as a guest.

    Their address goes with their registrations, which erase after this room.
    """
    guests = await guests_of(session, party)
    wanted = InvitedGroup.value.in_(_parties(party, guests))
    await session.execute(delete(InvitedGroup).where(wanted))
    for guest in guests:
        guest.name, guest.organisation, guest.function = "", "", ""


def _parties(party: Party, guests: Sequence[Guest]) -> list[str]:
    return [str(party), *(str(names.guest_party(guest.id)) for guest in guests)]
