"""The pictures that were sent in chat: fetched out of any transaction, then put in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import acts
from core.errors import FileError
from core.files import FileSource, fetched, keep
from core.parts import Parts
from core.reference import Party
from core.room import Tick
from digest.letter import editions, names
from digest.letter.approving.store import tell
from digest.letter.decide import OPEN, State, may_become
from digest.letter.models import Edition
from digest.letter.pictures.rules import Fault, Picture, examine
from digest.letter.rendering import words


def wanted(file_id: str, words: str, party: Party, now: datetime) -> dict[str, Any]:
    """Return what an edition remembers of a picture that is to be fetched."""
    return {"file": file_id, "words": words, "by": str(party), "at": now.isoformat()}


@dataclass(frozen=True)
class Fetching:
    """Fetches what editions wait for."""

    parts: Parts
    files: FileSource

    def tick(self) -> Tick:
        """Return the work of the clock."""
        return Tick("letter.picture", self.run, next_due, every=2.0)

    async def run(self, now: datetime) -> None:
        """Fetch the picture of each edition that waits for one, and put it in or say why not."""
        async with self.parts.database.read() as session:
            rows = await session.execute(
                select(Edition.number, Edition.picture_asked).where(_waits())
            )
            waiting = [(number, asked) for number, asked in rows if asked]
        for number, asked in waiting:
            found = await self._fetched(asked, now)
            if found is not None:
                await self._settle(number, asked, found, now)

    async def _fetched(self, asked: dict[str, Any], now: datetime) -> Picture | str | None:
        """Return a picture, the name of what is wrong, or None to come again."""
        try:
            asked_at = datetime.fromisoformat(asked["at"])
            data = await fetched(self.files, asked["file"], asked_at, now)
        except FileError:
            return "picture_lost"
        if data is None:
            return None
        found = examine(data)
        return found.value if isinstance(found, Fault) else found

    async def _settle(
        self, number: int, asked: dict[str, Any], found: Picture | str, now: datetime
    ) -> None:
        async with self.parts.database.write() as session:
            edition = await editions.by_number(session, number, lock=True)
            if edition is None or edition.picture_asked != asked:
                return  # another picture was sent meanwhile
            edition.picture_asked = None
            if not may_become(State(edition.state), State.DRAFT):
                return
            if isinstance(found, Picture):
                await self._put(session, edition, found, asked, now)
            block = "picture_put" if isinstance(found, Picture) else found
            text = words(block, {"number": number})
            slot = f"picture:{number}/v{edition.version}/{asked['at']}"
            await tell(session, self.parts, edition, text, slot=slot, now=now)

    async def _put(
        self,
        session: AsyncSession,
        edition: Edition,
        picture: Picture,
        asked: dict[str, Any],
        now: datetime,
    ) -> None:
        key = await keep(session, picture.data, picture.media_type, now)
        await editions.change(
            session, self.parts, edition, now, picture=key, picture_words=asked["words"], show=False
        )
        reference = names.edition_reference(edition.number)
        acts.record(
            session, Party.parse(asked["by"]), "letter.picture_put", reference, now,
            hash=key, version=edition.version,
        )  # fmt: skip


async def next_due(session: AsyncSession) -> datetime | None:
    """Say since when an edition waits for a picture."""
    waiting = await session.scalars(select(Edition.picture_asked).where(_waits()))
    return min((datetime.fromisoformat(each["at"]) for each in waiting if each), default=None)


def _waits() -> Any:
    return Edition.state.in_([state.value for state in OPEN])
