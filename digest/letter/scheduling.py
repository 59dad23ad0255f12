"""The tick that composes at the slots of the schedule, and asks about one that was missed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from core.acts import SYSTEM
from core.chat import Action, Button, Redraw, Response, Text, Turn
from core.parts import Parts
from core.people.roles import Role
from core.reference import Reference
from core.room import Tick
from digest.letter import editions, names, slots
from digest.letter.editions import Contributors
from digest.letter.models import Composition
from digest.letter.schedule import Due, Slot, read_schedule

log = structlog.get_logger()

TEMPLATE = "chat/letter_schedule.html"


class Scheduling:
    """Composes at the slots of `digest.schedule`; each is taken once, by one process.

    Raises ConfigurationError for a schedule that cannot be read.
    """

    def __init__(self, parts: Parts, contributors: Contributors) -> None:
        read_schedule(parts.settings.digest.schedule)
        self._parts = parts
        self._contributors = contributors

    def tick(self) -> Tick:
        """Return the tick that looks whether a slot has come."""
        return Tick("letter.compose", self.run, self._next_due, every=60.0)

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons about the schedule do, beside « composer »."""
        return (Action("letter.wait", self.wait, Role.ANIMATOR),)

    async def run(self, now: datetime) -> None:
        """Take the slot that has come, if one has. The very first time, slots count from now."""
        async with self._parts.database.read() as session:
            if await slots.since(session) is not None and not await self._slot(session, now):
                return
        async with self._parts.database.write() as session:
            await editions.alone_composing(session)
            if await slots.since(session) is None:
                session.add(Composition(at=now))
                return
            slot = await self._slot(session, now)  # another process may have been quicker
            if slot is not None:
                await self._take(session, slot, now)

    async def wait(self, turn: Turn, _reference: Reference, _version: int) -> Sequence[Response]:
        """Leave a missed slot at that, and say when the next one comes."""
        next_at = await self._next_due(turn.session)
        return [Redraw(_words("waiting", next_at=next_at))]

    async def _next_due(self, session: AsyncSession) -> datetime | None:
        return await slots.due_at(session, self._parts)

    async def _slot(self, session: AsyncSession, now: datetime) -> Slot | None:
        at_work = await editions.current(session) is not None
        return await slots.to_take(session, self._parts, now, at_work=at_work)

    async def _take(self, session: AsyncSession, slot: Slot, now: datetime) -> None:
        if slot.due is Due.COMPOSE:
            edition = await editions.compose_edition(
                session, self._parts, self._contributors, now, SYSTEM, slot=slot.at
            )
        else:
            edition = await editions.current(session)
            await self._tell(session, slot, edition.number if edition else None, now)
        number = edition.number if edition else None
        log.info("letter.slot_taken", slot=slot.at.isoformat(), how=slot.due, edition=number)

    async def _tell(
        self, session: AsyncSession, slot: Slot, number: int | None, now: datetime
    ) -> None:
        """Say that a slot was not composed for, and ask what to do when nothing is at work."""
        attempt = Composition(at=now, scheduled_for=slot.at, edition=number)
        session.add(attempt)
        await session.flush()
        if slot.due is Due.AT_WORK:
            text = _words("at_work", number=number, at=slot.at)
            await editions.notify(session, self._parts, attempt, now, text)
        else:
            text = _words("missed", at=slot.at)
            await editions.notify(session, self._parts, attempt, now, text, keyboard=(_choices(),))


def _choices() -> tuple[Button, ...]:
    return (
        Button(_words("compose_button"), "letter.compose", names.NEXT_EDITION),
        Button(_words("wait_button"), "letter.wait", names.NEXT_EDITION),
    )


def _words(block: str, **values: Any) -> Text:
    return Text(TEMPLATE, block, values)
