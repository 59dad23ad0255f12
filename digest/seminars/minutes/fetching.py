"""The files of minutes that were sent in chat: fetched out of any transaction, then put in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import TOO_BIG, Button, Turn
from core.errors import FileError
from core.files import FileSource, fetched, keep
from core.ledger import store as ledger
from core.ledger.draft import Draft
from core.one_by_one import one_by_one
from core.parts import Parts
from core.posts import render_post
from core.reference import ANIMATORS, Party
from core.room import Tick
from digest.seminars.minutes import names, rendering, store
from digest.seminars.minutes.decide import Format, State, format_of, may_write
from digest.seminars.minutes.models import Minutes


def wanted(turn: Turn, file_id: str, name: str) -> dict[str, Any]:
    """Return what minutes remember of a file that is to be fetched."""
    return {
        "file": file_id,
        "name": name,
        "by": str(names.actor_of(turn)),
        "in_group": not turn.incoming.place.private,
        "at": turn.now.isoformat(),
    }


@dataclass(frozen=True)
class Fetching:
    """Fetches what minutes wait for."""

    parts: Parts
    files: FileSource

    def tick(self) -> Tick:
        """Return the work of the clock."""
        return Tick("minutes.file", self.run, next_due, every=2.0)

    async def run(self, now: datetime) -> None:
        """Fetch each file that is waited for, and put it in or say why not."""
        async with self.parts.database.read() as session:
            rows = await session.execute(select(Minutes.id, Minutes.asked).where(_waits()))
            waiting = [(identity, asked) for identity, asked in rows if asked]

        async def fetch(one: tuple[int, dict[str, Any]]) -> None:
            identity, asked = one
            found = await self._fetched(asked, now)
            if found is not None:
                await self._settle(identity, asked, found, now)

        await one_by_one(waiting, fetch)

    async def _fetched(self, asked: dict[str, Any], now: datetime) -> bytes | str | None:
        """Return a file, the name of what is wrong, or None to come again."""
        try:
            asked_at = datetime.fromisoformat(asked["at"])
            data = await fetched(self.files, asked["file"], asked_at, now)
        except FileError:
            return "file_lost"
        if data is None:
            return None
        if len(data) > TOO_BIG:
            return "file_heavy"
        return data if format_of(data) else "file_format"

    async def _settle(
        self, identity: int, asked: dict[str, Any], found: bytes | str, now: datetime
    ) -> None:
        async with self.parts.database.write() as session:
            minutes = await store.by_id(session, identity, lock=True)
            if minutes is None or minutes.asked != asked:
                return  # another file was sent meanwhile
            minutes.asked = None
            if not may_write(State(minutes.state)):
                return
            block = found if isinstance(found, str) else "file_put"
            if isinstance(found, bytes):
                kind = format_of(found) or Format.PDF
                key = await keep(session, found, kind.media_type, now)
                by = Party.parse(asked["by"])
                name = _named(asked["name"], kind)
                await store.change(session, minutes, by, now, hash=key, name=name)
            await self._tell(session, minutes, block, asked, now)

    async def _tell(
        self,
        session: AsyncSession,
        minutes: Minutes,
        block: str,
        asked: dict[str, Any],
        now: datetime,
    ) -> None:
        reference = names.minutes_reference(minutes.id)
        button = Button(rendering.words("back_button"), "minutes.back", reference, minutes.version)
        text = rendering.words(block, {"name": asked["name"]})
        language = self.parts.settings.network.language
        content = render_post(self.parts.renderer, text, ((button,),), language).content()
        recipient = ANIMATORS if asked["in_group"] else Party.parse(asked["by"])
        slot = f"minutes:{minutes.id}/file/{asked['at']}"
        draft = Draft(names.TOLD, slot, recipient, content, reference, now)
        await ledger.post(session, [draft], now)


async def next_due(session: AsyncSession) -> datetime | None:
    """Say since when minutes wait for a file."""
    waiting = await session.scalars(select(Minutes.asked).where(_waits()))
    return min((datetime.fromisoformat(each["at"]) for each in waiting if each), default=None)


def _waits() -> ColumnElement[bool]:
    return Minutes.state != State.FINAL.value


def _named(name: str, kind: Format) -> str:
    """Return the name of a file with the ending of what it is."""
    stem = " ".join(
        "".join(c if c.isprintable() and c not in '/\\"' else " " for c in name).split()
    )
    ending = f".{kind.value}"
    return (stem if stem.lower().endswith(ending) else f"{stem}{ending}")[-120:]
