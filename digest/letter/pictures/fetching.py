"""The pictures that were sent in chat: fetched out of any transaction, then put in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import acts
from core.awaited import Awaited, Fetching, remembered
from core.files import FileSource, keep
from core.parts import Parts
from digest.letter import editions, names
from digest.letter.approving.store import tell
from digest.letter.decide import OPEN, State, may_become
from digest.letter.models import Edition
from digest.letter.pictures.rules import Picture, examine
from digest.letter.rendering import words


def fetching(parts: Parts, files: FileSource) -> Fetching:
    """Return what fetches the pictures that editions wait for."""
    open_states = [state.value for state in OPEN]
    statement = select(Edition.number, Edition.picture_asked).where(Edition.state.in_(open_states))
    settle = _Settling(parts).settle
    return Fetching("letter.picture", parts.database, files, remembered(statement), settle)


@dataclass(frozen=True)
class _Settling:
    parts: Parts

    async def settle(
        self, session: AsyncSession, awaited: Awaited, data: bytes | None, now: datetime
    ) -> None:
        """Put a picture in, or say why not."""
        edition = await editions.by_number(session, awaited.key, lock=True)
        if edition is None or edition.picture_asked != awaited.asked:
            return  # another picture was sent meanwhile
        edition.picture_asked = None
        if not may_become(State(edition.state), State.DRAFT):
            return
        block = "picture_lost"
        if data is not None:
            found = examine(data)
            block = "picture_put" if isinstance(found, Picture) else found.value
            if isinstance(found, Picture):
                await self._put(session, edition, found, awaited, now)
        text = words(block, {"number": edition.number})
        slot = f"picture:{edition.number}/v{edition.version}/{awaited.asked_at.isoformat()}"
        await tell(session, self.parts, edition, text, slot=slot, now=now)

    async def _put(
        self,
        session: AsyncSession,
        edition: Edition,
        picture: Picture,
        awaited: Awaited,
        now: datetime,
    ) -> None:
        key = await keep(session, picture.data, picture.media_type, now)
        await editions.change(
            session, self.parts, edition, now,
            picture=key, picture_words=awaited.asked["words"], show=False,
        )  # fmt: skip
        reference = names.edition_reference(edition.number)
        acts.record(
            session, awaited.by, "letter.picture_put", reference, now,
            hash=key, version=edition.version,
        )  # fmt: skip
