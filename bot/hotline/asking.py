"""The agent's side: asking, adding to a question, saying for which territory, following."""

from collections.abc import Sequence

from bot.answers.search import AnswerSearch
from bot.entrance.words import text as entrance_text
from bot.guarantee.hours import Hours
from bot.hotline import store
from bot.hotline.decide import (
    Courtesy,
    Direction,
    State,
    after_agent,
    choice,
    continued,
    courtesy,
)
from bot.hotline.models import Question, QuestionMessage
from bot.hotline.posts import Composer, reference, text
from core.acts import record
from core.chat import Button, Keyboard, Redraw, Reply, Response, Toast, Turn
from core.ledger.draft import Draft
from core.ledger.store import post
from core.parts import Parts
from core.people.models import Territory
from core.people.roles import Role
from core.people.store import territories_of
from core.reference import Party, Reference

LISTED = 20


class Asking:
    """What an agent does in the private chat."""

    def __init__(self, parts: Parts, search: AnswerSearch, hours: Hours) -> None:
        self._composer = Composer(parts.renderer, parts.settings.network.language)
        self._search = search
        self._hours = hours

    async def said(self, turn: Turn) -> Sequence[Response]:
        """Take what nobody else claims: a courtesy, an edit, a message to add, a question."""
        incoming = turn.incoming
        if not incoming.place.private:
            return []
        if early := _refusal(turn) or await self.done(turn):
            return early
        number = await self._edited(turn)
        if number is None and not incoming.files and (kind := courtesy(incoming.text)):
            return _courteous(kind)
        question = await self._continued(turn, number)
        if question is None:
            return await self._open(turn, incoming.text)
        return await self.add(turn, question)

    async def command(self, turn: Turn) -> Sequence[Response]:
        """Open a question by `/question …`; without words, say how to ask."""
        if early := _refusal(turn) or await self.done(turn):
            return early
        words = turn.incoming.argument.strip()
        return await self._open(turn, words) if words else [Reply(entrance_text("how_to_ask"))]

    async def done(self, turn: Turn) -> Sequence[Response]:
        """Answer an update that was already added to a question; nothing when it was not."""
        known = await store.question_of_update(turn.session, turn.incoming.update_id)
        return [Reply(text("added", number=known), about=reference(known))] if known else []

    async def add(self, turn: Turn, question: Question) -> Sequence[Response]:
        """Add what the asker says to a question of theirs, and carry it to the topic."""
        said = None if turn.incoming.files else courtesy(turn.incoming.text)
        message = await self._record(turn, question.id, turn.incoming.text)
        before = State(question.state)
        question.state = after_agent(before, said).value
        question.last_message_at = turn.now
        if before is State.CHOOSING:
            return [await self._which(turn, question)]
        drafts: list[Draft] = []
        reopened = before is State.CLOSED and question.state == State.OPEN
        if reopened:
            question.version += 1
            record(turn.session, _actor(turn), "question.reopen", reference(question.id), turn.now)
        fiche = await store.fiche(turn.session, question, turn.now)
        if reopened:
            drafts.append(self._composer.card(fiche, turn.now))
        drafts += self._composer.relay(fiche, message, turn.now)
        await post(turn.session, drafts, turn.now)
        return [Reply(text("added", number=question.id), about=reference(question.id))]

    async def choose(self, turn: Turn, chosen: Reference, version: int) -> Sequence[Response]:
        """Say for which territory a question is asked; only then is it carried to the team."""
        pair, session = choice(chosen.id), turn.session
        question = await store.question(session, pair[0]) if pair else None
        if pair is None or question is None or question.asker_id != turn.sender.person_id:
            return [Toast(text("unknown_question"), alert=True)]
        if question.version != version or question.state != State.CHOOSING:
            name = await store.territory_name(session, question.territory_id)
            return [Toast(text("already_chosen", territory=name), alert=True)]
        served = {each.id: each for each in await self._territories(turn)}
        if pair[1] not in served:
            return [Toast(text("not_your_territory"), alert=True)]
        question.territory_id, question.state = pair[1], State.OPEN.value
        question.version += 1
        await self._present(turn, question)
        name = served[pair[1]].name
        return [Redraw(text("opened", number=question.id, territory=name))]

    async def mine(self, turn: Turn) -> Sequence[Response]:
        """List one's own questions with their state."""
        if not turn.incoming.place.private:
            return [Reply(entrance_text("private_only"))]
        if turn.sender.person_id is None:
            return [Reply(entrance_text("stranger"))]
        rows = await store.questions_of(turn.session, turn.sender.person_id, LISTED)
        return [Reply(text("my_questions", questions=rows))]

    async def _edited(self, turn: Turn) -> int | None:
        if not turn.incoming.edited:
            return None
        chat_id, message_id = turn.incoming.place.chat_id, turn.incoming.message_id
        return await store.question_of_message(turn.session, chat_id, message_id)

    async def _continued(self, turn: Turn, edited: int | None) -> Question | None:
        """Return the person's own question that goes on; an account may have been another's."""
        number = edited
        if number is None:
            ongoing = await store.ongoing(turn.session, turn.sender.person_id or 0)
            number = continued(ongoing, turn.now)
        question = None if number is None else await store.question(turn.session, number)
        owns = question is not None and question.asker_id == turn.sender.person_id
        return question if owns else None

    async def _open(self, turn: Turn, words: str) -> Sequence[Response]:
        territories = await self._territories(turn)
        question = await store.open_question(turn.session, turn, words, territories)
        await self._record(turn, question.id, words)
        record(turn.session, _actor(turn), "question.open", reference(question.id), turn.now)
        if question.state == State.CHOOSING:
            return [await self._which(turn, question)]
        await self._present(turn, question)
        name = territories[0].name if territories else ""
        words_back = text("opened", number=question.id, territory=name)
        return [Reply(words_back, about=reference(question.id))]

    async def _record(self, turn: Turn, number: int, words: str) -> QuestionMessage:
        return await store.add_message(turn.session, turn, number, Direction.FROM_AGENT, words)

    async def _which(self, turn: Turn, question: Question) -> Reply:
        """Ask for which of their territories the question is."""
        served = await self._territories(turn)
        keyboard: Keyboard = tuple((_choice(question, each),) for each in served)
        words = text("which_territory", number=question.id)
        return Reply(words, keyboard, about=reference(question.id))

    async def _territories(self, turn: Turn) -> Sequence[Territory]:
        return await territories_of(turn.session, turn.sender.person_id or 0, turn.now)

    async def _present(self, turn: Turn, question: Question) -> None:
        """Open the topic, with the card and all that was said so far."""
        fiche = await store.fiche(turn.session, question, turn.now)
        topic = self._composer.topic(fiche, turn.now)
        said = await store.messages(turn.session, question.id)
        drafts = [topic, self._composer.card(fiche, turn.now)]
        for message in said:
            drafts += self._composer.relay(fiche, message, turn.now)
        await post(turn.session, drafts, turn.now)


def _refusal(turn: Turn) -> Sequence[Response]:
    """Say why somebody cannot ask here; nothing when they can."""
    if not turn.incoming.place.private:
        return [Reply(entrance_text("private_only"))]
    if turn.sender.person_id is None:
        return [Reply(entrance_text("stranger"))]
    return [] if Role.AGENT in turn.sender.roles else [Reply(entrance_text("agents_only"))]


def _actor(turn: Turn) -> Party:
    return Party("person", str(turn.sender.person_id))


def _choice(question: Question, territory: Territory) -> Button:
    chosen = Reference("hotline", "territory", f"{question.id}-{territory.id}")
    label = text("territory_button", name=territory.name)
    return Button(label, "hotline.territory", chosen, question.version)


def _courteous(said: Courtesy) -> Sequence[Response]:
    """Answer a greeting and thanks; a nod needs nothing."""
    if said is Courtesy.GREETING:
        return [Reply(text("greeted"))]
    return [Reply(text("thanked"))] if said is Courtesy.THANKS else []
