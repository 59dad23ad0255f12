"""What minutes offer to the next edition: those that were published since the last one."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.contributions import Contribution
from core.pages import page_url
from core.parts import Parts
from core.room import ContributionSource
from core.sections import Section
from digest.seminars.decide import State as MeetingState
from digest.seminars.minutes import names
from digest.seminars.minutes.models import Minutes
from digest.seminars.minutes.rendering import words
from digest.seminars.models import Seminar
from digest.seminars.rendering import shown


def contributions(parts: Parts) -> ContributionSource:
    """Return what offers the minutes that were put on the site in a period."""

    async def offer(
        session: AsyncSession, since: datetime, until: datetime
    ) -> Sequence[Contribution]:
        rows = await session.execute(
            select(Minutes.id, Seminar)
            .join(Seminar, Seminar.id == Minutes.seminar_id)
            .where(
                Seminar.state == MeetingState.PUBLISHED.value,
                Minutes.published_at > since,
                Minutes.published_at <= until,
            )
            .order_by(Seminar.starts_at, Seminar.id)
        )
        return [_contribution(parts, identity, seminar) for identity, seminar in rows]

    return offer


def _contribution(parts: Parts, identity: int, seminar: Seminar) -> Contribution:
    language = parts.settings.network.language
    values = shown(parts, seminar)
    return Contribution(
        reference=names.minutes_reference(identity),
        section=Section.TERRITORIES,
        title=parts.renderer.plain(words("letter_title", values), language),
        summary=parts.renderer.plain(words("letter_summary", values), language),
        url=page_url(parts, names.public_path(seminar.id)),
    )
