"""When the team, and each of its members, answers: hours of the configuration, less absences."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.guarantee import absences
from bot.guarantee.rules import Roster
from core.errors import InputError
from core.people.models import Person
from core.people.roles import Role
from core.people.store import people_with_role
from core.settings import HotlineSettings
from core.working_time import WorkingTime, read_working_time


class Hours:
    """Knows working time. Raises InputError when the configuration's hours cannot be read."""

    def __init__(self, settings: HotlineSettings) -> None:
        self._usual = _read("hotline", settings.hours, settings)
        self._own = {
            code: _read(f"hotline.animator_hours.{code}", hours, settings)
            for code, hours in settings.animator_hours.items()
        }

    async def team(self, session: AsyncSession, now: datetime) -> WorkingTime:
        """Return when at least one animator answers."""
        return (await self.roster(session, now)).team(now)

    async def of(self, session: AsyncSession, person_id: int, now: datetime) -> WorkingTime:
        """Return when one animator answers."""
        roster = await self.roster(session, now)
        if person_id not in roster.own:
            person = await session.get(Person, person_id)
            roster = Roster(self._hours(person) if person else self._usual, {}, roster.absences)
        return roster.of(person_id)

    async def roster(self, session: AsyncSession, now: datetime) -> Roster:
        """Return everybody's hours and absences, as they are known at `now`."""
        animators = await people_with_role(session, Role.ANIMATOR, now)
        own = {person.id: self._hours(person) for person in animators}
        return Roster(self._usual, own, await absences.known(session, now))

    def _hours(self, person: Person) -> WorkingTime:
        return self._own.get(person.code or "", self._usual)


def _read(key: str, hours: list[str], settings: HotlineSettings) -> WorkingTime:
    """Read hours. Raises InputError that says which key of the configuration is wrong."""
    try:
        return read_working_time(hours, settings.closures, settings.worked_holidays)
    except InputError as error:
        raise InputError(f"{key}: {error.what}", hint=error.hint) from error
