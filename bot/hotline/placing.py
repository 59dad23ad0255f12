"""Messages whose question their author is asked for: kept meanwhile, then placed by a press."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.hotline import store
from bot.hotline.choosing import Choosing, actor, unknown
from bot.hotline.decide import Addition, choice
from bot.hotline.models import Question, QuestionMessage
from bot.hotline.posts import text
from bot.hotline.presenting import Presenting
from bot.hotline.showing import Showing
from bot.hotline.underway import unplaced
from core.chat import Redraw, Reply, Response, Toast, Turn
from core.reference import Party, Reference

LISTED = 20


class Placing:
    """Finds the question of messages that could belong to several, or to none."""

    def __init__(self, presenting: Presenting, showing: Showing, choosing: Choosing) -> None:
        self._presenting = presenting
        self._showing = showing
        self._choosing = choosing

    async def ask(self, turn: Turn) -> Sequence[Response]:
        """Ask which question the messages kept aside belong to."""
        person_id = turn.sender.person_id or 0
        waiting = await unplaced(turn.session, person_id)
        ongoing = await store.ongoing(turn.session, person_id)
        view = self._showing.which_question(ongoing[-LISTED:], waiting[0].id)
        return [Reply(view.text, view.keyboard)]

    async def place(self, turn: Turn, chosen: Reference, _version: int) -> Sequence[Response]:
        """Put the messages kept aside with the question that their author says, or make one."""
        pair = choice(chosen.id)
        waiting = await unplaced(turn.session, turn.sender.person_id or 0)
        if pair is None or pair[0] not in {each.id for each in waiting}:
            return [await self._too_late(turn, pair[0] if pair else 0)]
        if not pair[1]:
            return [Redraw(text("placed_anew")), *await self.anew(turn, waiting)]
        question = await store.own_question(turn, pair[1])
        if question is None:
            return [unknown()]
        return await self._join(turn, question, waiting)

    async def _join(
        self, turn: Turn, question: Question, waiting: Sequence[QuestionMessage]
    ) -> Sequence[Response]:
        session, now = turn.session, turn.now
        await _give(session, waiting, question)
        added = await self._presenting.add(session, question, waiting, now)
        if added.outcome is Addition.TOO_LATE:
            return [Redraw(text("placed_anew")), *await self.anew(turn, waiting)]
        placed = Redraw(text("placed", number=question.id, promised=added.promised_at))
        if added.promised_at is not None:
            return [placed, *await self._showing.absence(session, question, now)]
        if question.presented_at is not None:
            return [placed]
        view = await self._showing.question(session, question, now)
        return [placed, view.reply(question.id)]

    async def anew(self, turn: Turn, messages: Sequence[QuestionMessage]) -> Sequence[Response]:
        """Make a new question of messages, and take it one step towards the team."""
        person_id = turn.sender.person_id or 0
        question = await self.gather(turn.session, person_id, messages, turn.now, actor(turn))
        view = await self._choosing.step(turn.session, question, turn.now)
        return [view.reply(question.id)]

    async def gather(
        self,
        session: AsyncSession,
        person_id: int,
        messages: Sequence[QuestionMessage],
        now: datetime,
        by: Party,
    ) -> Question:
        """Make a new question of messages; the team does not have it yet."""
        words = next((each.text for each in messages if each.text), "")
        question = await self._presenting.open(session, person_id, words, now, by)
        await _give(session, messages, question)
        return question

    async def _too_late(self, turn: Turn, message_id: int) -> Toast:
        """Say where a message has gone meanwhile; of another's, say nothing."""
        message = await turn.session.get(QuestionMessage, message_id)
        mine = message is not None and message.author == str(actor(turn))
        if message is None or not mine or message.question_id is None:
            return unknown()
        return Toast(text("already_placed", number=message.question_id), alert=True)


async def _give(
    session: AsyncSession, messages: Sequence[QuestionMessage], question: Question
) -> None:
    for message in messages:
        message.question_id = question.id
    await session.flush()
