"""`/entraide`: what somebody agrees to, said and taken back by buttons, in private."""

from collections.abc import Sequence

from sqlalchemy import select

from bot.entrance.words import text as entrance_text
from bot.network import consents, names
from bot.network.decide import CAPS, HELPERS
from bot.network.models import NetworkConsent
from bot.network.rules import choice
from bot.network.words import STALE, text
from core.chat import (
    Action,
    Button,
    Command,
    Keyboard,
    Redraw,
    Reply,
    Response,
    Text,
    Toast,
    Turn,
    command_button,
)
from core.parts import Parts
from core.people.models import Person, Theme
from core.people.store import territories_of
from core.reference import Reference

WITHDRAWALS = (("asked", 0), ("contact", 0))


class Choices:
    """Shows somebody what they agreed to, and changes it."""

    def __init__(self, parts: Parts) -> None:
        self._cap = parts.settings.hotline.solicited_per_month

    def commands(self) -> tuple[Command, ...]:
        """Return the command."""
        return (Command("entraide", self.show, None, menu=text("menu_choices")),)

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do: each says what it sets, so that twice is once."""
        return (Action("network.choose", self.choose, None),)

    async def show(self, turn: Turn) -> Sequence[Response]:
        """Show what the person agrees to."""
        if refused := refusal(turn):
            return [Reply(refused)]
        return [Reply(*await self._face(turn))]

    async def choose(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Set one choice, and show them all; what opens a list changes nothing.

        Whoever is no agent nor expert any more may still take back what they agreed to.
        """
        read = choice(reference.id)
        refused = refusal(turn)
        if refused and not (read in WITHDRAWALS and turn.sender.person_id is not None):
            return [Toast(refused, alert=True)]
        if read is None:
            return [Toast(STALE, alert=True)]
        name, value = read
        if name == "themes":
            return [Redraw(*await self._themes(turn))]
        if name == "caps":
            return [Redraw(*self._caps())]
        if name == "back":
            return [Redraw(*await self._face(turn))]
        return await self._set(turn, name, value)

    async def _set(self, turn: Turn, name: str, value: int) -> Sequence[Response]:
        if name in {"with", "without", "all"}:
            return await self._set_theme(turn, name, value)
        if name in {"asked", "contact"} and value in {0, 1}:
            await self._change(turn, **{name: bool(value)})
        elif name == "cap" and value in {*CAPS, self._cap}:
            await self._change(turn, monthly_cap=value)
        else:
            return [Toast(STALE, alert=True)]
        return [Redraw(*await self._face(turn))]

    async def _set_theme(self, turn: Turn, name: str, value: int) -> Sequence[Response]:
        consent = await consents.consent_of(turn.session, _person(turn))
        others = {each for each in consent.themes if each != value} if consent else set()
        if name == "with":
            if await turn.session.get(Theme, value) is None:
                return [Toast(STALE, alert=True)]
            others.add(value)
        await self._change(turn, themes=[] if name == "all" else sorted(others))
        return [Redraw(*await self._themes(turn))]

    async def _change(self, turn: Turn, **changes: object) -> None:
        await consents.change(turn.session, _person(turn), self._cap, turn.now, **changes)

    async def _face(self, turn: Turn) -> tuple[Text, Keyboard]:
        session, person_id = turn.session, _person(turn)
        consent = await consents.consent_of(session, person_id)
        found = await session.get_one(Person, person_id)
        territories = await territories_of(session, person_id, turn.now)
        themes = await self._names(turn, consent)
        cap = consent.monthly_cap if consent else self._cap
        words = text(
            "choices",
            asked=bool(consent and consent.asked),
            contact=bool(consent and consent.contact),
            themes=themes,
            cap=cap,
            name=found.name,
            territories=[territory.name for territory in territories],
            email=found.email or "",
        )
        return words, _keyboard(consent)

    async def _names(self, turn: Turn, consent: NetworkConsent | None) -> Sequence[str]:
        wanted = consent.themes if consent else []
        rows = await turn.session.scalars(
            select(Theme.name).where(Theme.id.in_(wanted)).order_by(Theme.id)
        )
        return rows.all()

    async def _themes(self, turn: Turn) -> tuple[Text, Keyboard]:
        consent = await consents.consent_of(turn.session, _person(turn))
        chosen = set(consent.themes) if consent else set()
        rows = await turn.session.scalars(select(Theme).order_by(Theme.id))
        lines = [
            (
                _button(
                    text("theme_chosen" if theme.id in chosen else "theme", name=theme.name),
                    "without" if theme.id in chosen else "with",
                    theme.id,
                ),
            )
            for theme in rows
        ]
        every = (_button(text("themes_all_button"), "all", 0),) if chosen else ()
        back = (_button(text("back_button"), "back", 0),)
        return text("themes", chosen=bool(chosen)), tuple(
            row for row in (*lines, every, back) if row
        )

    def _caps(self) -> tuple[Text, Keyboard]:
        offered = tuple(
            _button(text("cap", cap=cap), "cap", cap) for cap in sorted({*CAPS, self._cap})
        )
        return text("caps"), (offered, (_button(text("back_button"), "back", 0),))


def refusal(turn: Turn) -> Text | None:
    """Say why somebody has no choice to make here; None when they have."""
    if not turn.incoming.place.private:
        return entrance_text("private_only")
    if turn.sender.person_id is None:
        return entrance_text("stranger_notice")
    return None if turn.sender.roles & HELPERS else text("helpers_only")


def choices_button() -> Button:
    """Return the button that opens somebody's choices."""
    return command_button(text("choices_button"), "entraide")


def _keyboard(consent: NetworkConsent | None) -> Keyboard:
    asked, contact = bool(consent and consent.asked), bool(consent and consent.contact)
    rows: list[tuple[Button, ...]] = [
        (_button(text("asked_button", yes=asked), "asked", 0 if asked else 1),),
        (_button(text("contact_button", yes=contact), "contact", 0 if contact else 1),),
    ]
    if asked:
        rows.append(
            (
                _button(text("themes_button"), "themes", 0),
                _button(text("caps_button"), "caps", 0),
            )
        )
    return tuple(rows)


def _button(label: Text, name: str, value: int) -> Button:
    return names.button(label, "choose", "choice", f"{name}-{value}")


def _person(turn: Turn) -> int:
    return turn.sender.person_id or 0
