"""Which meetings a calendar holds: everybody's, or those of one party. Nothing is written."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.reference import Party
from digest.seminars.decide import State
from digest.seminars.models import Registration, Seminar
from digest.seminars.rules import RegistrationState

KEPT = timedelta(days=366)
"""For how long a meeting that is over stays in the calendars that people follow."""

MINE = (RegistrationState.REGISTERED, RegistrationState.WAITING)
"""Who is excused, represented or gone has it in their calendar no more."""


async def everybodys(session: AsyncSession, now: datetime) -> Sequence[Seminar]:
    """Return what was published and is open to all, cancelled meetings too, by their dates."""
    wanted = select(Seminar).where(_told(now), Seminar.open_to_all)
    return (await session.scalars(wanted.order_by(Seminar.starts_at, Seminar.id))).all()


async def of_party(
    session: AsyncSession, party: Party, now: datetime
) -> Sequence[tuple[Seminar, Registration]]:
    """Return the meetings where a party is registered or waits, in the order of their dates."""
    wanted = (
        select(Seminar, Registration)
        .join(Registration, Registration.seminar_id == Seminar.id)
        .where(_told(now), Registration.party == str(party), Registration.state.in_(MINE))
        .order_by(Seminar.starts_at, Seminar.id)
    )
    return [(seminar, registration) for seminar, registration in await session.execute(wanted)]


def _told(now: datetime) -> ColumnElement[bool]:
    """Keep what people were told of: a draft that was cancelled was never published."""
    return (
        Seminar.published_at.is_not(None)
        & Seminar.state.in_((State.PUBLISHED, State.CANCELLED))
        & (Seminar.ends_at > now - KEPT)
    )
