"""Reading the knowledge base in chat: by theme, by search, one answer at a time."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers import store
from bot.answers.cards import Cards, public, settled_keyboard
from bot.answers.decide import UNDER_WAY, State, tells_until
from bot.answers.models import Answer
from bot.answers.rules import PAGE, page_of, pair, parse_search
from bot.answers.search import AnswerSearch
from bot.answers.words import both, reference, text
from bot.entrance.words import door
from bot.entrance.words import text as entrance_text
from core.chat import (
    Action,
    Ask,
    Button,
    Command,
    Field,
    Form,
    Keyboard,
    Reply,
    Response,
    Text,
    Toast,
    Turn,
)
from core.people.models import Theme
from core.people.roles import Role
from core.reference import Reference

FORMER = Text("chat/common.html", "refused")
"""For an account that is linked still, of somebody who has left the network."""

BASE = Reference("answers", "base", "1")


class Browsing:
    """What everybody reads, and what animators see beside."""

    def __init__(self, search: AnswerSearch, cards: Cards) -> None:
        self._search = search
        self._cards = cards

    def commands(self) -> tuple[Command, ...]:
        """Return the command; it says to a stranger how to come in, hence no role."""
        return (Command("reponses", self.browse, None, menu=text("menu_answers")),)

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons of lists do."""
        return (
            Action("answers.theme", self.theme, None),
            Action("answers.page", self.page, None),
            Action("answers.answer", self.show, None),
            Action("answers.search", self.ask_words, None),
            Action("answers.drafts", self.drafts, Role.ANIMATOR),
            Action("answers.draft", self.draft, Role.ANIMATOR),
            Action("answers.reviews", self.reviews, Role.ANIMATOR),
        )

    def forms(self) -> tuple[Form, ...]:
        """Return the form of the search."""
        words = Field("words", text("ask_search"), parse_search)
        return (Form("answers.search", (words,), self.searched, None),)

    async def browse(self, turn: Turn) -> Sequence[Response]:
        """List the themes that have validated answers; with words, search for them."""
        if turn.sender.person_id is None:
            return [door()]
        if not turn.sender.roles:
            return [Reply(FORMER)]
        if words := turn.incoming.argument.strip():
            return await self._found(turn, words)
        themes = await _themes(turn.session)
        search = ((_base_button("search"),),) if themes else ()
        team = await _team_keyboard(turn) if Role.ANIMATOR in turn.sender.roles else ()
        keyboard = (*themes, *search, *team)
        return [Reply(text("answers" if themes else "no_answers"), keyboard)]

    async def theme(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """List the validated answers of a theme (0: of none), each a button."""
        return await self._theme_page(turn, subject.number, 0)

    async def page(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """List the next answers of a theme."""
        theme_id, number = pair(subject.id) or (0, 0)
        return await self._theme_page(turn, theme_id, number)

    async def _theme_page(self, turn: Turn, theme_id: int, number: int) -> Sequence[Response]:
        if outside := _outside(turn):
            return outside
        wanted = theme_id or None
        rows = await turn.session.scalars(
            select(Answer)
            .where(Answer.theme_id == wanted, Answer.state == State.VALIDATED.value)
            .order_by(Answer.id)
        )
        page, more = page_of(rows.all(), number)
        if not page:
            return [Toast(text("no_answers"), alert=True)]
        label = text("next_button")
        following = Button(label, "answers.page", both("page", theme_id, number + 1))
        keyboard = (*_listed(page), *(((following,),) if more else ()))
        name = await store.theme_name(turn.session, wanted)
        return [Reply(text("theme", name=name), keyboard)]

    async def show(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Give a validated answer, with the state of the law it was given in."""
        if outside := _outside(turn):
            return outside
        row = await turn.session.get(Answer, subject.number)
        animator = Role.ANIMATOR in turn.sender.roles
        seen = (State.VALIDATED, State.WITHDRAWN) if animator else (State.VALIDATED,)
        if row is None or row.state not in seen:
            return [Toast(text("unknown_answer"), alert=True)]
        return [Reply(public(row, turn), settled_keyboard(row) if animator else ())]

    async def ask_words(self, turn: Turn, _subject: Reference, _version: int) -> Sequence[Response]:
        """Ask what to look for."""
        return _outside(turn) or [Ask("answers.search")]

    async def searched(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """List what was found."""
        return _outside(turn) or await self._found(turn, values["words"])

    async def _found(self, turn: Turn, words: str) -> Sequence[Response]:
        hits = await self._search.find(turn.session, words)
        again = ((_base_button("search", "search_again"),),)
        if not hits:
            return [Reply(text("nothing_found", words=words), again)]
        keyboard: Keyboard = tuple((_answer(hit.answer_id, hit.question),) for hit in hits)
        return [Reply(text("found", words=words), (*keyboard, *again))]

    # --- for animators ---

    async def drafts(self, turn: Turn, _subject: Reference, _version: int) -> Sequence[Response]:
        """List the drafts, those in review first."""
        rows = await turn.session.scalars(
            select(Answer)
            .where(Answer.state.in_([state.value for state in UNDER_WAY]))
            .order_by(Answer.state.desc(), Answer.updated_at.desc(), Answer.id)
            .limit(PAGE)
        )
        keyboard = tuple(
            (
                Button(
                    text("draft_button_named", question=row.question, state=row.state),
                    "answers.draft",
                    reference(row.id),
                ),
            )
            for row in rows
        )
        if not keyboard:
            return [Toast(text("no_draft"), alert=True)]
        return [Reply(text("drafts"), keyboard)]

    async def draft(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Show an answer as animators see it, whatever its state."""
        row = await store.answer(turn.session, subject.number)
        if row is None:
            return [Toast(text("unknown_answer"), alert=True)]
        return [await self._cards.reply(turn, row)]

    async def reviews(self, turn: Turn, _subject: Reference, _version: int) -> Sequence[Response]:
        """List the answers to be read again."""
        rows = await turn.session.scalars(
            _due(turn).order_by(Answer.review_on, Answer.id).limit(PAGE)
        )
        keyboard = _listed(rows.all())
        if not keyboard:
            return [Toast(text("no_review"), alert=True)]
        return [Reply(text("reviews"), keyboard)]


def _outside(turn: Turn) -> Sequence[Response]:
    """Say why who presses may not read the answers; nothing when they may."""
    if turn.sender.person_id is None:
        return [Toast(entrance_text("stranger_notice"), alert=True)]
    return [] if turn.sender.roles else [Toast(FORMER, alert=True)]


async def _themes(session: AsyncSession) -> Keyboard:
    rows = await session.execute(
        select(Answer.theme_id, Theme.name, func.count())
        .outerjoin(Theme, Theme.id == Answer.theme_id)
        .where(Answer.state == State.VALIDATED.value)
        .group_by(Answer.theme_id, Theme.name)
        .order_by(Theme.name.is_(None), Theme.name)
    )
    return tuple(
        (
            Button(
                text("theme_button", name=name or "", count=count),
                "answers.theme",
                Reference("answers", "theme", str(theme_id or 0)),
            ),
        )
        for theme_id, name, count in rows
    )


async def _team_keyboard(turn: Turn) -> Keyboard:
    """Return what only animators are offered."""
    states = [state.value for state in UNDER_WAY]
    drafts = await _count(turn, select(Answer).where(Answer.state.in_(states)))
    reviews = await _count(turn, _due(turn))
    rows = (
        (_base_button("drafts", count=drafts),) if drafts else (),
        (_base_button("reviews", count=reviews),) if reviews else (),
        (_base_button("export_csv"), _base_button("export_json")),
    )
    return tuple(row for row in rows if row)


async def _count(turn: Turn, query: Select[Answer]) -> int:
    return await turn.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _due(turn: Turn) -> Select[Answer]:
    return select(Answer).where(
        Answer.state == State.VALIDATED.value, Answer.review_on <= tells_until(turn.now)
    )


def _base_button(action: str, label: str = "", **values: object) -> Button:
    return Button(text(f"{label or action}_button", **values), f"answers.{action}", BASE)


def _listed(rows: Sequence[Answer]) -> Keyboard:
    return tuple((_answer(row.id, row.question),) for row in rows)


def _answer(number: int, question: str) -> Button:
    return Button(text("answer_button", question=question), "answers.answer", reference(number))
