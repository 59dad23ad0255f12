"""Addresses that animators add: kept at once, and their pages read by a tick."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import CursorResult, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Action, Ask, Field, Form, Reply, Response, Text, Turn
from core.db import alone
from core.errors import FetchError, InputError, RelaisError
from core.http import Fetcher
from core.ledger.store import post
from core.people.roles import Role
from core.reference import Reference
from core.themes.store import themes as network_themes
from watch.desk import added
from watch.desk.cards import CARD_KIND, Cards
from watch.desk.deciding import actor, reference_of
from watch.desk.page import read_page, site_of
from watch.desk.rules import (
    TO_READ,
    given_up,
    next_try,
    split_link,
    title_from_link,
    to_read,
    tries_of,
)
from watch.desk.shown import TEMPLATE
from watch.models import Entry, Source, Story
from watch.reading.links import clean_link
from watch.reading.parsing import Parser
from watch.reading.records import DocumentError, Item
from watch.store import understood
from watch.understanding.records import Understanding

log = structlog.get_logger()

FORM = "watch.add"


@dataclass(frozen=True)
class Links:
    """Takes addresses; nothing is fetched while somebody waits, nor inside a transaction."""

    cards: Cards
    fetcher: Fetcher
    parser: Parser

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        return (Action("watch.add", self.ask, Role.ANIMATOR),)

    def forms(self) -> tuple[Form, ...]:
        """Return the form that asks for an address."""
        field = Field("link", Text(TEMPLATE, "add_question"), _address)
        return (Form(FORM, (field,), self.given, Role.ANIMATOR),)

    async def ask(self, _turn: Turn, _reference: Reference, _seen: int) -> Sequence[Response]:
        """Ask for an address."""
        return [Ask(FORM)]

    async def given(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Take the address that was asked for."""
        return await self._take(turn, values["link"])

    async def said(self, turn: Turn) -> Sequence[Response]:
        """Take an address said in the watch topic or outside of topics; elsewhere, leave it."""
        place, telegram = turn.incoming.place, self.cards.parts.settings.telegram
        here = place.thread_id in {None, telegram.watch_thread_id}
        if place.chat_id != telegram.group_id or not here:
            return []
        link = clean_link(split_link(turn.incoming.text)[0])
        return await self._take(turn, link) if link else []

    async def _take(self, turn: Turn, link: str) -> Sequence[Response]:
        session = turn.session
        await alone(session, "watch.stories")
        known = await added.known_by_link(session, link)
        if known is not None:
            card = await self.cards.reply(turn, known)
            return [Reply(Text(TEMPLATE, "link_known")), card]
        source = await added.source_of(session, self.cards.parts, added.LINKS, ours=False)
        entry = Entry(
            source_id=source.id,
            identity=f"link:{added.digest(link, turn.now.isoformat())}",  # once more, if let go
            hash=to_read(0),
            title=link,
            link=link,
            summary="",
            author=site_of(link),
            first_seen_at=turn.now,
        )
        story = await added.keep_new(session, entry, source, actor(turn), turn.now)
        return [Reply(Text(TEMPLATE, "link_added"), about=reference_of(story))]

    # --- reading the pages ---

    async def run(self, now: datetime) -> None:
        """Read the pages that are to be read, each on its own."""
        async with self.cards.parts.database.read() as session:
            rows = (await session.scalars(_unread())).all()
        async with asyncio.TaskGroup() as group:
            for entry in rows:
                if _due(entry) <= now:
                    group.create_task(self._read(entry, tries_of(entry.hash), now))

    async def next_due(self, session: AsyncSession) -> datetime | None:
        """Return when the next page is to be read."""
        rows = (await session.scalars(_unread())).all()
        return min(map(_due, rows), default=None)

    async def _read(self, entry: Entry, tries: int, now: datetime) -> None:
        """Try a page, which counts before the first byte leaves; write what it says, or that not.

        A try that a crash cut short counts: the next one comes in its time.
        """
        if next_try(entry.first_seen_at, tries) is None:
            await self._write(entry, None, Understanding(), now)
            return
        if not await self._claim(entry, tries):
            return
        try:
            item, found = await self._look(entry.link, now)
        except RelaisError as error:
            log.warning("watch.page_unread", entry=entry.id, error=error.what, hint=error.hint)
            if _may_be_tried(error) and next_try(entry.first_seen_at, tries + 1) is not None:
                return
            await self._write(entry, None, Understanding(), now)
        else:
            await self._write(entry, item, found, now)

    async def _claim(self, entry: Entry, tries: int) -> bool:
        async with self.cards.parts.database.write() as session:
            result = await session.execute(
                update(Entry)
                .where(Entry.id == entry.id, Entry.hash == to_read(tries))
                .values(hash=to_read(tries + 1))
                .execution_options(synchronize_session=False)
            )
        return isinstance(result, CursorResult) and result.rowcount == 1

    async def _look(self, link: str, now: datetime) -> tuple[Item, Understanding]:
        async with self.cards.parts.database.read() as session:
            themes = await network_themes(session)
        fetched = await self.fetcher.fetch(link)
        item = await self.parser.run(read_page, fetched.body, link, dict(fetched.headers))
        (found,) = await self.parser.understand([item], themes, now)
        return item, found

    async def _write(
        self, entry: Entry, item: Item | None, found: Understanding, now: datetime
    ) -> None:
        """Write what a page says, and show the card of its story."""
        async with self.cards.parts.database.write() as session:
            row = await session.get_one(Entry, entry.id, with_for_update=True)
            story = await session.get_one(Story, row.story_id, with_for_update=True)
            if not row.hash.startswith(TO_READ):
                return  # another process has written it
            said = item or Item(guid="", link=row.link, title=title_from_link(row.link))
            row.title, row.summary, row.hash = (
                said.title,
                said.summary,
                added.digest(said.title, said.summary, row.link),
            )
            row.author = said.author or row.author
            row.published_at = said.published_at
            story.title, story.title_key = said.title, added.title_key(said.title)
            _understood(story, found, now)
            story.version += 1
            await session.flush()
            face = await self.cards.face(session, story, now)
            text = face.text if item else face.asking("link_unread")
            slot = f"story:{story.id}/added"
            await post(session, [self.cards.draft(face, CARD_KIND, slot, now, text)], now)
        log.info("watch.page_read", entry=entry.id, read=item is not None)


