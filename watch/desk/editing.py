"""What animators add to a story: its themes, its section, « notre lecture »."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.acts import record
from core.chat import (
    Action,
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
from core.people.roles import Role
from core.reference import Reference
from core.sections import Section
from watch.decide import State
from watch.desk import store
from watch.desk.cards import Cards
from watch.desk.deciding import actor, reference_of
from watch.desk.rules import LONGEST_NOTE, pair, parse_note
from watch.desk.shown import TEMPLATE, ShownStory, story_button
from watch.models import Story

FORM = "watch.note"
NOTHING = "-"
"""The answer that takes « notre lecture » away."""

SECTIONS = tuple(Section)
MOST_THEMES = 90
"""A keyboard of the Bot API takes a hundred."""


@dataclass(frozen=True)
class Editing:
    """Changes what is said of a story; each change makes a new version, and is recorded."""

    cards: Cards

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        return (
            Action("watch.themes", self.themes, Role.ANIMATOR),
            Action("watch.theme", self.toggle, Role.ANIMATOR),
            Action("watch.sections", self.sections, Role.ANIMATOR),
            Action("watch.section", self.choose, Role.ANIMATOR),
            Action("watch.note", self.note, Role.ANIMATOR),
        )

    def forms(self) -> tuple[Form, ...]:
        """Return the form that asks for « notre lecture »."""
        none = ((Button(Text(TEMPLATE, "no_note_button"), NOTHING),),)
        question = Text(TEMPLATE, "note_question", {"most": LONGEST_NOTE})
        return (Form(FORM, (Field("words", question, _note, none),), self.noted, Role.ANIMATOR),)

    async def themes(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Offer the themes: each press adds one, or takes it away."""
        story = await self._open(turn, reference, version)
        if not isinstance(story, Story):
            return story
        if not await store.theme_names(turn.session):
            return [Toast(Text(TEMPLATE, "no_theme"), alert=True)]
        return [await self._theme_menu(turn, story)]

    async def toggle(self, turn: Turn, chosen: Reference, version: int) -> Sequence[Response]:
        """Add a theme to a story, or take it away."""
        number, theme_id = pair(chosen.id) or (0, 0)
        story = await self._open(turn, Reference("watch", "story", str(number)), version)
        if not isinstance(story, Story):
            return story
        codes = {each.id: each.code for each in await store.theme_names(turn.session)}
        if theme_id not in codes:
            return await self.cards.stale(turn, story)
        code = codes[theme_id]
        added = code not in story.themes
        story.themes = [*story.themes, code] if added else [c for c in story.themes if c != code]
        await self._changed(turn, story, "watch.theme", theme=code, added=added)
        return [await self._theme_menu(turn, story)]

    async def _theme_menu(self, turn: Turn, story: Story) -> Redraw:
        face = await self.cards.face(turn.session, story, turn.now)
        names = (await store.theme_names(turn.session))[:MOST_THEMES]
        buttons = [
            Button(
                Text(
                    TEMPLATE,
                    "theme_choice",
                    {"name": each.name, "chosen": each.code in story.themes},
                ),
                "watch.theme",
                Reference("watch", "theme", f"{story.id}-{each.id}"),
                story.version,
            )
            for each in names
        ]
        return Redraw(face.asking("which_themes"), _choices(face.story, buttons))

    async def sections(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Offer the sections of the letter."""
        story = await self._open(turn, reference, version)
        if not isinstance(story, Story):
            return story
        face = await self.cards.face(turn.session, story, turn.now)
        buttons = [
            Button(
                Text(
                    TEMPLATE,
                    "section_choice",
                    {"section": section.value, "chosen": section.value == story.section},
                ),
                "watch.section",
                Reference("watch", "section", f"{story.id}-{number}"),
                story.version,
            )
            for number, section in enumerate(SECTIONS)
        ]
        return [Redraw(face.asking("which_section"), _choices(face.story, buttons))]

    async def choose(self, turn: Turn, chosen: Reference, version: int) -> Sequence[Response]:
        """Put a story into a section."""
        number, place = pair(chosen.id) or (0, 0)
        story = await self._open(turn, Reference("watch", "story", str(number)), version)
        if not isinstance(story, Story):
            return story
        if place >= len(SECTIONS):
            return await self.cards.stale(turn, story)
        section = SECTIONS[place].value
        if section != story.section:
            story.section = section
            await self._changed(turn, story, "watch.section", section=section)
        return [await self.cards.redraw(turn, story)]

    async def note(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask for « notre lecture »."""
        story = await self._open(turn, reference, version)
        if not isinstance(story, Story):
            return story
        return [Ask(FORM, {"story": story.id, "before": story.note})]

    async def noted(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Write « notre lecture », unless somebody else has written one meanwhile."""
        story = await store.story_for_update(turn.session, values["story"])
        if story is None:
            return [Reply(Text(TEMPLATE, "unknown"))]
        if story.note != values["before"]:
            lost = Text(TEMPLATE, "note_overtaken", {"words": values["words"]})
            return [Reply(lost), await self.cards.reply(turn, story)]
        if story.note != values["words"]:
            story.note = values["words"]
            await self._changed(turn, story, "watch.note", written=bool(story.note))
        return [await self.cards.reply(turn, story)]

    async def _open(
        self, turn: Turn, reference: Reference, version: int
    ) -> Story | Sequence[Response]:
        story = await self.cards.open(turn, reference, version)
        if isinstance(story, Story) and story.state == State.DROPPED.value:
            return await self.cards.stale(turn, story)
        return story

    async def _changed(self, turn: Turn, story: Story, verb: str, **detail: str | bool) -> None:
        story.version += 1
        record(turn.session, actor(turn), verb, reference_of(story), turn.now, **detail)
        await self.cards.changed(turn, story)


def _choices(story: ShownStory, buttons: Sequence[Button]) -> Keyboard:
    """Return choices, two on a row, and the way back to the card."""
    rows = tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))
    return (*rows, (story_button(story, "back"),))


def _note(text: str, _now: datetime) -> str:
    return "" if text.strip() == NOTHING else parse_note(text)
