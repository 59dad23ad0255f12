"""When an agent leaves: their open questions go to the successor who was named."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.store import PRESENTED
from bot.desk.words import text
from bot.hotline import store
from bot.hotline.models import Question
from bot.hotline.posts import Composer
from bot.hotline.telling import Telling
from bot.hotline.words import reference
from core.acts import SYSTEM, record
from core.db import Database
from core.ledger.draft import Ready
from core.ledger.store import post
from core.one_by_one import one_by_one
from core.people.models import Membership, Person
from core.people.reaching import private_chat
from core.people.roles import Role
from core.people.store import held, roles_of

log = structlog.get_logger()


class Succession:
    """Gives the open questions of those who left to their successors."""

    def __init__(self, database: Database, composer: Composer, telling: Telling) -> None:
        self._database = database
        self._composer = composer
        self._telling = telling

    async def run(self, now: datetime) -> None:
        """Look for open questions whose asker is no agent any more; each in its transaction."""
        async with self._database.read() as session:
            numbers = await _orphans(session, now)

        async def pass_on(number: int) -> None:
            async with self._database.write() as session:
                await self._pass_on(session, number, now)

        await one_by_one(numbers, pass_on)

    async def _pass_on(self, session: AsyncSession, number: int, now: datetime) -> None:
        question = await store.question(session, number)
        if question is None or question.state not in PRESENTED or question.asker_id is None:
            return
        former = await session.get_one(Person, question.asker_id)
        if Role.AGENT in await roles_of(session, former.id, now):
            return
        successor = await self._successor(session, question, former, now)
        if successor is None:
            fiche = await store.fiche(session, question, now)
            words = text("no_successor", fiche=fiche)
            slot = f"question:{number}/no_successor:{former.id}"
            await post(session, [self._composer.notice(slot, number, words, now)], now)
            return
        question.asker_id = successor.id
        question.version += 1
        await session.flush()
        record(session, SYSTEM, "question.succeed", reference(number), now, to=successor.id)
        reachable = isinstance(await private_chat(session, successor.id), Ready)
        words = text("succeeded", former=former.name, name=successor.name, reachable=reachable)
        slot = f"question:{number}/succession:{question.version}"
        await post(session, [self._composer.notice(slot, number, words, now)], now)
        await self._telling.transferred(session, question, now)
        log.info("desk.succeeded", question=number)

    async def _successor(
        self, session: AsyncSession, question: Question, former: Person, now: datetime
    ) -> Person | None:
        """Return who takes over: an agent; nobody for a discreet question, which names its asker.

        A successor may have left too: theirs is then asked.
        """
        if question.discreet:
            return None
        seen = {former.id}
        person: Person | None = former
        while person is not None and person.successor_id not in {None, *seen}:
            person = await session.get(Person, person.successor_id)
            if person is None or Role.AGENT in await roles_of(session, person.id, now):
                return person
            seen.add(person.id)
        return None


async def _orphans(session: AsyncSession, now: datetime) -> Sequence[int]:
    """Return the open questions of those who were agents, and are not any more."""
    ever = exists().where(
        Membership.person_id == Question.asker_id,
        Membership.role == Role.AGENT.value,
        Membership.until <= now,
    )
    still = exists().where(
        Membership.person_id == Question.asker_id,
        Membership.role == Role.AGENT.value,
        held(now),
    )
    rows = await session.scalars(
        select(Question.id).where(Question.state.in_(PRESENTED), ever, ~still).order_by(Question.id)
    )
    return rows.all()
