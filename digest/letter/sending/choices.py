"""The mails of an edition, one for all those who made the same choice, each built once."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite

from core.failpoints import reach
from core.ledger.draft import Channel, Content
from core.parts import Parts
from digest.letter import editions, rendering
from digest.letter.decide import Contents, choice_key, chosen_by
from digest.letter.models import Edition, Rendition
from digest.letter.pictures.mailed import pictures_of


class Choices:
    """Gives the mail of each choice of an approved edition; `whole` is what was approved."""

    def __init__(self, parts: Parts, edition: Edition, whole: Content, now: datetime) -> None:
        self._parts = parts
        self._edition = edition
        self._whole = whole
        self._printed_at = edition.approved_at or now
        self._contents = editions.contents_of(edition)
        self._codes = {code for item in self._contents.items for code in item.themes}
        self._known: dict[str, Content | None] = {}

    @property
    def whole(self) -> Content:
        """The mail of who receives everything."""
        return self._whole

    async def content(self, themes: Sequence[str], *, whole: bool) -> Content | None:
        """Return the mail of a choice, built and stored if need be; None when nothing remains.

        Themes that nothing in the edition is about make no difference, and no mail of their own.
        """
        if whole:
            return self._whole
        wanted = tuple(code for code in themes if code in self._codes)
        key = choice_key(wanted, whole=False)
        if key not in self._known:
            self._known[key] = await self._made(key, wanted)
        return self._known[key]

    async def _made(self, key: str, wanted: tuple[str, ...]) -> Content | None:
        if not wanted:
            return None
        items = chosen_by(self._contents.items, wanted, False)  # noqa: FBT003  # not the whole
        if items == self._contents.items:
            return self._whole
        if not items:
            return None
        return await self._kept(key) or await self._built(key, replace(self._contents, items=items))

    async def _kept(self, key: str) -> Content | None:
        async with self._parts.database.read() as session:
            found = await session.get(Rendition, (self._edition.number, key))
        return None if found is None else Content(Channel.MAIL, found.mail)

    async def _built(self, key: str, contents: Contents) -> Content | None:
        """Build beside the event loop, and keep; what another process kept meanwhile stands."""
        number = self._edition.number
        async with self._parts.database.read() as session:
            images = await pictures_of(session, contents)
        mail = await asyncio.to_thread(
            rendering.mail, self._parts, number, contents, self._printed_at, images=images
        )
        row = {
            "edition": number,
            "choice": key,
            "content_hash": contents.hash,
            "mail": mail.body,
            "message_hash": mail.hash,
            "article": "",
        }
        insert = sqlite.insert if self._parts.database.is_sqlite else postgresql.insert
        async with self._parts.database.write() as session:
            await session.execute(insert(Rendition).values(row).on_conflict_do_nothing())
        reach("letter.rendition_kept")
        return await self._kept(key)
