"""What its asker does not decide goes to the team by itself: nothing stays between two chairs."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.hotline.asking import Asking
from bot.hotline.decide import UNDECIDED
from bot.hotline.models import Question, QuestionMessage
from bot.hotline.posts import reference, text
from bot.hotline.telling import UNDECIDED as KIND
from bot.hotline.telling import Telling
from bot.hotline.underway import unplaced
from core.acts import SYSTEM, record
from core.db import Database
from core.one_by_one import one_by_one
from core.reference import Party
from core.room import Tick

STATES = tuple(state.value for state in UNDECIDED)


class Undecided:
    """Sends to the team, once the delay has passed, what waits for a choice of its asker.

    One transaction for each question, or for each person's messages that have none.
    """

    def __init__(
        self,
        database: Database,
        asking: Asking,
        telling: Telling,
        delay: timedelta,
    ) -> None:
        self._database = database
        self._asking = asking
        self._telling = telling
        self._delay = delay

    def tick(self) -> Tick:
        """Return the work that the clock brings."""
        return Tick("hotline.undecided", self.run, self.next_due)

    async def run(self, now: datetime) -> None:
        """Send all that has waited long enough."""
        async with self._database.read() as session:
            numbers = await self._questions(session, now - self._delay)
            people = await self._people(session, now - self._delay)

        async def decide(each: int | str) -> None:
            async with self._database.write() as session:
                if isinstance(each, int):
                    await self._send(session, each, now)
                else:
                    await self._gather(session, Party.parse(each), now)

        waiting: list[int | str] = [*numbers, *people]
        await one_by_one(waiting, decide)

    async def next_due(self, session: AsyncSession) -> datetime | None:
        """Return when the first of what waits is due."""
        of_questions = await session.scalar(
            select(func.min(Question.last_message_at)).where(Question.state.in_(STATES))
        )
        of_people = await session.scalar(
            select(func.max(QuestionMessage.at))
            .where(QuestionMessage.question_id.is_(None), QuestionMessage.author.is_not(None))
            .group_by(QuestionMessage.author)
            .order_by(func.max(QuestionMessage.at))
            .limit(1)
        )
        waiting = [at for at in (of_questions, of_people) if at is not None]
        return min(waiting) + self._delay if waiting else None

    async def _questions(self, session: AsyncSession, until: datetime) -> list[int]:
        rows = await session.scalars(
            select(Question.id)
            .where(Question.state.in_(STATES), Question.last_message_at <= until)
            .order_by(Question.last_message_at, Question.id)
        )
        return list(rows)

    async def _people(self, session: AsyncSession, until: datetime) -> list[str]:
        rows = await session.scalars(
            select(QuestionMessage.author)
            .where(QuestionMessage.question_id.is_(None), QuestionMessage.author.is_not(None))
            .group_by(QuestionMessage.author)
            .having(func.max(QuestionMessage.at) <= until)
        )
        return [author for author in rows if author is not None]

    async def _send(self, session: AsyncSession, number: int, now: datetime) -> None:
        question = await session.get(Question, number, with_for_update=True)
        if question is None or question.state not in STATES:
            return
        if question.last_message_at + self._delay <= now:
            await self._present(session, question, now, several=False)

    async def _gather(self, session: AsyncSession, party: Party, now: datetime) -> None:
        messages = await unplaced(session, party.number)
        if not messages or messages[-1].at + self._delay > now:
            return
        question = await self._asking.placing.gather(session, party.number, messages, now, SYSTEM)
        await self._present(session, question, now, several=True)

    async def _present(
        self, session: AsyncSession, question: Question, now: datetime, *, several: bool
    ) -> None:
        """Give a question to the team, and tell its asker so."""
        record(session, SYSTEM, "question.undecided", reference(question.id), now)
        await self._asking.presenting.present(session, question, now)
        view = await self._asking.showing.acknowledgement(session, question, now)
        words = text("undecided", **view.text.values, several=several)
        await self._telling.tell(session, question, KIND, words, now, keyboard=view.keyboard)
