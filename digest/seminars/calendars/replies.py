"""What people answer with their calendar program, done: a place taken, or given up.

A mail's From proves nothing: whoever is answered for gets the usual mail, and sees a forged one.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.calendar_replies import CalendarReply
from core.parts import Parts
from core.people.models import Person
from core.reference import Party
from digest.seminars import names, registrations, store
from digest.seminars.calendars.decide import Answered, Deed, Standing, deed_of
from digest.seminars.calendars.meetings import uid
from digest.seminars.models import Guest, Registration, Seminar
from digest.seminars.registering import places, standing
from digest.seminars.registering.decide import Choice, modes
from digest.seminars.registering.telling import Doing
from digest.seminars.rules import RegistrationState


class RepliesToMeetings:
    """Takes what calendar programs answer; built by the wiring for the mailbox."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def take(self, session: AsyncSession, reply: CalendarReply, now: datetime) -> str:
        """Register or excuse who answers, if they were invited or registered; say what was done."""
        if reply.email != reply.attendee:
            return "not_theirs"
        seminar = await self._seminar(session, reply.uid)
        if seminar is None:
            return "unknown"
        found = await _registration(session, seminar, reply.attendee)
        if found is None or found.state == RegistrationState.ASKED:
            return "not_invited"
        if not await standing.may_come(session, seminar, Party.parse(found.party)):
            return "not_invited"
        answered = Answered(reply.answer, reply.sequence, reply.stamp)
        deed = deed_of(answered, _standing(seminar, found, now))
        await self._do(session, seminar, Party.parse(found.party), deed, now)
        return deed.value

    async def _do(
        self, session: AsyncSession, seminar: Seminar, party: Party, deed: Deed, now: datetime
    ) -> None:
        if deed is Deed.REGISTER:
            choice = Choice(mode=modes(seminar.place, seminar.video_url)[0])
            await places.take(session, self._parts, seminar, party, choice, Doing(now))
        elif deed is Deed.EXCUSE:
            await places.excuse(session, self._parts, seminar, party, Doing(now))

    async def _seminar(self, session: AsyncSession, name: str) -> Seminar | None:
        """Return the seminar that calendars call so, locked before any registration."""
        digits = name.removeprefix("seminar-").partition("@")[0]
        if not (digits.isascii() and digits.isdigit()) or len(digits) > len("123456789"):
            return None
        if name != uid(self._parts, int(digits)):
            return None
        return await store.by_id(session, int(digits), lock=True)


def _standing(seminar: Seminar, found: Registration, now: datetime) -> Standing:
    return Standing(
        state=RegistrationState(found.state),
        answered_at=found.answered_at,
        mails=found.requests,
        sequence=seminar.version - 1,
        takes_registrations=store.takes_registrations(seminar, now),
    )


async def _registration(session: AsyncSession, seminar: Seminar, email: str) -> Registration | None:
    """Return the registration of who has an address: a person's before a guest's."""
    for party in await _parties(session, email):
        found = await registrations.of_party(session, seminar.id, party, lock=True)
        if found is not None:
            return found
    return None


async def _parties(session: AsyncSession, email: str) -> Sequence[Party]:
    people = await session.scalars(select(Person.id).where(func.lower(Person.email) == email))
    guests = await session.scalars(select(Guest.id).where(func.lower(Guest.email) == email))
    return [*map(names.person_party, people), *map(names.guest_party, guests)]
