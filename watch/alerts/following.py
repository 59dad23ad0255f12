"""`/abonnement`: what somebody gets by chat, chosen by buttons, in private: alerts, the letter."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

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
)
from core.letter_notices import LetterNotices
from core.people.models import Theme
from core.reference import Reference
from watch.alerts import names
from watch.alerts.models import Following

EVERY = Reference("alerts", "themes", "all")
LETTER = Reference("alerts", "letter", "all")
MOST_THEMES = 96
"""How many themes have a button: Telegram shows a hundred, and three more lead further."""

COMMON = "chat/common.html"


class Followings:
    """Shows somebody the themes that they follow, and changes them; the letter's notices too."""

    def __init__(self, letter: LetterNotices | None = None) -> None:
        self._letter = letter

    def commands(self) -> tuple[Command, ...]:
        """Return the command."""
        menu = names.text("menu_alerts")
        return (Command(names.COMMAND, self.show, None, ("alertes", "mesalertes"), menu),)

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do: each says what it sets, so that twice is once."""
        return (
            Action("alerts.follow", self.follow, None),
            Action("alerts.leave", self.leave, None),
            Action("alerts.follow_all", self.follow_all, None),
            Action("alerts.leave_all", self.leave_all, None),
            Action("alerts.letter_follow", self.follow_letter, None),
            Action("alerts.letter_leave", self.leave_letter, None),
        )

    async def show(self, turn: Turn) -> Sequence[Response]:
        """Show the themes, and which of them the person follows."""
        if refused := refusal(turn):
            return [Reply(refused)]
        return [Reply(*await self._face(turn))]

    async def follow(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Follow a theme."""
        theme = await turn.session.get(Theme, reference.number)
        if refused := refusal(turn):
            return [Toast(refused, alert=True)]
        await self._add(turn, [theme.code] if theme else [])
        return [Redraw(*await self._face(turn))]

    async def leave(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Follow a theme no more."""
        theme = await turn.session.get(Theme, reference.number)
        return await self._remove(turn, Following.theme == (theme.code if theme else ""))

    async def follow_all(
        self, turn: Turn, _reference: Reference, _version: int
    ) -> Sequence[Response]:
        """Follow every theme of today."""
        if refused := refusal(turn):
            return [Toast(refused, alert=True)]
        await self._add(turn, (await turn.session.scalars(select(Theme.code))).all())
        return [Redraw(*await self._face(turn))]

    async def leave_all(
        self, turn: Turn, _reference: Reference, _version: int
    ) -> Sequence[Response]:
        """Follow nothing any more, themes that are gone included."""
        return await self._remove(turn)

    async def follow_letter(
        self, turn: Turn, _reference: Reference, _version: int
    ) -> Sequence[Response]:
        """Be told here that a letter is out."""
        if refused := refusal(turn):
            return [Toast(refused, alert=True)]
        return await self._choose_letter(turn, wanted=True)

    async def leave_letter(
        self, turn: Turn, _reference: Reference, _version: int
    ) -> Sequence[Response]:
        """Be told of letters no more: whoever has left the network may still say so."""
        if turn.sender.person_id is None:
            return [Toast(Text(COMMON, "refused_unlinked"), alert=True)]
        return await self._choose_letter(turn, wanted=False)

    async def _choose_letter(self, turn: Turn, *, wanted: bool) -> Sequence[Response]:
        if self._letter is None:
            return [Toast(Text(COMMON, "stale"), alert=True)]
        await self._letter.choose(turn.session, _person(turn), wanted, turn.now)
        return [Redraw(*await self._face(turn))]

    async def _add(self, turn: Turn, codes: Sequence[str]) -> None:
        on_sqlite = turn.session.get_bind().dialect.name == "sqlite"
        insert = sqlite.insert if on_sqlite else postgresql.insert
        rows = [{"person_id": _person(turn), "theme": code, "since": turn.now} for code in codes]
        if rows:
            await turn.session.execute(insert(Following).values(rows).on_conflict_do_nothing())

    async def _remove(self, turn: Turn, *which: object) -> Sequence[Response]:
        """Follow these no more: whoever has left the network may still say so."""
        if turn.sender.person_id is None:
            return [Toast(Text(COMMON, "refused_unlinked"), alert=True)]
        mine = delete(Following).where(Following.person_id == _person(turn), *which)  # type: ignore[arg-type]
        await turn.session.execute(mine)
        return [Redraw(*await self._face(turn))]

    async def _face(self, turn: Turn) -> tuple[Text, Keyboard]:
        mine = select(Following.theme).where(Following.person_id == _person(turn))
        followed = set(await turn.session.scalars(mine))
        themes = (await turn.session.scalars(select(Theme).order_by(Theme.id))).all()
        count = sum(theme.code in followed for theme in themes)
        words = names.text("following", count=count, themes=len(themes))
        rows = [(_toggle(theme, theme.code in followed),) for theme in themes[:MOST_THEMES]]
        every = Button(names.text("all_button"), "alerts.follow_all", EVERY)
        none = Button(names.text("none_button"), "alerts.leave_all", EVERY)
        keyboard = (*rows, (every, none)) if themes else ()
        return words, (*keyboard, *await self._letter_row(turn))

    async def _letter_row(self, turn: Turn) -> Keyboard:
        if self._letter is None:
            return ()
        chosen = await self._letter.wanted(turn.session, _person(turn))
        action = "alerts.letter_leave" if chosen else "alerts.letter_follow"
        return ((Button(names.text("letter_choice", chosen=chosen), action, LETTER),),)


def refusal(turn: Turn) -> Text | None:
    """Say why somebody has nothing to choose here; None when they have."""
    if not turn.incoming.place.private:
        return names.text("private_only")
    if turn.sender.person_id is None:
        return Text(COMMON, "refused_unlinked")
    return None if turn.sender.roles else Text(COMMON, "refused")


def _toggle(theme: Theme, chosen: bool) -> Button:
    label = names.text("theme_choice", name=theme.name, chosen=chosen)
    reference = Reference("alerts", "theme", str(theme.id))
    return Button(label, "alerts.leave" if chosen else "alerts.follow", reference)


def _person(turn: Turn) -> int:
    return turn.sender.person_id or 0
