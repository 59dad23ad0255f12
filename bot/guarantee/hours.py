"""When the team, and each of its members, answers: hours of the configuration, less absences."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.settings import HotlineSettings
from core.working_time import WorkingTime


class Hours:
    """Knows working time. Raises InputError when the configuration's hours cannot be read."""

    def __init__(self, settings: HotlineSettings) -> None:
        self._settings = settings

    async def team(self, session: AsyncSession, now: datetime) -> WorkingTime:
        """Return when at least one animator answers."""
        raise NotImplementedError

    async def of(self, session: AsyncSession, person_id: int, now: datetime) -> WorkingTime:
        """Return when one animator answers."""
        raise NotImplementedError
