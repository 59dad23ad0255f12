"""An edition and an alert as benchmarks send them: of the usual length, by the rooms' own ways."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.acts import SYSTEM
from core.alerts import Alert
from core.contributions import Contribution
from core.parts import Parts
from core.reference import Reference
from core.sections import Section
from digest.letter import editions
from digest.subscribers.alerts import MailReaders

CONNECTIONS = 4
ITEMS = 24


def story(number: int) -> Contribution:
    """Return a piece of news of the usual length."""
    return Contribution(
        reference=Reference("watch", "story", str(number)),
        section=Section.LEGAL,
        title=f"Décret n° 2026-{number} relatif à l’installation dans les territoires ruraux",
        summary="Le texte entre en vigueur au 1er janvier ; les communes en sont informées. " * 3,
        url=f"https://example.org/textes/{number}",
        source="Journal officiel",
        note="À lire avant le prochain conseil communautaire.",
    )


async def offer(
    session: AsyncSession,  # noqa: ARG001  # the protocol's names
    since: datetime,  # noqa: ARG001
    until: datetime,  # noqa: ARG001
) -> Sequence[Contribution]:
    """Offer as many pieces of news as an edition usually has."""
    return [story(number) for number in range(ITEMS)]


async def an_edition(parts: Parts) -> None:
    """Compose an edition, and give it the « bon à diffuser »: its sending is due."""
    now = parts.clock.now()
    async with parts.database.write() as session:
        edition = await editions.compose_edition(session, parts, lambda: [offer], now, SYSTEM)
        assert edition is not None
        await session.flush()
        await editions.approve(session, parts, edition, SYSTEM, now)


async def an_alert(parts: Parts) -> None:
    """Post an alert for everybody who wants alerts."""
    news = story(1)
    alert = Alert(
        news.reference, news.title, news.url, news.source, news.note, themes=(), deadline=None
    )
    now = parts.clock.now()
    async with parts.database.write() as session:
        await MailReaders(parts).post(session, alert, now)
