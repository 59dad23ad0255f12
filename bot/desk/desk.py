"""The animators' side: answering by a reply, taking charge, closing. Replies come here first."""

from collections.abc import Sequence

from bot.desk.words import text as desk_text
from bot.hotline import store
from bot.hotline.asking import Asking
from bot.hotline.decide import Direction, Side, State, number_of, side
from bot.hotline.models import Question
from bot.hotline.posts import Addressee, Composer, card, reference, text
from core.acts import record
from core.chat import Redraw, Reply, Response, Toast, Turn
from core.ledger.store import post
from core.people.models import Person
from core.people.roles import Role
from core.reference import Party, Reference


class Desk:
    """What animators do in their group; `group_id` is the only place where it counts."""

    def __init__(self, composer: Composer, asking: Asking, group_id: int) -> None:
        self._composer = composer
        self._asking = asking
        self._group_id = group_id

    async def replied(self, turn: Turn) -> Sequence[Response]:
        """Take a reply to a message about a question, from either side of it."""
        question = await self._about(turn)
        where = self._side(turn, question)
        if question is None or where is Side.STRANGER:
            private = turn.incoming.place.private
            return [Reply(text("unknown_question") if private else desk_text("not_sent"))]
        if where is Side.ASKER:
            return await self._asking.done(turn) or await self._asking.add(turn, question)
        known = await store.question_of_update(turn.session, turn.incoming.update_id)
        return [Reply(desk_text("sent"))] if known else await self._answer(turn, question)

    async def noted(self, turn: Turn) -> Sequence[Response]:
        """Keep what is said in a topic without replying to the agent: it leaves nowhere."""
        question = await self._about(turn)
        if question is None or self._side(turn, question) is not Side.TEAM:
            return []
        if await store.question_of_update(turn.session, turn.incoming.update_id) is None:
            words = turn.incoming.text
            await store.add_message(turn.session, turn, question.id, Direction.NOTE, words)
        return []

    async def take(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """Take charge of a question."""
        question = await store.question(turn.session, number_of(subject.id))
        if question is None or not _is_fresh(question, version):
            return await self._stale(turn, question)
        question.taken_by = turn.sender.person_id
        return await self._changed(turn, question, "question.take")

    async def close(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """Close a question."""
        question = await store.question(turn.session, number_of(subject.id))
        if question is None or not _is_fresh(question, version):
            return await self._stale(turn, question)
        question.state, question.closed_at = State.CLOSED.value, turn.now
        return await self._changed(turn, question, "question.close")

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

    async def _answer(self, turn: Turn, question: Question) -> Sequence[Response]:
        """Send what an animator replied to the agent, as it was written."""
        session, now = turn.session, turn.now
        asker = await session.get(Person, question.asker_id) if question.asker_id else None
        if asker is None:
            return [Reply(desk_text("asker_gone"))]
        message = await store.add_message(
            session, turn, question.id, Direction.TO_AGENT, turn.incoming.text
        )
        if question.state != State.CLOSED:
            question.state = State.ANSWERED.value
        question.last_message_at = now
        author = await session.get_one(Person, turn.sender.person_id)
        to = Addressee(asker.id, asker.language, author.name)
        drafts = self._composer.answer(message, to, now)
        await post(session, drafts, now)
        actor = Party("person", str(author.id))
        record(session, actor, "question.answer", reference(question.id), now, message=message.id)
        return [Reply(desk_text("sent"))]

    async def _changed(self, turn: Turn, question: Question, verb: str) -> Sequence[Response]:
        question.version += 1
        await turn.session.flush()
        actor = Party("person", str(turn.sender.person_id))
        record(turn.session, actor, verb, reference(question.id), turn.now)
        return [await self._card(turn, question)]

    async def _stale(self, turn: Turn, question: Question | None) -> Sequence[Response]:
        if question is None:
            return [Toast(text("unknown_question"), alert=True)]
        return [Toast(desk_text("stale"), alert=True), await self._card(turn, question)]

    async def _card(self, turn: Turn, question: Question) -> Redraw:
        return Redraw(*card(await store.fiche(turn.session, question, turn.now)))


def _is_fresh(question: Question, version: int) -> bool:
    return question.version == version and question.state != State.CLOSED
