"""Following one's own questions: the list, and what one does with each of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.entrance.words import door
from bot.entrance.words import text as entrance_text
from bot.hotline import standing, store
from bot.hotline.choosing import actor, unknown
from bot.hotline.decide import State, choice, number_of, reopenable
from bot.hotline.models import Question
from bot.hotline.posts import reference, text
from bot.hotline.presenting import Presenting
from bot.hotline.showing import Showing, may_rate, mine_button
from bot.hotline.telling import pair, reopen_button
from bot.hotline.underway import announce
from core.acts import record
from core.chat import (
    Ask,
    Button,
    Field,
    Form,
    Keyboard,
    Redraw,
    Reply,
    Response,
    Text,
    Toast,
    Turn,
)
from core.errors import InputError
from core.ledger.store import post
from core.people.models import Theme
from core.people.roles import Role
from core.reference import Reference

LISTED = 8
"""Questions shown at once: together they fit in one message."""

COMMENT = "hotline.comment"
LONGEST_COMMENT = 1000
RATINGS = NOT_USEFUL, _USEFUL = (1, 2)


class Following:
    """What an agent does with their questions, each press authorised by who asked."""

    def __init__(self, presenting: Presenting, showing: Showing, reopen_days: int) -> None:
        self._presenting = presenting
        self._showing = showing
        self._reopen_days = reopen_days

    async def mine(self, turn: Turn) -> Sequence[Response]:
        """List one's own questions with their state."""
        if not turn.incoming.place.private:
            return [Reply(entrance_text("private_only"))]
        if turn.sender.person_id is None:
            return [door()]
        return [Reply(*await self._listed(turn, 0))]

    async def older(self, turn: Turn, after: Reference, _version: int) -> Sequence[Response]:
        """List one's own questions after so many."""
        if not turn.incoming.place.private:
            return [unknown()]
        return [Redraw(*await self._listed(turn, after.number))]

    async def show(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Show one of them, with what can be done."""
        question = await store.own_question(turn, number_of(subject.id))
        if question is None:
            return [unknown()]
        view = await self._showing.question(turn.session, question, turn.now)
        return [view.reply(question.id)]

    async def add(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Take the next message for this question."""
        question = await store.own_question(turn, number_of(subject.id))
        if question is None:
            return [unknown()]
        if question.state == State.CLOSED:
            return [Toast(text("already_closed"), alert=True)]
        await announce(turn.session, turn.sender.person_id or 0, question.id, turn.now)
        words = text("awaiting_words", number=question.id)
        return [Reply(words, about=reference(question.id))]

    async def close(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Close a question that needs no more."""
        question = await store.own_question(turn, number_of(subject.id))
        if question is None:
            return [unknown()]
        if question.state == State.CLOSED:
            return [Toast(text("already_closed"), alert=True)]
        standing.closed(question, turn.now, "asker")
        return await self._changed(turn, question, "question.close")

    async def reopen(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Reopen what was closed not too long ago; the team owes an answer again."""
        question = await store.own_question(turn, number_of(subject.id))
        if question is None:
            return [unknown()]
        if question.state != State.CLOSED:
            return [Toast(text("not_closed"), alert=True)]
        if not self._presenting.may_reopen(question, turn.now):
            return [Toast(text("cannot_reopen", days=self._reopen_days), alert=True)]
        await self._presenting.reopen(turn.session, question, turn.now, wordless=True)
        absence = await self._showing.absence(turn.session, question, turn.now)
        return [*await self._redrawn(turn, question), *absence]

    async def discreet(self, turn: Turn, chosen: Reference, _version: int) -> Sequence[Response]:
        """Let only the animators see who asks, or everybody whom they involve."""
        wanted = choice(chosen.id)
        question = await store.own_question(turn, wanted[0]) if wanted else None
        if wanted is None or question is None:
            return [unknown()]
        if question.discreet == bool(wanted[1]):
            return await self._redrawn(turn, question)
        question.discreet = bool(wanted[1])
        verb = "question.discreet" if question.discreet else "question.not_discreet"
        await self._presenting.rename(turn.session, question, turn.incoming.update_id, turn.now)
        return await self._changed(turn, question, verb)

    async def themes(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """List the themes, each a button."""
        question = await store.own_question(turn, number_of(subject.id))
        if question is None:
            return [unknown()]
        rows = await turn.session.scalars(select(Theme).order_by(Theme.id))
        keyboard: Keyboard = tuple(
            (_theme(question, text("theme_button", name=each.name), each.id),) for each in rows
        )
        none = _theme(question, text("theme_none_button"), 0)
        return [Redraw(text("which_theme", number=question.id), (*keyboard, (none,)))]

    async def theme(self, turn: Turn, chosen: Reference, _version: int) -> Sequence[Response]:
        """Settle the theme of a question, or that none fits."""
        wanted = choice(chosen.id)
        question = await store.own_question(turn, wanted[0]) if wanted else None
        if wanted is None or question is None:
            return [unknown()]
        if wanted[1] and await turn.session.get(Theme, wanted[1]) is None:
            return [Toast(text("unknown_theme"), alert=True)]
        before, question.theme_settled = question.theme_id, True
        question.theme_id = wanted[1] or None
        if question.theme_id == before:
            return await self._redrawn(turn, question)
        return await self._changed(turn, question, "question.theme")

    async def rate(self, turn: Turn, chosen: Reference, _version: int) -> Sequence[Response]:
        """Say whether it was useful; a later press changes that."""
        given = choice(chosen.id)
        question = await store.own_question(turn, given[0]) if given else None
        if given is None or question is None or given[1] not in RATINGS:
            return [unknown()]
        if not may_rate(question):
            return [Toast(text("cannot_rate"), alert=True)]
        if question.rating != given[1]:
            question.rating = given[1]
            subject = reference(question.id)
            record(turn.session, actor(turn), "question.rate", subject, turn.now, rating=given[1])
            await self._tell_rating(turn, question, f"rating:{turn.incoming.update_id}")
        comment = Button(text("comment_button"), COMMENT, reference(question.id), question.version)
        again = question.state == State.CLOSED and given[1] == NOT_USEFUL
        may = again and reopenable(question.closed_at, turn.now, self._reopen_days)
        reopen = ((reopen_button(question),),) if may else ()
        keyboard = ((comment,), *reopen, (mine_button(),))
        return [Redraw(text("rated", number=question.id), keyboard)]

    async def comment(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Ask for a few words with the rating."""
        question = await store.own_question(turn, number_of(subject.id))
        if question is None or question.rating is None:
            return [unknown()]
        return [Ask(COMMENT, {"number": question.id})]

    def comment_form(self) -> Form:
        """Return the form of a comment: one question."""
        field = Field("comment", text("comment"), read_comment)
        return Form(COMMENT, (field,), self._commented, Role.AGENT)

    async def _commented(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        question = await store.own_question(turn, int(values["number"]))
        if question is None or question.rating is None:
            return [Reply(text("unknown_question"))]
        question.rating_comment = values["comment"]
        subject = reference(question.id)
        record(turn.session, actor(turn), "question.comment", subject, turn.now)
        await self._tell_rating(turn, question, f"comment:{turn.incoming.update_id}")
        return [Reply(text("commented"), about=subject)]

    async def _tell_rating(self, turn: Turn, question: Question, what: str) -> None:
        """Say in the topic what the asker thinks, if the team has had the question."""
        if question.presented_at is None:
            return
        words = text(
            "rating_notice",
            number=question.id,
            rating=question.rating,
            comment=question.rating_comment or "",
        )
        slot = f"question:{question.id}/version:{question.version}/{what}"
        notice = self._presenting.composer.notice(slot, question.id, words, turn.now)
        await post(turn.session, [notice], turn.now)

    async def _listed(self, turn: Turn, after: int) -> tuple[Text, Keyboard]:
        person_id = turn.sender.person_id or 0
        rows = await store.questions_of(turn.session, person_id, LISTED + 1, after)
        shown = rows[:LISTED]
        buttons = [(_opening(each),) for each in shown]
        if len(rows) > LISTED:
            following = Reference("hotline", "after", str(after + LISTED))
            buttons.append((Button(text("older_button"), "hotline.older", following),))
        return text("my_questions", questions=shown, after=after), tuple(buttons)

    async def _changed(self, turn: Turn, question: Question, verb: str) -> Sequence[Response]:
        record(turn.session, actor(turn), verb, reference(question.id), turn.now)
        question.version += 1
        return await self._redrawn(turn, question)

    async def _redrawn(self, turn: Turn, question: Question) -> Sequence[Response]:
        await turn.session.flush()
        view = await self._showing.question(turn.session, question, turn.now)
        return [view.redraw()]


def read_comment(said: str, _now: datetime) -> str:
    """Read a comment. Raises InputError with the block that explains what is wrong."""
    words = said.strip()
    if not words:
        raise InputError("comment_empty")
    if len(words) > LONGEST_COMMENT:
        raise InputError("comment_too_long")
    return words


def _theme(question: Question, label: Text, theme_id: int) -> Button:
    return Button(label, "hotline.theme", pair(question.id, theme_id), question.version)


def _opening(question: Question) -> Button:
    label = text("place_button", number=question.id, extract=question.text)
    return Button(label, "hotline.question", reference(question.id), question.version)
