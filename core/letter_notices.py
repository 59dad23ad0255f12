"""Being told in chat that a letter is out: chosen beside the alerts, in another room."""

from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession


class LetterNotices(Protocol):
    """What the letter offers to who shows somebody their choices. Who asks authorises."""

    async def wanted(self, session: AsyncSession, person_id: int) -> bool:
        """Say whether somebody is told in chat that a letter is out."""
        ...

    async def choose(
        self, session: AsyncSession, person_id: int, wanted: bool, now: datetime
    ) -> None:
        """Tell somebody from now on, or no more; the same choice again changes nothing."""
        ...
