"""From what was written to what the team gets: for which territory, and whether it is known."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers.cards import public
from bot.answers.models import Answer
from bot.answers.search import AnswerSearch
from bot.hotline import standing, store
from bot.hotline.decide import UNDECIDED, State, choice, number_of
from bot.hotline.models import Question, Suggested
from bot.hotline.posts import reference, text
from bot.hotline.presenting import Presenting
from bot.hotline.showing import Showing, View, enough_or_team
from core.acts import record
from core.chat import Reply, Response, Toast, Turn
from core.people.store import territories_of
from core.reference import Party, Reference


class Choosing:
    """The steps between a question and the team, each one a press."""

    def __init__(self, search: AnswerSearch, presenting: Presenting, showing: Showing) -> None:
        self._search = search
        self._presenting = presenting
        self._showing = showing

    async def step(self, session: AsyncSession, question: Question, now: datetime) -> View:
        """Take a question one step further, and return what its asker is shown.

        Its territory is asked for if there is a choice; then what the network knows already is
        shown; with nothing to show, the team has it at once.
        """
        if question.state == State.CHOOSING and question.territory_id is None:
            return await self._showing.which_territory(session, question, now)
        if await self._suggest(session, question, now):
            return await self._showing.suggestions(session, question)
        await self._presenting.present(session, question, now)
        return await self._showing.acknowledgement(session, question, now)

    async def territory(self, turn: Turn, chosen: Reference, _version: int) -> Sequence[Response]:
        """Say for which territory a question is asked."""
        pair, session, now = choice(chosen.id), turn.session, turn.now
        question = await store.own_question(turn, pair[0]) if pair else None
        if pair is None or question is None:
            return [unknown()]
        if question.state != State.CHOOSING:
            name = await store.territory_name(session, question.territory_id)
            return [Toast(text("already_chosen", territory=name), alert=True)]
        served = await territories_of(session, turn.sender.person_id or 0, now)
        if pair[1] not in {each.id for each in served}:
            return [Toast(text("not_your_territory"), alert=True)]
        question.territory_id = pair[1]
        question.version += 1
        subject = reference(question.id)
        record(session, actor(turn), "question.territory", subject, now, territory=pair[1])
        return [(await self.step(session, question, now)).redraw()]

    async def read(self, turn: Turn, chosen: Reference, _version: int) -> Sequence[Response]:
        """Show a validated answer that resembles a question, and ask whether it is enough."""
        pair, session = choice(chosen.id), turn.session
        question = await store.own_question(turn, pair[0]) if pair else None
        if pair is None or question is None:
            return [unknown()]
        shown = await self._showing.suggested(session, question)
        if pair[1] not in {answer for _rank, answer, _words in shown}:
            return [Toast(text("unknown_suggestion"), alert=True)]
        row = await session.get_one(Answer, pair[1])
        read = Reply(public(row, turn), about=reference(question.id))
        if question.state != State.SUGGESTED:
            return [read]
        keyboard = enough_or_team(question, pair[1])
        return [read, Reply(text("is_it_enough"), keyboard, about=reference(question.id))]

    async def enough(self, turn: Turn, chosen: Reference, _version: int) -> Sequence[Response]:
        """Close a question by a validated answer that was shown; nothing goes to the team."""
        pair, session = choice(chosen.id), turn.session
        question = await store.own_question(turn, pair[0]) if pair else None
        if pair is None or question is None:
            return [unknown()]
        if question.state != State.SUGGESTED:
            return [decided(question)]
        if not pair[1]:
            return [(await self._showing.which_answer(session, question)).redraw()]
        shown = await self._showing.suggested(session, question)
        if pair[1] not in {answer for _rank, answer, _words in shown}:
            return [Toast(text("unknown_suggestion"), alert=True)]
        standing.closed(question, turn.now, "asker")
        question.version += 1
        question.answered_by = str(Reference("answers", "answer", str(pair[1])))
        subject = reference(question.id)
        record(session, actor(turn), "question.satisfied", subject, turn.now, answer=pair[1])
        return [self._showing.satisfied(question).redraw()]

    async def team(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Give a question to the team although validated answers resemble it."""
        question = await store.own_question(turn, number_of(subject.id))
        if question is None:
            return [unknown()]
        if question.answered_by and self._presenting.may_reopen(question, turn.now):
            await self._presenting.reopen(turn.session, question, turn.now, wordless=True)
        elif question.state == State.SUGGESTED:
            await self._presenting.present(turn.session, question, turn.now)
            record(turn.session, actor(turn), "question.team", reference(question.id), turn.now)
        else:
            return [decided(question)]
        view = await self._showing.acknowledgement(turn.session, question, turn.now)
        return [view.redraw()]

    async def _suggest(self, session: AsyncSession, question: Question, now: datetime) -> bool:
        """Keep the validated answers that resemble what was asked; say whether there are any."""
        said = await store.messages(session, question.id)
        words = "\n".join(each.text for each in said if each.text)
        found = await self._search.suggest(session, words) if words else []
        if not found:
            return False
        await session.execute(delete(Suggested).where(Suggested.question_id == question.id))
        session.add_all(
            Suggested(question_id=question.id, rank=rank, answer_id=each.answer_id)
            for rank, each in enumerate(found, start=1)
        )
        standing.suggested(question, now)
        await session.flush()
        return True


def actor(turn: Turn) -> Party:
    """Return who acts."""
    return Party("person", str(turn.sender.person_id))


def unknown() -> Toast:
    """Say that a question is not one of theirs, whether it exists or not."""
    return Toast(text("unknown_question"), alert=True)


def decided(question: Question) -> Toast:
    """Say that it is too late to choose."""
    if question.state in UNDECIDED:
        return Toast(text("not_sent_yet"), alert=True)
    block = "already_closed" if question.state == State.CLOSED else "already_sent"
    return Toast(text(block), alert=True)
