"""The experiences that were kept: found by words or theme, and offered to the letter."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.network.models import Proposal
from bot.network.names import named
from bot.network.rules import title_of
from core.contributions import Contribution, published
from core.kept import AddStory, OwnDocument
from core.people.models import Territory, Theme
from core.search import Document, SearchIndex
from core.sections import Section
from core.settings import HotlineSettings

MOST = 30
"""How many experiences are looked at, of which three territories are shown."""

NEAR = 0.25
"""The confidence from which an experience is worth a contact: less than for an answer, since who
told it is asked before anybody relies on it, and since there are few.
"""


class Experiences:
    """Finds kept experiences; the index is made anew when the tables have changed."""

    def __init__(self, settings: HotlineSettings) -> None:
        self._acronyms = settings.acronyms
        self._mark: tuple[Any, ...] | None = None
        self._index: SearchIndex | None = None

    async def find(
        self, session: AsyncSession, words: str, theme_id: int | None
    ) -> Sequence[Proposal]:
        """Return what resembles `words`, then what is of the theme, the latest first."""
        index = await self._ready(session)
        near = [hit.id for hit in await asyncio.to_thread(index.suggest, words, MOST, NEAR)]
        same = select(Proposal.id).where(Proposal.state == "kept", Proposal.theme_id == theme_id)
        latest = same.order_by(Proposal.decided_at.desc(), Proposal.id.desc()).limit(MOST)
        of_theme = (await session.scalars(latest)).all() if theme_id else []
        found = list(dict.fromkeys([*near, *of_theme]))
        rows = await session.scalars(
            select(Proposal).where(Proposal.id.in_(found), Proposal.state == "kept")
        )
        return sorted(rows, key=lambda row: found.index(row.id))

    async def _ready(self, session: AsyncSession) -> SearchIndex:
        mark = await _mark(session)
        if self._index is None or mark != self._mark:
            documents = await _documents(session)
            self._index = await asyncio.to_thread(SearchIndex, documents, self._acronyms)
            self._mark = mark
        return self._index


async def offered(
    session: AsyncSession,
    news: AddStory,
    until: datetime,
) -> Sequence[Contribution]:
    """Offer to the letter what was kept up to `until` and appeared in no edition; no name.

    What was added to the watch is offered from there, as the animators made it.
    """
    rows = await session.execute(
        select(Proposal, Territory.name, Theme.code)
        .outerjoin(Territory, Territory.id == Proposal.territory_id)
        .outerjoin(Theme, Theme.id == Proposal.theme_id)
        .where(Proposal.state == "kept", Proposal.decided_at < until)
        .order_by(Proposal.decided_at, Proposal.id)
    )
    found = [_contribution(proposal, territory, code) for proposal, territory, code in rows]
    references = [each.reference for each in found]
    had = await published(session, references) | await news.added(session, references)
    return [each for each in found if each.reference not in had]


def document_of(proposal: Proposal, territory: str, theme: str) -> OwnDocument:
    """Return what the watch is given of a proposal: its words, and no name."""
    given = _contribution(proposal, territory, theme)
    return OwnDocument(
        origin=given.reference,
        title=given.title,
        summary=given.summary,
        url=given.url,
        source=given.source,
        section=given.section,
        themes=given.themes,
    )


def _contribution(proposal: Proposal, territory: str | None, theme: str | None) -> Contribution:
    title = title_of(proposal.text) or proposal.url
    return Contribution(
        reference=named("proposal", proposal.id),
        section=Section.TERRITORIES,
        title=title,
        summary=proposal.text if proposal.text != title else "",
        url=proposal.url,
        source=territory or "",
        themes=(theme,) if theme else (),
    )


async def _mark(session: AsyncSession) -> tuple[Any, ...]:
    """Return what moves whenever a kept experience does."""
    kept = select(func.count(), func.max(Proposal.decided_at), func.sum(Proposal.version)).where(
        Proposal.state == "kept"
    )
    return tuple((await session.execute(kept)).one())


async def _documents(session: AsyncSession) -> Sequence[Document]:
    rows = await session.execute(
        select(Proposal, Theme.name)
        .outerjoin(Theme, Theme.id == Proposal.theme_id)
        .where(Proposal.state == "kept")
    )
    return [
        Document(row.id, title_of(row.text), row.text, theme=theme or "") for row, theme in rows
    ]
