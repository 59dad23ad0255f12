"""What is said about a question, on either side: answers, notes. Replies come here first."""

from collections.abc import Sequence

from bot.desk import store as desk_store
from bot.desk.sending import Sending, noted
from bot.desk.words import text as desk_text
from bot.entrance.threshold import kept_out
from bot.hotline import store
from bot.hotline.asking import Asking
from bot.hotline.decide import Direction, Side, number_of, side
from bot.hotline.models import Question, QuestionMessage
from bot.hotline.words import text, topic_reference
from core.chat import Reply, Response, Turn
from core.people.roles import Role
from core.reference import Party


class Desk:
    """What is said in the animators' group; `group_id` is the only place where it counts."""

    def __init__(self, asking: Asking, sending: Sending, group_id: int) -> None:
        self._asking = asking
        self._sending = sending
        self._group_id = group_id

    async def replied(self, turn: Turn) -> Sequence[Response]:
        """Take a reply to a message about a question, from either side of it."""
        question = await self._about(turn)
        where = self._side(turn, question)
        if question is None or where is Side.STRANGER:
            private = turn.incoming.place.private
            return [Reply(text("unknown_question") if private else desk_text("not_sent"))]
        if where is Side.ASKER:
            if kept := await kept_out(turn, Role.AGENT):
                return kept
            return await self._asking.done(turn) or await self._asking.add(turn, question)
        return await self._said(turn, question, Direction.TO_AGENT)

    async def noted(self, turn: Turn) -> Sequence[Response]:
        """Keep what is said in a topic without replying to the agent: it leaves nowhere."""
        question = await self._about(turn)
        if question is None:
            return []
        if self._side(turn, question) is not Side.TEAM:
            return [Reply(desk_text("not_sent"))]
        return await self._said(turn, question, Direction.NOTE)

    async def _said(
        self, turn: Turn, question: Question, direction: Direction
    ) -> Sequence[Response]:
        """Record what an animator says, once; the files of an album follow the first of them."""
        incoming, session = turn.incoming, turn.session
        if incoming.edited:
            place = incoming.place.chat_id, incoming.message_id
            there = await store.message_at(session, *place)
            known = there is not None and there.question_id == question.id
            return await self._sending.correct(turn, question, there) if there and known else []
        if await store.message_of_update(session, incoming.update_id) is not None:
            return []
        first = await self._first_of_album(turn, question)
        going = Direction(first.direction) if first else direction
        message = await store.add_message(session, turn, question.id, going, incoming.text)
        if going is Direction.TO_AGENT and first is not None:
            await self._sending.follow(turn, question, message)
        if first is not None:
            return []
        if going is Direction.TO_AGENT:
            return await self._sending.answer(turn, question, message)
        return [Reply(*noted(message, question), about=topic_reference(question.id))]

    async def _first_of_album(self, turn: Turn, question: Question) -> QuestionMessage | None:
        name = turn.incoming.album
        author = str(Party("person", str(turn.sender.person_id)))
        rows = await desk_store.album(turn.session, question.id, author, name) if name else []
        return rows[0] if rows else None

    def _side(self, turn: Turn, question: Question | None) -> Side:
        place, sender = turn.incoming.place, turn.sender
        known = sender.person_id is not None
        owns = known and question is not None and question.asker_id == sender.person_id
        return side(
            private=place.private,
            in_group=place.chat_id == self._group_id,
            owns=owns,
            animator=known and Role.ANIMATOR in sender.roles,
        )

    async def _about(self, turn: Turn) -> Question | None:
        about = turn.incoming.about
        return await store.question(turn.session, number_of(about.id)) if about else None
