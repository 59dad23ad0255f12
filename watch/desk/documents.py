"""Documents of the network's own among the news: what other rooms add."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import alone
from core.kept import OwnDocument
from core.ledger.models import Delivery
from core.ledger.store import cancel, post, purge_rows
from core.parts import Parts
from core.reference import ANIMATORS, Party, Reference
from watch.archive.retention import FORGOTTEN
from watch.desk import added
from watch.desk.cards import CARD_KIND, Cards
from watch.desk.deciding import reference_of
from watch.models import Entry, Source, Story
from watch.relevance.judge import Judge

_OWN = "own:"


@dataclass(frozen=True)
class Documents:
    """Keeps documents of the network's own (`core.kept.AddStory`)."""

    parts: Parts

    async def add(
        self, session: AsyncSession, document: OwnDocument, by: Party, now: datetime
    ) -> Reference:
        """Keep a document among the news, once; return how the watch names it.

        One whose address is known already joins what is told there.
        """
        await alone(session, "watch.stories")
        if (entry := await _entry(session, document.origin)) is not None:
            return Reference("watch", "story", str(entry.story_id))
        source = await added.source_of(session, self.parts, added.DOCUMENTS, ours=True)
        entry = Entry(
            source_id=source.id,
            identity=f"{_OWN}{document.origin}",
            hash=_hash(document),
            title=document.title,
            link=document.url,
            summary=document.summary,
            author=document.source,
            first_seen_at=now,
        )
        story = await added.known_by_link(session, document.url) if document.url else None
        if story is None:
            story = await added.keep_new(session, entry, source, by, now)
            story.section = document.section.value
        else:
            await added.join(session, entry, story, by, now)
        story.themes = added.merged(story.themes, document.themes)
        await session.flush()
        face = await self._cards.face(session, story, now)
        draft = self._cards.draft(face, CARD_KIND, f"story:{story.id}/added", now)
        await post(session, [draft], now)
        return face.story.reference

    async def rewrite(self, session: AsyncSession, document: OwnDocument, now: datetime) -> None:
        """Give what was added of the same origin other words, wherever it is shown."""
        entry = await _entry(session, document.origin)
        if entry is None:
            return
        story = await session.get_one(Story, entry.story_id, with_for_update=True)
        if story.state == FORGOTTEN:
            return
        if story.title == entry.title:
            story.title, story.title_key = document.title, added.title_key(document.title)
        entry.title, entry.summary, entry.hash = document.title, document.summary, _hash(document)
        story.version += 1
        await session.flush()
        await self._show_anew(session, story, now)

    async def added(self, session: AsyncSession, origins: Iterable[Reference]) -> set[Reference]:
        """Return those of `origins` that were added, whatever was decided of them since."""
        by_identity = {f"{_OWN}{origin}": origin for origin in origins}
        rows = await session.scalars(
            select(Entry.identity)
            .join(Source, Source.id == Entry.source_id)
            .where(Source.kind == added.KIND, Entry.identity.in_(by_identity))
        )
        return {by_identity[identity] for identity in rows}

    async def _show_anew(self, session: AsyncSession, story: Story, now: datetime) -> None:
        """Empty what the ledger holds of the former words, and change the cards that show them."""
        reference = reference_of(story)
        await cancel(session, "rewritten", now, cause=reference)
        rows = await session.scalars(
            select(Delivery.id).where(
                Delivery.cause == str(reference), Delivery.recipient == str(ANIMATORS)
            )
        )
        await purge_rows(session, rows.all())
        await self._cards.change_shown(session, story, now)

    @property
    def _cards(self) -> Cards:
        return Cards(self.parts, Judge())


async def _entry(session: AsyncSession, origin: Reference) -> Entry | None:
    return await session.scalar(
        select(Entry)
        .join(Source, Source.id == Entry.source_id)
        .where(Source.kind == added.KIND, Entry.identity == f"{_OWN}{origin}")
    )


def _hash(document: OwnDocument) -> str:
    return added.digest(document.title, document.summary, document.url)
