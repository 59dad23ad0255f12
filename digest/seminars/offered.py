"""What seminars offer to the next edition, and what they hold about people."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.contributions import Contribution, Publication
from core.parts import Parts
from core.people.models import Person
from core.reference import Party, Reference
from core.room import ContributionSource
from core.sections import Section
from digest.seminars import names, rendering, store
from digest.seminars.models import Announcement, Guest, Registration, Seminar

AHEAD = timedelta(days=90)
"""How far ahead the letter announces."""


def contributions(parts: Parts) -> ContributionSource:
    """Return what offers the published seminars of the 90 days that follow a period.

    One that moved since it appeared is offered again, as what it is: a new date.
    """

    async def offer(
        session: AsyncSession,
        since: datetime,  # noqa: ARG001  # what counts is what comes
        until: datetime,
    ) -> Sequence[Contribution]:
        coming = await store.coming(session, until, until + AHEAD)
        ahead = [one for one in coming if one.starts_at > until]
        return [_contribution(parts, one, await _moved(session, one)) for one in ahead]

    return offer


async def _moved(session: AsyncSession, seminar: Seminar) -> int | None:
    """Return the version of the move that came after a seminar had appeared; None without one."""
    appeared = await session.scalar(
        select(func.min(Publication.published_at)).where(
            Publication.reference == str(names.seminar_reference(seminar.id))
        )
    )
    if appeared is None:
        return None
    return await session.scalar(
        select(func.max(Announcement.version)).where(
            Announcement.seminar_id == seminar.id,
            Announcement.name == "moved",
            Announcement.due_at > appeared,
        )
    )


def _contribution(parts: Parts, seminar: Seminar, moved: int | None) -> Contribution:
    language = parts.settings.network.language
    values = rendering.shown(parts, seminar)

    def plain(block: str) -> str:
        return parts.renderer.plain(rendering.words(block, values), language)

    return Contribution(
        reference=_reference(seminar, moved),
        section=Section.AGENDA,
        title=plain("heading" if moved is None else "heading_moved"),
        url=names.seminar_url(parts, seminar.id),
        starts_at=seminar.starts_at,
        place=plain("where"),
    )


def _reference(seminar: Seminar, moved: int | None) -> Reference:
    if moved is None:
        return names.seminar_reference(seminar.id)
    return Reference("seminars", "moved", f"{seminar.id}-{moved}")


async def export(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    """Return the registrations of a person (and of a guest at their address) or a guest."""
    found: dict[str, Any] = {}
    for guest in await _guests(session, party):
        found["email"] = guest.email
    rows = await _registrations(session, party)
    if rows:
        found["registrations"] = [_columns(row) for row in rows]
    return found


async def erase(session: AsyncSession, party: Party) -> None:
    """Forget a guest's address and names; what remains says that somebody came."""
    for registration in await _registrations(session, party):
        registration.name = ""
    for guest in await _guests(session, party):
        guest.email = None


async def _registrations(session: AsyncSession, party: Party) -> Sequence[Registration]:
    guests = [str(names.guest_party(guest.id)) for guest in await _guests(session, party)]
    wanted = Registration.party.in_([str(party), *guests])
    return (await session.scalars(select(Registration).where(wanted))).all()


async def _guests(session: AsyncSession, party: Party) -> Sequence[Guest]:
    if party.kind == names.GUEST:
        wanted = Guest.id == party.number
    elif party.kind == names.PERSON:
        email = select(func.lower(Person.email)).where(Person.id == party.number)
        wanted = Guest.email == email.scalar_subquery()
    else:
        return []
    return (await session.scalars(select(Guest).where(wanted))).all()


def _columns(row: Registration) -> dict[str, Any]:
    values = {c.key: getattr(row, c.key) for c in row.__table__.columns if c.key != "id"}
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in values.items()
    }
