"""Erasing somebody once it was decided and they were told; reminding the animators before."""

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.personal import posts
from bot.personal.copies import Copies
from bot.personal.models import ErasureRequest
from bot.personal.rules import RequestState, erasure_due, next_reminder, reminders_due
from core.acts import SYSTEM, record
from core.ledger.store import post, purge
from core.one_by_one import one_by_one
from core.parts import Parts
from core.people.models import Person
from core.reference import Party, Reference
from core.room import PersonalData

log = structlog.get_logger()

Holders = Callable[[], Sequence[tuple[str, PersonalData]]]
"""What everybody holds about people, by name; the directory last, since others look people up."""


class Erasing:
    """Does what the tables say is due."""

    def __init__(self, parts: Parts, holders: Holders) -> None:
        self._parts = parts
        self._holders = holders
        self._copies = Copies(parts)

    async def run(self, now: datetime) -> None:
        """Erase who was told so; each in a transaction of their own."""
        async with self._parts.database.read() as session:
            rows = (await session.scalars(select(ErasureRequest).where(_accepted()))).all()
        due = [row.id for row in rows if erasure_due(row.decided_at or now, row.told_at) <= now]
        await one_by_one(due, self._erase)
        if due:
            await self._parts.database.scrub()

    async def remind(self, now: datetime) -> None:
        """Remind the animators of the requests whose term comes near."""
        async with self._parts.database.write() as session:
            rows = await session.scalars(
                select(ErasureRequest)
                .where(ErasureRequest.state == RequestState.ASKED.value)
                .with_for_update()
            )
            for request in rows.all():
                count = reminders_due(request.due_at, request.reminders, now)
                if count > request.reminders:
                    request.reminders = count
                    person = await session.get_one(Person, request.person_id)
                    draft = posts.to_animators(
                        self._parts, request, person.name, "request_reminder", now
                    )
                    await post(session, [draft], now)

    async def next_reminder(self, session: AsyncSession) -> datetime | None:
        """Return when a reminder will be due."""
        rows = await session.scalars(
            select(ErasureRequest).where(ErasureRequest.state == RequestState.ASKED.value)
        )
        instants = [next_reminder(row.due_at, row.reminders) for row in rows]
        return min((each for each in instants if each is not None), default=None)

    async def next_erasure(self, session: AsyncSession) -> datetime | None:
        """Return when an erasure is to be done."""
        rows = await session.scalars(select(ErasureRequest).where(_accepted()))
        instants = [erasure_due(row.decided_at, row.told_at) for row in rows if row.decided_at]
        return min(instants, default=None)

    async def _erase(self, identity: int) -> None:
        now = self._parts.clock.now()
        async with self._parts.database.write() as session:
            request = await session.get(ErasureRequest, identity, with_for_update=True)
            if request is None or request.state != RequestState.ACCEPTED:
                return
            await self._copies.unname(session, request)
            await self._clear_group(session, request, now)
            party = Party("person", str(request.person_id))
            for _name, holder in self._holders():
                await holder.erase(session, party)
            request.state, request.done_at = RequestState.DONE.value, now
            await _let_go(session, request.person_id)
            subject = Reference("people", "person", str(request.person_id))
            record(session, SYSTEM, "personal.erase", subject, now, request=request.id)
        log.info("personal.erased", request=identity)

    async def _clear_group(
        self, session: AsyncSession, request: ErasureRequest, now: datetime
    ) -> None:
        """Take what names the person out of the animators' group."""
        drafts = [*await self._copies.of_requests(session, request, now)]
        if self._parts.settings.hotline.erase_topics:
            drafts += await self._copies.of_questions(session, request, now)
            drafts += await self._copies.handed_on(session, request, now)
            drafts += await self._copies.notices(session, request, now)
        await post(session, drafts, now)


async def _let_go(session: AsyncSession, person_id: int) -> None:
    """Empty what is kept and was shown of a person's requests: that there were some stays."""
    rows = await session.scalars(
        select(ErasureRequest).where(ErasureRequest.person_id == person_id)
    )
    for request in rows.all():
        request.reason = ""
        await purge(session, posts.party(request.id))


def _accepted() -> ColumnElement[bool]:
    return ErasureRequest.state == RequestState.ACCEPTED.value
