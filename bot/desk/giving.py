"""Validated answers that resemble a question: read in its topic, sent to the agent as they are."""

from collections.abc import Sequence

from sqlalchemy import select

from bot.answers.decide import State as AnswerState
from bot.answers.models import Answer
from bot.answers.words import text as answers_text
from bot.desk import store as desk_store
from bot.desk.sending import Sending, words_of
from bot.desk.words import text
from bot.hotline import store
from bot.hotline.card import pair
from bot.hotline.decide import Direction, choice
from bot.hotline.models import Question, QuestionMessage
from bot.hotline.words import reference, topic_reference
from core.acts import Act
from core.chat import Button, Reply, Response, Toast, Turn
from core.reference import Party, Reference
from core.render import Renderer


class Giving:
    """Shows a validated answer to the animators, and sends it to the agent."""

    def __init__(self, renderer: Renderer, language: str, sending: Sending) -> None:
        self._renderer = renderer
        self._language = language
        self._sending = sending

    async def similar(self, turn: Turn, chosen: Reference, _version: int) -> Sequence[Response]:
        """Show a validated answer in the topic."""
        question, answer = await self._chosen(turn, chosen)
        if question is None or answer is None:
            return [Toast(text("unknown_answer"), alert=True)]
        carried = pair("similar", question.id, answer.id)
        give = Button(text("give_button"), "desk.give", carried, question.version)
        words = text("similar", answer=answer, reserve=self._reserve(answer))
        return [Reply(words, ((give,),), about=topic_reference(question.id))]

    async def give(self, turn: Turn, chosen: Reference, _version: int) -> Sequence[Response]:
        """Send a validated answer to the agent, once, as if the presser had written it."""
        question, answer = await self._chosen(turn, chosen)
        if question is None or answer is None:
            return [Toast(text("unknown_answer"), alert=True)]
        if await self._given(turn, question, answer):
            return [Toast(words_of(question)("already_given"), alert=True)]
        words = text("given", answer=answer, reserve=self._reserve(answer))
        message = QuestionMessage(
            question_id=question.id,
            author=str(Party("person", str(turn.sender.person_id))),
            direction=Direction.TO_AGENT.value,
            text=self._renderer.plain(words, self._language),
            at=turn.now,
        )
        turn.session.add(message)
        await turn.session.flush()
        return await self._sending.answer(turn, question, message, answer=answer.id)

    async def _given(self, turn: Turn, question: Question, answer: Answer) -> bool:
        """Say whether the answer was sent, and not held back."""
        rows = await turn.session.scalars(
            select(QuestionMessage.direction)
            .join(Act, QuestionMessage.id == Act.detail["message"].as_integer())
            .where(
                Act.subject == str(reference(question.id)),
                Act.verb == desk_store.ANSWER,
                Act.detail["answer"].as_integer() == answer.id,
            )
        )
        return Direction.TO_AGENT in rows.all()

    async def _chosen(self, turn: Turn, chosen: Reference) -> tuple[Question | None, Answer | None]:
        found = choice(chosen.id)
        if found is None:
            return None, None
        question = await store.question(turn.session, found[0])
        answer = await turn.session.get(Answer, found[1])
        valid = answer is not None and answer.state == AnswerState.VALIDATED
        return question, answer if valid else None

    def _reserve(self, answer: Answer) -> str:
        return self._renderer.plain(answers_text("reserve", answer=answer), self._language)
