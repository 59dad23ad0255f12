"""What seminars offer to the next edition."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.contributions import Contribution, Publication
from core.parts import Parts
from core.reference import Reference
from core.room import ContributionSource
from core.sections import Section
from digest.seminars import names, rendering, store
from digest.seminars.models import Announcement, Seminar

AHEAD = timedelta(days=90)
"""How far ahead the letter announces."""


def contributions(parts: Parts) -> ContributionSource:
    """Return what offers the seminars open to all of the 90 days that follow a period.

    One that moved since it appeared is offered again, as what it is: a new date.
    """

    async def offer(
        session: AsyncSession,
        since: datetime,  # noqa: ARG001  # what counts is what comes
        until: datetime,
    ) -> Sequence[Contribution]:
        coming = await store.coming(session, until, until + AHEAD)
        ahead = [one for one in coming if one.open_to_all and one.starts_at > until]
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
        url=names.seminar_url(parts, seminar),
        starts_at=seminar.starts_at,
        place=plain("where"),
    )


def _reference(seminar: Seminar, moved: int | None) -> Reference:
    if moved is None:
        return names.seminar_reference(seminar.id)
    return Reference("seminars", "moved", f"{seminar.id}-{moved}")
