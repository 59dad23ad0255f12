"""What leaves for the agent: held for some seconds, held back, sent from a note, corrected."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import timedelta

from bot.by_mail import outgoing, threads
from bot.by_mail.words import text as by_mail_text
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
        told = self._leaving(question, message, quoted=False)
        return [Reply(*told, about=topic_reference(question.id))]

    async def follow(self, turn: Turn, question: Question, message: QuestionMessage) -> None:
        """Send what comes after the first of an album that leaves."""
        if await threads.open_thread(turn.session, question) is not None:
            album = await desk_store.sent_together(turn.session, message)
            await outgoing.follow(turn.session, album[0], message, turn.now + self._hold)
            return
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
            told = self._leaving(question, message)
            return [Toast(text("already_leaving"), alert=True), Redraw(*told)]
        together = await desk_store.sent_together(turn.session, message)
        if not await self._leave(turn, question, together):
            return [Toast(text("asker_gone"), alert=True)]
        return [Redraw(*self._leaving(question, message))]

    async def hold_back(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Keep from the agent what has not left yet: it becomes a note."""
        message, question = await self._subject(turn, subject)
        if message is None or question is None:
            return [Toast(text("unknown_note"), alert=True)]
        if message.direction == Direction.NOTE:
            return [Redraw(*held_back(message, question))]
        together = await desk_store.sent_together(turn.session, message)
        if not await self._withdrawn(turn, question, together):
            sent = words_of(question)("sent", words=_quoted(message))
            return [Toast(words_of(question)("has_left"), alert=True), Redraw(sent)]
        for each in together:
            each.direction = Direction.NOTE.value
        await turn.session.flush()
        written = await desk_store.answers_written(turn.session, question.id)
        present = desk_store.standing_of(question)
        desk_store.stand(question, restored(present, written, self._hold))
        self._act(turn, question, "question.hold_back", message=message.id)
        return [Redraw(*held_back(message, question))]

    async def correct(
        self, turn: Turn, question: Question, message: QuestionMessage
    ) -> Sequence[Response]:
        """Take what an animator corrected; what the agent has, or is to have, is corrected too."""
        incoming = turn.incoming
        message.text, message.edited = incoming.text, True
        message.entities = [dict(entity) for entity in incoming.entities]
        message.files = [asdict(file) for file in incoming.files]
        if await threads.open_thread(turn.session, question) is not None:
            return await self._corrected_by_mail(turn, question, message)
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
        if await threads.open_thread(turn.session, question) is not None:
            for message in messages:
                message.direction = Direction.TO_AGENT.value
            await outgoing.leave(turn.session, messages[0], turn.now + self._hold)
        elif not await self._leave_in_chat(turn, question, messages):
            return False
        before = desk_store.standing_of(question)
        standing.answered(question, turn.now)
        question.last_message_at = turn.now
        kept = {"message": messages[0].id, **desk_store.detail(before), **more}
        self._act(turn, question, desk_store.ANSWER, **kept)
        return True

    async def _leave_in_chat(
        self, turn: Turn, question: Question, messages: Sequence[QuestionMessage]
    ) -> bool:
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
        return True

    async def _withdrawn(
        self, turn: Turn, question: Question, together: Sequence[QuestionMessage]
    ) -> bool:
        """Keep messages from leaving; False when one has left, or may have."""
        if await threads.open_thread(turn.session, question) is not None:
            return await outgoing.hold_back(turn.session, together)
        rows = [row for each in together for row in await self._held(turn, question, each)]
        if not rows or any(row.started for row in rows):
            return False
        await amend.withdraw(turn.session, rows, HELD_BACK, turn.now)
        return True

    async def _corrected_by_mail(
        self, turn: Turn, question: Question, message: QuestionMessage
    ) -> Sequence[Response]:
        """Correct in time what has not left; of what has, let a mail follow that says so."""
        if message.direction != Direction.TO_AGENT:
            return []
        due_at, update_id = turn.now + self._hold, turn.incoming.update_id
        apart = await outgoing.correct(turn.session, message, update_id, due_at)
        words = by_mail_text("corrected") if apart else text("corrected_in_time")
        return [Reply(words, about=topic_reference(question.id))]

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

    def _leaving(
        self, question: Question, message: QuestionMessage, *, quoted: bool = True
    ) -> tuple[Text, Keyboard]:
        """Return the words that say that a message leaves, with the button that holds it back."""
        words = _quoted(message) if quoted else ""
        seconds = round(self._hold.total_seconds())
        said = words_of(question)
        if not seconds:
            return said("sent", words=words), ()
        button = Button(text("hold_back_button"), "desk.hold_back", _about(message))
        return said("leaving", words=words, seconds=seconds), ((button,),)

    def _act(self, turn: Turn, question: Question, verb: str, **kept: str | int | None) -> None:
        actor = Party("person", str(turn.sender.person_id))
        record(turn.session, actor, verb, reference(question.id), turn.now, **kept)


def words_of(question: Question) -> Callable[..., Text]:
    """Return the words that say how an answer goes to whoever asked."""
    by_mail = question.asker_id is None and question.channel == threads.CHANNEL
    return by_mail_text if by_mail else text


def noted(message: QuestionMessage, question: Question) -> tuple[Text, Keyboard]:
    """Return the words that say that a message is a note, with the button that sends it."""
    return text("noted"), ((_send_button(message, question),),)


def held_back(message: QuestionMessage, question: Question) -> tuple[Text, Keyboard]:
    """Return the words that say that a message was held back, with the button that sends it."""
    words = _quoted(message)
    return text("held_back", words=words), ((_send_button(message, question),),)


def _quoted(message: QuestionMessage) -> str:
    """Return the words of a message that was not said in chat: they stand in ours only."""
    return message.text if message.message_id is None else ""


def _send_button(message: QuestionMessage, question: Question) -> Button:
    return Button(words_of(question)("send_button"), "desk.send", _about(message))


def _about(message: QuestionMessage) -> Reference:
    return Reference("hotline", "message", str(message.id))
