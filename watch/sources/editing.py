"""What is asked of a source: its name, section, themes, places, pace, and who looks after it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.chat import (
    Action,
    Ask,
    Button,
    Field,
    Form,
    Keyboard,
    PressHandler,
    Redraw,
    Reply,
    Response,
    Text,
    Turn,
)
from core.errors import InputError
from core.people.models import Theme
from core.people.roles import Role
from core.people.store import people_with_role
from core.reference import NotARowError, Reference
from core.sections import Section
from watch.models import Source
from watch.sources.cards import back_button, card
from watch.sources.desk import answered, changed, held_number, on_ours, refusal
from watch.sources.rules import PACES, pace_of, parse_name, parse_places, toggled
from watch.sources.words import STALE, UNKNOWN, text

MOST_PEOPLE = 20
"""More animators would not fit under a message."""

NOBODY = 0

FORMS = {"name": "rename", "section": "section", "every": "pace", "regions": "places"}
"""The form that asks for each column of a source."""


class Editing:
    """Asks, and writes what was answered."""

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        return (
            *(
                Action(f"sources.{name}", _asking(f"sources.{name}"), Role.ANIMATOR)
                for name in FORMS.values()
            ),
            Action("sources.themes", on_ours(self.themes), Role.ANIMATOR),
            Action("sources.theme", _on_pair(self.theme), Role.ANIMATOR),
            Action("sources.owner", on_ours(self.owner), Role.ANIMATOR),
            Action("sources.owned", _on_pair(self.owned), Role.ANIMATOR),
        )

    def forms(self) -> tuple[Form, ...]:
        """Return the forms."""
        fields = {
            "name": Field("name", text("ask_name"), lambda words, _now: parse_name(words)),
            "section": section_field(),
            "every": Field("every", text("ask_pace"), _parse_pace, _paces()),
            "regions": Field(
                "regions", text("ask_places"), lambda words, _now: parse_places(words)
            ),
        }
        return tuple(
            Form(f"sources.{FORMS[column]}", (field,), _finish(column), Role.ANIMATOR)
            for column, field in fields.items()
        )

    async def themes(self, turn: Turn, source: Source) -> Sequence[Response]:
        """Show every theme as a button that adds it or takes it away."""
        rows = (await turn.session.scalars(select(Theme).order_by(Theme.id))).all()
        buttons = [
            Button(
                text("theme_button", name=theme.name, chosen=theme.code in source.themes),
                "sources.theme",
                Reference("watch", "sourcetheme", f"{source.id}-{theme.id}"),
                source.version,
            )
            for theme in rows
        ]
        keyboard = (*((button,) for button in buttons), (back_button(source),))
        return [Redraw(text("choose_themes", name=source.name), keyboard)]

    async def theme(self, turn: Turn, source: Source, number: int) -> Sequence[Response]:
        """Give a source one more theme, or one less."""
        theme = await turn.session.get(Theme, number)
        if theme is not None:
            await changed(turn, source, themes=toggled(source.themes, theme.code))
        return await self.themes(turn, source)

    async def owner(self, turn: Turn, source: Source) -> Sequence[Response]:
        """Ask who looks after a source, among the animators."""
        people = await people_with_role(turn.session, Role.ANIMATOR, turn.now)
        named: list[tuple[Text, int]] = [
            (text("owned_button", name=person.name), person.id) for person in people[:MOST_PEOPLE]
        ]
        keyboard: Keyboard = tuple(
            (
                Button(
                    label,
                    "sources.owned",
                    Reference("watch", "sourceowner", f"{source.id}-{number}"),
                    source.version,
                ),
            )
            for label, number in [*named, (text("nobody_button"), NOBODY)]
        )
        return [Redraw(text("choose_owner", name=source.name), (*keyboard, (back_button(source),)))]

    async def owned(self, turn: Turn, source: Source, number: int) -> Sequence[Response]:
        """Write who looks after a source, if it is an animator still."""
        people = await people_with_role(turn.session, Role.ANIMATOR, turn.now)
        known = number if number in {person.id for person in people} else None
        return await changed(turn, source, owner_id=known)


def section_field() -> Field:
    """Return the question about a section of the letter."""
    choices = tuple(
        (Button(text("section_choice", section=section.value), section.value),)
        for section in Section
    )
    return Field("section", text("ask_section"), _parse_section, choices)


def _parse_section(words: str, _now: datetime) -> str:
    try:
        return Section(words).value
    except ValueError as error:
        raise InputError("section_wrong") from error


def _paces() -> Keyboard:
    return tuple(
        (Button(text("pace_choice", pace=pace_of(seconds)), str(seconds)),) for seconds in PACES
    )


def _parse_pace(words: str, _now: datetime) -> int:
    if words not in {str(seconds) for seconds in PACES}:
        raise InputError("pace_wrong")
    return int(words)


def _asking(form: str) -> PressHandler:
    """Return what opens a form about the source of a button."""

    async def ask(_turn: Turn, source: Source) -> Sequence[Response]:
        return [Ask(form, {"source": source.id, "version": source.version})]

    return on_ours(ask)


def _finish(column: str) -> Any:
    """Return what writes the answer in a column, unless the source changed meanwhile."""

    async def finish(turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        source = await held_number(turn, int(values["source"]))
        if source is None:
            return [Reply(UNKNOWN)]
        if source.version != values["version"]:
            return [Reply(STALE), await card(turn, source)]
        return await answered(turn, source, **{column: values[column]})

    return finish


def _on_pair(handler: Any) -> PressHandler:
    """Return what finds the source of a button that also names something else: `12-3`."""

    async def press(turn: Turn, subject: Reference, seen: int) -> Sequence[Response]:
        first, second = pair(subject)
        source = await held_number(turn, first)
        refused = await refusal(turn, source, seen)
        return refused if source is None or refused else await handler(turn, source, second)

    return press


def pair(subject: Reference) -> tuple[int, int]:
    """Return the two numbers that a reference holds. Raises NotARowError when it does not."""
    first, _, second = subject.id.partition("-")
    short = len(first) < 10 and len(second) < 10  # noqa: PLR2004  # what a database's number has
    if not (short and first.isascii() and second.isascii()):
        raise NotARowError(f"not two rows: {subject}")
    if not (first.isdigit() and second.isdigit()):
        raise NotARowError(f"not two rows: {subject}")
    return int(first), int(second)
