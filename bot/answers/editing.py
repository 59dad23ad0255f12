"""Writing a draft: one thing at a time, by a form or a button."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from bot.answers import store
from bot.answers.cards import Cards
from bot.answers.decide import UNDER_WAY
from bot.answers.drafting import Drafting
from bot.answers.models import Answer
from bot.answers.rules import (
    MONTHS,
    NOTHING,
    TODAY,
    pair,
    parse_review,
    parse_sources,
    parse_stated,
    parse_variants,
    parse_words,
)
from bot.answers.words import both, reference, text
from core.chat import (
    Action,
    Ask,
    Button,
    Field,
    Form,
    Keyboard,
    PressHandler,
    Reply,
    Response,
    Toast,
    Turn,
)
from core.kept import KeptStories
from core.people.roles import Role
from core.reference import Reference

STORIES = 8
"""How many pieces of news are offered to be quoted."""

Parse = Callable[[str, datetime], Any]

_NOTHING: Keyboard = ((Button(text("no_words_button"), NOTHING),),)
_TODAY: Keyboard = ((Button(text("today_button"), TODAY),),)
_MONTHS: Keyboard = (
    tuple(Button(text("months_button", months=months), str(months)) for months in MONTHS),
)

_FIELDS: Mapping[str, tuple[Parse, Keyboard]] = {
    "question": (parse_words, ()),
    "answer": (parse_words, ()),
    "sources": (parse_sources, _NOTHING),
    "variants": (parse_variants, _NOTHING),
    "stated": (parse_stated, _TODAY),
    "review": (parse_review, _MONTHS),
}


class Editing:
    """Changes drafts; what was in review is a draft again."""

    def __init__(self, drafting: Drafting, cards: Cards, kept: KeptStories) -> None:
        self._drafting = drafting
        self._cards = cards
        self._kept = kept

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons of a draft do."""
        edits = (
            Action(f"answers.edit_{name}", self._asks(name), Role.ANIMATOR) for name in _FIELDS
        )
        return (
            *edits,
            Action("answers.themes", self.themes, Role.ANIMATOR),
            Action("answers.set_theme", self.set_theme, Role.ANIMATOR),
            Action("answers.stories", self.stories, Role.ANIMATOR),
            Action("answers.story", self.quote, Role.ANIMATOR),
        )

    def forms(self) -> tuple[Form, ...]:
        """Return the forms, of one question each."""
        return tuple(
            Form(
                f"answers.{name}",
                (Field("words", text(f"ask_{name}"), parse, choices),),
                self._writes(name),
                Role.ANIMATOR,
            )
            for name, (parse, choices) in _FIELDS.items()
        )

    def _asks(self, name: str) -> PressHandler:
        async def handle(turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
            row = await self._cards.open(turn, subject, version, UNDER_WAY)
            if not isinstance(row, Answer):
                return row
            return [Ask(f"answers.{name}", {"answer": row.id, "version": row.version})]

        return handle

    def _writes(self, name: str) -> Callable[[Turn, Mapping[str, Any]], "Any"]:
        async def finish(turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
            subject = reference(values["answer"])
            row = await self._cards.open(turn, subject, values["version"], UNDER_WAY)
            if not isinstance(row, Answer):
                return row
            await _write(turn, row, name, values["words"])
            return [await self._changed(turn, row)]

        return finish

    async def themes(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """Offer the themes."""
        row = await self._cards.open(turn, subject, version, UNDER_WAY)
        if not isinstance(row, Answer):
            return row
        names = await store.theme_names(turn.session)
        offered = [*names.items(), (0, "")]
        keyboard = tuple(
            (_choice(text("theme_choice", name=name), "set_theme", row, number),)
            for number, name in offered
        )
        return [Reply(text("which_theme"), keyboard)]

    async def set_theme(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """Give a draft its theme (0: none)."""
        number, theme = pair(subject.id) or (0, 0)
        row = await self._cards.open(turn, reference(number), version, UNDER_WAY)
        if not isinstance(row, Answer):
            return row
        if theme and theme not in await store.theme_names(turn.session):
            return [Toast(text("unknown_theme"), alert=True)]
        row.theme_id = theme or None
        return [await self._drafting.changed(turn, row, "answer.edit")]

    async def stories(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """Offer the kept news nearest to a draft."""
        row = await self._cards.open(turn, subject, version, UNDER_WAY)
        if not isinstance(row, Answer):
            return row
        words = f"{row.question}\n\n{row.answer}"
        near = await self._kept.near(turn.session, words, STORIES)
        if not near:
            return [Toast(text("no_story"), alert=True)]
        keyboard = tuple(
            (_choice(text("story_button", title=each.title), "story", row, each.reference.number),)
            for each in near
        )
        return [Reply(text("which_story"), keyboard)]

    async def quote(self, turn: Turn, subject: Reference, version: int) -> Sequence[Response]:
        """Add a kept piece of news to the sources of a draft."""
        number, story = pair(subject.id) or (0, 0)
        row = await self._cards.open(turn, reference(number), version, UNDER_WAY)
        if not isinstance(row, Answer):
            return row
        found = await self._kept.one(turn.session, story)
        if found is None:
            return [Toast(text("story_gone"), alert=True)]
        line = " ".join(part for part in (found.title, found.url) if part)
        if line not in row.sources.splitlines():
            row.sources = "\n".join(part for part in (row.sources, line) if part)
        return [await self._drafting.changed(turn, row, "answer.edit")]

    async def _changed(self, turn: Turn, row: Answer) -> Reply:
        """Show a draft anew under what was just typed."""
        drawn = await self._drafting.changed(turn, row, "answer.edit")
        return Reply(drawn.text, drawn.keyboard)


async def _write(turn: Turn, row: Answer, name: str, words: Any) -> None:
    """Write what was typed, as its field read it."""
    if name == "stated":
        row.stated_on = date.fromisoformat(words)
    elif name == "review":
        row.review_on = date.fromisoformat(words)
    elif name == "variants":
        await store.set_variants(turn.session, row.id, words)
    else:
        setattr(row, name, words)


def _choice(label: Any, action: str, row: Answer, number: int) -> Button:
    return Button(label, f"answers.{action}", both(action, row.id, number), row.version)
