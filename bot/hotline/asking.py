"""The agent's side: what is written in private, and which question it belongs to."""

from collections.abc import Sequence
from datetime import datetime

from bot.answers.search import AnswerSearch
from bot.entrance.threshold import kept_out
from bot.entrance.words import text as entrance_text
from bot.guarantee.hours import Hours
from bot.hotline import store
from bot.hotline.choosing import Choosing, actor
from bot.hotline.decide import Addition, Courtesy, Direction, Where, courtesy, destination
from bot.hotline.models import Question, QuestionMessage
from bot.hotline.placing import Placing
from bot.hotline.posts import reference, text
from bot.hotline.presenting import Presenting
from bot.hotline.showing import Showing
from bot.hotline.underway import album_before, announce, heard, placed, underway
from core.chat import TOO_BIG, Reply, Response, Turn
from core.ledger.store import post
from core.parts import Parts
from core.people.roles import Role


class Asking:
    """What an agent writes in the private chat; `placing` and `choosing` take their presses."""

    def __init__(self, parts: Parts, search: AnswerSearch, hours: Hours) -> None:
        self._reopen_days = parts.settings.hotline.reopen_days
        self.presenting = Presenting(parts, search, hours)
        self.showing = Showing(parts.settings.hotline, hours)
        self.choosing = Choosing(search, self.presenting, self.showing)
        self.placing = Placing(self.presenting, self.showing, self.choosing)

    async def said(self, turn: Turn) -> Sequence[Response]:
        """Take what nobody else claims: a courtesy, an edit, a message to add, a question."""
        incoming = turn.incoming
        if not incoming.place.private:
            return []
        if early := await _refusal(turn) or await self.done(turn):
            return early
        if (corrected := await self._corrected(turn)) is not None:
            return corrected
        if not incoming.files and (kind := courtesy(incoming.text)):
            return await _courteous(turn, kind)
        return [*await self._taken(turn), *_too_big(turn)]

    async def command(self, turn: Turn) -> Sequence[Response]:
        """Open a question by `/question …`; without words, the next message is one."""
        if early := await _refusal(turn) or await self.done(turn):
            return early
        words = turn.incoming.argument.strip()
        if words:
            return await self._open(turn, words)
        await announce(turn.session, turn.sender.person_id or 0, None, turn.now)
        return [Reply(entrance_text("how_to_ask"))]

    async def done(self, turn: Turn) -> Sequence[Response]:
        """Answer an update that was taken already; nothing when it was not."""
        known = await store.message_of_update(turn.session, turn.incoming.update_id)
        if known is None:
            return []
        if known.question_id is None:
            return await self.placing.ask(turn)
        return [_added(known.question_id)]

    async def add(self, turn: Turn, question: Question) -> Sequence[Response]:
        """Add what the asker says to a question of theirs; or correct what they said."""
        if (corrected := await self._corrected(turn)) is not None:
            return corrected
        if before := await album_before(turn):
            return [*await self._follow(turn, before), *_too_big(turn)]
        return [*await self._add(turn, question), *_too_big(turn)]

    async def _taken(self, turn: Turn) -> Sequence[Response]:
        """Take a message where it belongs: a question under way, a new one, or it is asked."""
        session, person_id = turn.session, turn.sender.person_id or 0
        if before := await album_before(turn):
            return await self._follow(turn, before)
        where = destination(await underway(session, person_id), turn.now)
        await heard(session, person_id)
        if where is Where.ASK:
            await self._record(turn, None, turn.incoming.text)
            return await self.placing.ask(turn)
        question = None if where is Where.NEW else await store.own_question(turn, where)
        if question is None:
            return await self._open(turn, turn.incoming.text)
        return await self._add(turn, question)

    async def _follow(self, turn: Turn, before: QuestionMessage) -> Sequence[Response]:
        """Take another file of an album where its first one went; it is acknowledged already."""
        question = await store.own_question(turn, before.question_id or 0)
        message = await self._record(turn, before.question_id, turn.incoming.text)
        if question is not None:
            await self.presenting.add(turn.session, question, [message], turn.now)
        return []

    async def _open(self, turn: Turn, words: str) -> Sequence[Response]:
        """Open a question; it goes one step towards the team."""
        session, person_id = turn.session, turn.sender.person_id or 0
        question = await self.presenting.open(session, person_id, words, turn.now, actor(turn))
        await self._record(turn, question.id, words)
        view = await self.choosing.step(session, question, turn.now)
        return [view.reply(question.id)]

    async def _add(self, turn: Turn, question: Question) -> Sequence[Response]:
        message = await self._record(turn, question.id, turn.incoming.text)
        added = await self.presenting.add(turn.session, question, [message], turn.now)
        if added.outcome is Addition.TOO_LATE:
            number = question.id
            opened = await self.placing.anew(turn, [message])
            return [Reply(text("too_late", number=number, days=self._reopen_days)), *opened]
        if added.outcome is Addition.NOTED and question.presented_at is None:
            view = await self.showing.question(turn.session, question, turn.now)
            return [view.reply(question.id)]
        told = _added(question.id, added.promised_at)
        if added.promised_at is None:
            return [told]
        return [told, *await self.showing.absence(turn.session, question, turn.now)]

    async def _corrected(self, turn: Turn) -> Sequence[Response] | None:
        """Give a message its new words, and bring them to the topic; None when it is no edit."""
        incoming, session = turn.incoming, turn.session
        if not incoming.edited:
            return None
        place = incoming.place.chat_id, incoming.message_id
        message = await store.message_at(session, *place)
        if message is None or message.author != str(actor(turn)):
            return None
        if message.question_id is None:
            await placed(session, message, turn.sender.person_id or 0)
        question = await store.own_question(turn, message.question_id or 0)
        if message.question_id is not None and question is None:
            return None
        first = question is not None and question.text == message.text
        if not store.correct(message, incoming):
            return []
        if question is not None and first:
            question.text = incoming.text
        await session.flush()
        if question is None:
            return [Reply(text("kept_corrected"))]
        fiche = await store.fiche(session, question, turn.now)
        composer, update_id = self.presenting.composer, incoming.update_id
        drafts = await composer.relay_edits(session, fiche, message, update_id, turn.now)
        await post(session, drafts, turn.now)
        return [Reply(text("corrected", number=question.id), about=reference(question.id))]

    async def _record(self, turn: Turn, number: int | None, words: str) -> QuestionMessage:
        return await store.add_message(turn.session, turn, number, Direction.FROM_AGENT, words)


async def _refusal(turn: Turn) -> Sequence[Response]:
    """Say why somebody cannot ask here; nothing when they can."""
    if not turn.incoming.place.private:
        return [Reply(entrance_text("private_only"))]
    return await kept_out(turn, Role.AGENT)


async def _courteous(turn: Turn, said: Courtesy) -> Sequence[Response]:
    """Answer a greeting, after which a question is awaited, and thanks; a nod needs nothing."""
    if said is Courtesy.GREETING:
        await announce(turn.session, turn.sender.person_id or 0, None, turn.now)
        return [Reply(text("greeted"))]
    return [Reply(text("thanked"))] if said is Courtesy.THANKS else []


def _added(number: int, promised: datetime | None = None) -> Reply:
    return Reply(text("added", number=number, promised=promised), about=reference(number))


def _too_big(turn: Turn) -> Sequence[Response]:
    """Say of each file that is too big to be kept how to send it otherwise."""
    big = [file for file in turn.incoming.files if file.size > TOO_BIG]
    return [Reply(text("too_big", name=file.name)) for file in big]
