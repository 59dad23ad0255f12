"""Reading and writing sponsorships (« parrainages »). No function here commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.network.models import Sponsorship, SponsorshipExchange
from bot.network.words import text
from core.chat import Text
from core.people.models import Territory, Theme
from core.people.store import territories_of


@dataclass(frozen=True)
class Pair:
    """A sponsorship as it is shown. `exchanges` counts those noted, `latest` is the last day."""

    id: int
    version: int
    sponsor_id: int
    sponsor: str
    supported_id: int
    supported: str
    theme: str
    since: date
    until: date | None
    exchanges: int
    latest: date | None

    @property
    def active(self) -> bool:
        """Say whether nobody has ended it."""
        return self.until is None


async def sponsorships_of(session: AsyncSession, territory_id: int) -> Sequence[Pair]:
    """Return a territory's sponsorships, as sponsor or supported; those that go on come first."""
    return await pairs(session, territories=[territory_id])


async def pairs(
    session: AsyncSession,
    *,
    territories: Sequence[int] | None = None,
    number: int | None = None,
    ended: bool = True,
) -> Sequence[Pair]:
    """Return the sponsorships of some territories (None: of all), those that go on first."""
    wanted = _shown()
    if territories is not None:
        sponsors = Sponsorship.sponsor_id.in_(territories)
        wanted = wanted.where(or_(sponsors, Sponsorship.supported_id.in_(territories)))
    if number is not None:
        wanted = wanted.where(Sponsorship.id == number)
    if not ended:
        wanted = wanted.where(Sponsorship.until.is_(None))
    return [
        Pair(
            id=row.id,
            version=row.version,
            sponsor_id=row.sponsor_id,
            sponsor=sponsoring,
            supported_id=row.supported_id,
            supported=helped,
            theme=theme or "",
            since=row.since,
            until=row.until,
            exchanges=exchanges or 0,
            latest=latest,
        )
        for row, sponsoring, helped, theme, exchanges, latest in await session.execute(wanted)
    ]


def _shown() -> Select[Any]:
    """Select sponsorships with the names of their territories and theme, and what was noted."""
    sponsor, supported = aliased(Territory), aliased(Territory)
    noted = (
        select(
            SponsorshipExchange.sponsorship_id.label("pair"),
            func.count().label("exchanges"),
            func.max(SponsorshipExchange.held_on).label("latest"),
        )
        .group_by(SponsorshipExchange.sponsorship_id)
        .subquery()
    )
    return (
        select(
            Sponsorship, sponsor.name, supported.name, Theme.name, noted.c.exchanges, noted.c.latest
        )
        .join(sponsor, sponsor.id == Sponsorship.sponsor_id)
        .join(supported, supported.id == Sponsorship.supported_id)
        .outerjoin(Theme, Theme.id == Sponsorship.theme_id)
        .outerjoin(noted, noted.c.pair == Sponsorship.id)
        .order_by(Sponsorship.until.is_not(None), Sponsorship.since.desc(), Sponsorship.id)
    )


async def pair_of(session: AsyncSession, number: int) -> Pair | None:
    """Return one sponsorship as it is shown."""
    found = await pairs(session, number=number)
    return found[0] if found else None


async def going_on(session: AsyncSession, sponsor_id: int, supported_id: int) -> bool:
    """Say whether a pair of territories goes on already."""
    found = await session.scalar(
        select(Sponsorship.id).where(
            Sponsorship.sponsor_id == sponsor_id,
            Sponsorship.supported_id == supported_id,
            Sponsorship.until.is_(None),
        )
    )
    return found is not None


async def fiche_lines(session: AsyncSession, person_id: int, now: datetime) -> Sequence[Text]:
    """Return a line for each sponsorship that goes on in the territories that a person serves."""
    served = [territory.id for territory in await territories_of(session, person_id, now)]
    return [
        text("pair_line", pair=pair)
        for pair in await pairs(session, territories=served, ended=False)
    ]
