"""How much the territories helped one another, for the accounts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.network.models import (
    ContactShown,
    Proposal,
    Solicitation,
    SolicitationReply,
    Solicited,
    Sponsorship,
    SponsorshipExchange,
)
from core.clock import PARIS, aware

Instant = InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]


@dataclass(frozen=True)
class NetworkCounts:
    """What happened from an instant to another; `sponsorships_active`: at least a day of it."""

    solicitations: int
    people_asked: int
    replies: int
    contacts_given: int
    sponsorships_active: int
    exchanges: int
    proposals: int


async def counts(session: AsyncSession, since: datetime, until: datetime) -> NetworkCounts:
    """Count what happened from `since` (included) to `until` (excluded), both aware.

    Days of sponsorships and of exchanges are those of Paris. Who was asked twice counts twice;
    what never left, not at all.
    """
    first = aware(since).astimezone(PARIS).date()
    last = (aware(until) - timedelta(microseconds=1)).astimezone(PARIS).date()

    async def count(*wanted: ColumnElement[bool]) -> int:
        return await session.scalar(select(func.count()).where(*wanted)) or 0

    def within(column: Instant) -> ColumnElement[bool]:
        return (column >= since) & (column < until)

    held_on = SponsorshipExchange.held_on
    ended = Sponsorship.until
    return NetworkCounts(
        solicitations=await count(within(Solicitation.sent_at)),
        people_asked=await count(within(Solicited.asked_at), Solicited.outcome != "undelivered"),
        replies=await count(within(SolicitationReply.at)),
        contacts_given=await count(within(ContactShown.at)),
        sponsorships_active=await count(
            Sponsorship.since <= last, or_(ended.is_(None), ended >= first)
        ),
        exchanges=await count(held_on >= first, held_on <= last),
        proposals=await count(within(Proposal.created_at)),
    )
