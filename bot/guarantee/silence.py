"""The silence guarantee at work: the tick that asks the tables which reminders are due."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.by_mail.threads import still_asked
from bot.guarantee import names
from bot.guarantee.decide import HEAD, NAMED, Guarantee, Reminder, Wait, thresholds_of
from bot.guarantee.hours import Hours
from bot.guarantee.reminders import Reminders, case_of
from bot.hotline.decide import State
from bot.hotline.models import Question
from core.acts import SYSTEM, record
from core.ledger.draft import Draft
from core.ledger.store import post
from core.one_by_one import one_by_one
from core.parts import Parts
from core.people.models import Person
from core.people.roles import Role
from core.people.store import people_with_role
from core.room import Tick

log = structlog.get_logger()

_WAIT: Sequence[InstrumentedAttribute[Any]] = (
    Question.awaiting_since,
    Question.silence_level,
    Question.taken_by,
)
"""What a `Wait` is made of."""


class Silence:
    """Reminds of what stays without an answer."""

    def __init__(self, parts: Parts, hours: Hours, reminders: Reminders) -> None:
        self._parts = parts
        self._hours = hours
        self._reminders = reminders
        self._thresholds = thresholds_of(parts.settings.hotline.silence_hours)

    def tick(self) -> Tick:
        """Return the tick of the silence guarantee."""
        return Tick("guarantee.silence", self.run, self.next_due)

    async def run(self, now: datetime) -> None:
        """Post every reminder that is due, each in the transaction that counts it."""
        async with self._parts.database.read() as session:
            known = await self.known(session, now)
            rows = await session.execute(
                select(Question.id, *_WAIT)
                .where(*self._waiting())
                .order_by(Question.awaiting_since, Question.id)
            )
            numbers = [number for number, *wait in rows if _is_due(known, Wait(*wait))]

        async def remind(number: int) -> None:
            await self._remind(number, now)

        await one_by_one(numbers, remind)

    async def next_due(self, session: AsyncSession) -> datetime | None:
        """Return when the next reminder falls due, within working hours."""
        rows = await session.execute(select(*_WAIT).where(*self._waiting()).distinct())
        waits = [Wait(*row) for row in rows]
        if not waits:
            return None
        known = await self.known(session, self._parts.clock.now())
        reminders = (known.coming(wait) for wait in _telling(waits))
        return min((each.at for each in reminders if each is not None), default=None)

    async def known(self, session: AsyncSession, now: datetime) -> Guarantee:
        """Return the thresholds and everybody's hours, as they are known at `now`."""
        roster = await self._hours.roster(session, now)
        return Guarantee(self._thresholds, roster, roster.team(now), now)

    def _waiting(self) -> Sequence[ColumnElement[bool]]:
        """Say which questions await an answer, and may still be reminded of."""
        return (
            Question.state == State.OPEN.value,
            Question.awaiting_since.is_not(None),
            Question.silence_level < len(self._thresholds),
            or_(still_asked(), Question.logged_by.is_not(None)),  # not erased
        )

    async def _remind(self, number: int, now: datetime) -> None:
        """Post what is due about one question, unless somebody was quicker."""
        async with self._parts.database.write() as session:
            found = select(Question).where(Question.id == number, *self._waiting())
            question = await session.scalar(found.with_for_update())
            if question is None:
                return
            known = await self.known(session, now)
            heads = await people_with_role(session, Role.HEAD, now)
            reminders = known.due(wait_of(question), {head.id for head in heads})
            for reminder in reminders:
                drafts = await self._drafts(session, question, reminder, heads, known)
                await post(session, drafts, now)
                question.silence_level = reminder.level
                _note(session, question, reminder, drafts, now)

    async def _drafts(
        self,
        session: AsyncSession,
        question: Question,
        reminder: Reminder,
        heads: Iterable[Person],
        known: Guarantee,
    ) -> list[Draft]:
        """Write one reminder: several drafts for several heads of the network."""
        wait, now = wait_of(question), known.now
        case = await case_of(session, question, wait.since, known)
        if reminder.level == HEAD:
            told = [await self._reminders.to_head(session, each, case, now) for each in heads]
            return [draft for draft in told if draft is not None]
        if reminder.level != NAMED:
            return [self._reminders.in_topic(case, now)]
        if reminder.to is not None and (
            draft := await self._reminders.to_named(session, reminder.to, wait.taken_by, case, now)
        ):
            return [draft]
        return [await self._reminders.to_everybody(session, wait.taken_by, case, known)]


def wait_of(question: Question) -> Wait:
    """Return the wait of a question that awaits an answer. Raises ValueError for another one."""
    if question.awaiting_since is None:
        raise ValueError("this question awaits no answer")
    return Wait(question.awaiting_since, question.silence_level, question.taken_by)


def _is_due(known: Guarantee, wait: Wait) -> bool:
    reminder = known.coming(wait)
    return reminder is not None and reminder.at <= known.now


def _telling(waits: Iterable[Wait]) -> list[Wait]:
    """Keep the waits that can hold the next instant.

    Where only the team's hours count it is, of each level, the one that began first; where
    somebody's own hours do, any.
    """
    named = [wait for wait in waits if wait.level + 1 == NAMED]
    first: dict[int, Wait] = {}
    for wait in waits:
        if wait.level + 1 != NAMED:
            first[wait.level] = min(first.get(wait.level, wait), wait, key=lambda each: each.since)
    return [*named, *first.values()]


def _note(
    session: AsyncSession,
    question: Question,
    reminder: Reminder,
    drafts: Sequence[Draft],
    now: datetime,
) -> None:
    record(
        session, SYSTEM, "question.remind", names.question(question.id), now, level=reminder.level
    )
    log.info("guarantee.reminded", question=question.id, reminder=reminder.level)
    if not drafts:
        hint = "give the role `head` to somebody whom chat or mail reaches"
        log.warning("guarantee.head_unreachable", question=question.id, hint=hint)