def _due(entry: Entry) -> datetime:
    """Return when an unread page is to be tried, or given up."""
    at = next_try(entry.first_seen_at, tries_of(entry.hash))
    return at or given_up(entry.first_seen_at)


def _unread() -> Any:
    return (
        select(Entry)
        .join(Source, Source.id == Entry.source_id)
        .where(Source.kind == added.KIND, Entry.hash.startswith(TO_READ))
        .order_by(Entry.id)
    )


def _understood(story: Story, found: Understanding, now: datetime) -> None:
    """Write what was understood beside what animators have set already."""
    story.themes = added.merged(story.themes, found.theme_codes)
    story.evidence = {theme.code: list(theme.words) for theme in found.themes}
    for column, value in understood(found, now).items():
        setattr(story, column, value)
    story.changed_at = now


def _may_be_tried(error: RelaisError) -> bool:
    """Say whether a page may be there later: not when it is no page, or is refused."""
    if isinstance(error, FetchError):
        refused = error.status is not None and 400 <= error.status < 500  # noqa: PLR2004
        return not error.permanent and (not refused or error.status == 429)  # noqa: PLR2004
    return isinstance(error, DocumentError) and not error.permanent


def _address(text: str, _now: datetime) -> str:
    words = text.split()
    link = clean_link(split_link(text)[0]) if words else ""
    if not link:
        raise InputError("link_wanted")
    return link
