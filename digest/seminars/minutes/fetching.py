"""The files of minutes that were sent in chat: fetched out of any transaction, then put in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.awaited import Awaited, Fetching, remembered
from core.chat import TOO_BIG, Button
from core.files import FileSource, keep
from core.ledger import store as ledger
from core.ledger.draft import Draft
from core.parts import Parts
from core.posts import render_post
from core.reference import ANIMATORS
from digest.seminars.minutes import names, rendering, store
from digest.seminars.minutes.decide import Format, State, format_of, may_write
from digest.seminars.minutes.models import Minutes


def fetching(parts: Parts, files: FileSource) -> Fetching:
    """Return what fetches the files that minutes wait for."""
    statement = select(Minutes.id, Minutes.asked).where(Minutes.state != State.FINAL.value)
    settle = _Settling(parts).settle
    return Fetching("minutes.file", parts.database, files, remembered(statement), settle)


@dataclass(frozen=True)
class _Settling:
    parts: Parts

    async def settle(
        self, session: AsyncSession, awaited: Awaited, data: bytes | None, now: datetime
    ) -> None:
        """Put a file in, or say why not."""
        minutes = await store.by_id(session, awaited.key, lock=True)
        if minutes is None or minutes.asked != awaited.asked:
            return  # another file was sent meanwhile
        minutes.asked = None
        if may_write(State(minutes.state)):
            block = await self._put(session, minutes, awaited, data, now)
            await self._tell(session, minutes, block, awaited, now)

    async def _put(
        self,
        session: AsyncSession,
        minutes: Minutes,
        awaited: Awaited,
        data: bytes | None,
        now: datetime,
    ) -> str:
        """Return the name of what is to be said of a file."""
        if data is None:
            return "file_lost"
        if len(data) > TOO_BIG:
            return "file_heavy"
        kind = format_of(data)
        if kind is None:
            return "file_format"
        key = await keep(session, data, kind.media_type, now)
        name = _named(awaited.asked["name"], kind)
        await store.change(session, minutes, awaited.by, now, hash=key, name=name)
        return "file_put"

    async def _tell(
        self,
        session: AsyncSession,
        minutes: Minutes,
        block: str,
        awaited: Awaited,
        now: datetime,
    ) -> None:
        reference = names.minutes_reference(minutes.id)
        button = Button(rendering.words("back_button"), "minutes.back", reference, minutes.version)
        text = rendering.words(block, {"name": awaited.asked.get("name", "")})
        language = self.parts.settings.network.language
        content = render_post(self.parts.renderer, text, ((button,),), language).content()
        recipient = ANIMATORS if awaited.asked.get("in_group") else awaited.by
        slot = f"minutes:{minutes.id}/file/{awaited.asked_at.isoformat()}"
        draft = Draft(names.TOLD, slot, recipient, content, reference, now)
        await ledger.post(session, [draft], now)


def _named(name: str, kind: Format) -> str:
    """Return the name of a file with the ending of what it is."""
    stem = " ".join(
        "".join(c if c.isprintable() and c not in '/\\"' else " " for c in name).split()
    )
    ending = f".{kind.value}"
    return (stem if stem.lower().endswith(ending) else f"{stem}{ending}")[-120:]
