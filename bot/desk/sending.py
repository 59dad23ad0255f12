"""What leaves for the agent: held for some seconds, held back, sent from a note, corrected."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from bot.desk import store as desk_store
from bot.desk.decide import restored
from bot.desk.words import text
from bot.hotline import standing, store
from bot.hotline.decide import Direction
from bot.hotline.models import Question, QuestionMessage
from bot.hotline.posts import ANSWER, Addressee, Composer
from bot.hotline.posts import message_slot as slot_of
from bot.hotline.words import reference, topic_reference
from core.acts import record
from core.chat import Button, Keyboard, Redraw, Reply, Response, Text, Toast, Turn
from core.ledger import amend, rules
from core.ledger.amend import Posted
from core.ledger.store import post
from core.people.models import Person
from core.reference import Party, Reference

HELD_BACK = "held back"
"""Why an answer did not leave."""


class Sending:
    """Lets an animator's words leave; for `hold`, whoever wrote them can think again."""

    def __init__(self, composer: Composer, hold: timedelta) -> None:
        self._composer = composer
        self._hold = hold

    async def answer(
        self, turn: Turn, question: Question, message: QuestionMessage, **more: int
    ) -> Sequence[Response]:
        """Send a message just written to the agent, from when it is not held any more.

        `more` is kept with the act.
        """
        if not await self._leave(turn, question, [message], **more):
            return [Reply(text("asker_gone"), about=topic_reference(question.id))]
        told = self._leaving(message, quoted=False)
        return [Reply(*told, about=topic_reference(question.id))]

    async def follow(self, turn: Turn, question: Question, message: QuestionMessage) -> None:
        """Send what comes after the first of an album that leaves."""
        to = await self._addressee(turn, question, message)
        if to is not None:
            due_at = turn.now + self._hold
            drafts = self._composer.answer(message, to, due_at, follows=True)
            await post(turn.session, drafts, turn.now)

    async def send(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Send a note to the agent: what was written, with the files of its album."""
        message, question = await self._subject(turn, subject)
        if message is None or question is None:
            return [Toast(text("unknown_note"), alert=True)]
        if message.direction != Direction.NOTE:
            return [Toast(text("already_leaving"), alert=True), Redraw(*self._leaving(message))]
        together = await desk_store.sent_together(turn.session, message)
        if not await self._leave(turn, question, together):
            return [Toast(text("asker_gone"), alert=True)]
        return [Redraw(*self._leaving(message))]

    async def hold_back(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Keep from the agent what has not left yet: it becomes a note."""
        message, question = await self._subject(turn, subject)
        if message is None or question is None:
            return [Toast(text("unknown_note"), alert=True)]
        if message.direction == Direction.NOTE:
            return [Redraw(*held_back(message))]
        together = await desk_store.sent_together(turn.session, message)
        rows = [row for each in together for row in await self._held(turn, question, each)]
        if not rows or any(row.started for row in rows):
            return [
                Toast(text("has_left"), alert=True),
                Redraw(text("sent", words=_quoted(message))),
            ]
        await amend.withdraw(turn.session, rows, HELD_BACK, turn.now)
        for each in together:
            each.direction = Direction.NOTE.value
        await turn.session.flush()
        written = await desk_store.answers_written(turn.session, question.id)
        present = desk_store.standing_of(question)
        desk_store.stand(question, restored(present, written, self._hold))
        self._act(turn, question, "question.hold_back", message=message.id)
        return [Redraw(*held_back(message))]

    async def correct(
        self, turn: Turn, question: Question, message: QuestionMessage
    ) -> Sequence[Response]:
        """Take what an animator corrected; what the agent has, or is to have, is corrected too."""
        incoming = turn.incoming
        message.text, message.edited = incoming.text, True
        message.entities = [dict(entity) for entity in incoming.entities]
        message.files = [asdict(file) for file in incoming.files]
        to = await self._addressee(turn, question, message)
        if message.direction != Direction.TO_AGENT or to is None:
            return []
        update_id, now = incoming.update_id, turn.now
        drafts = await self._composer.answer_edits(turn.session, message, to, update_id, now)
        await post(turn.session, drafts, now)
        waiting = any(
            row.state is rules.State.PENDING for row in await self._held(turn, question, message)
        )
        words = "corrected" if drafts else "corrected_in_time" if waiting else ""
        return [Reply(text(words), about=topic_reference(question.id))] if words else []

    async def _leave(
        self,
        turn: Turn,
        question: Question,
        messages: Sequence[QuestionMessage],
        **more: int,
    ) -> bool:
        """Post what carries messages to the agent; False when there is nobody to send it to.

        A message that is sent from its note may have been held back before, under other slots.
        """
        to = await self._addressee(turn, question, messages[0])
        if to is None:
            return False
        press = f"/press:{turn.incoming.update_id}" if turn.incoming.kind == "press" else ""
        for index, message in enumerate(messages):
            message.direction = Direction.TO_AGENT.value
            drafts = self._composer.answer(
                message,
                to,
                turn.now + self._hold,
                slot=slot_of(message) + press,
                follows=index > 0,
            )
            await post(turn.session, drafts, turn.now)
        before = desk_store.standing_of(question)
        standing.answered(question, turn.now)
        question.last_message_at = turn.now
        kept = {"message": messages[0].id, **desk_store.detail(before), **more}
        self._act(turn, question, desk_store.ANSWER, **kept)
        return True

    async def _addressee(
        self, turn: Turn, question: Question, message: QuestionMessage
    ) -> Addressee | None:
        """Return who asked, and who wrote the message to them; None once the asker is erased."""
        session = turn.session
        asker = await session.get(Person, question.asker_id) if question.asker_id else None
        author = Party.parse(message.author) if message.author else None
        writer = await session.get(Person, author.number) if author else None
        if asker is None:
            return None
        return Addressee(asker.id, asker.language, writer.name if writer else "")

    async def _subject(
        self, turn: Turn, subject: Reference
    ) -> tuple[QuestionMessage | None, Question | None]:
        """Return the message that a button is about, and its question, held against others."""
        message = await turn.session.get(QuestionMessage, subject.number)
        if message is None or message.question_id is None:
            return None, None
        if message.direction == Direction.FROM_AGENT:
            return None, None
        question = await store.question(turn.session, message.question_id)
        await turn.session.refresh(message)
        return message, question

    async def _held(
        self, turn: Turn, question: Question, message: QuestionMessage
    ) -> Sequence[Posted]:
        """Return what carries a message to the agent, less what was cancelled before."""
        asker = Party("person", str(question.asker_id))
        rows = await amend.hold(turn.session, ANSWER, asker, slot_of(message))
        return [row for row in rows if row.state is not rules.State.CANCELLED]

    def _leaving(self, message: QuestionMessage, *, quoted: bool = True) -> tuple[Text, Keyboard]:
        """Return the words that say that a message leaves, with the button that holds it back."""
        words = _quoted(message) if quoted else ""
        seconds = round(self._hold.total_seconds())
        if not seconds:
            return text("sent", words=words), ()
        button = _button(message, "hold_back")
        return text("leaving", words=words, seconds=seconds), ((button,),)

    def _act(self, turn: Turn, question: Question, verb: str, **kept: str | int | None) -> None:
        actor = Party("person", str(turn.sender.person_id))
        record(turn.session, actor, verb, reference(question.id), turn.now, **kept)


def noted(message: QuestionMessage) -> tuple[Text, Keyboard]:
    """Return the words that say that a message is a note, with the button that sends it."""
    return text("noted"), ((_button(message, "send"),),)


def held_back(message: QuestionMessage) -> tuple[Text, Keyboard]:
    """Return the words that say that a message was held back, with the button that sends it."""
    words = _quoted(message)
    return text("held_back", words=words), ((_button(message, "send"),),)


def _quoted(message: QuestionMessage) -> str:
    """Return the words of a message that was not said in chat: they stand in ours only."""
    return message.text if message.message_id is None else ""


def _button(message: QuestionMessage, verb: str) -> Button:
    about = Reference("hotline", "message", str(message.id))
    return Button(text(f"{verb}_button"), f"desk.{verb}", about)
