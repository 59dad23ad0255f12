"""Members of the network who wish to be told in chat that a letter is out."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from digest.subscribers.models import ChatReader


class ReadersInChat:
    """Keeps their wish: `core.letter_notices.LetterNotices`. No function here commits."""

    async def wanted(self, session: AsyncSession, person_id: int) -> bool:
        """Say whether somebody is told in chat that a letter is out."""
        return await session.get(ChatReader, person_id) is not None

    async def choose(
        self, session: AsyncSession, person_id: int, wanted: bool, now: datetime
    ) -> None:
        """Tell somebody from now on, or no more; the same choice again changes nothing."""
        if not wanted:
            await session.execute(delete(ChatReader).where(ChatReader.person_id == person_id))
            return
        on_sqlite = session.get_bind().dialect.name == "sqlite"
        insert = sqlite.insert if on_sqlite else postgresql.insert
        row = {"person_id": person_id, "since": now}
        await session.execute(insert(ChatReader).values(row).on_conflict_do_nothing())
