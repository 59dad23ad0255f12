"""Somebody's own calendar: its address, asked for in chat, and made anew when it got around."""

from collections.abc import Mapping, Sequence
from typing import Any

from core import acts
from core.chat import Action, Button, Keyboard, Redraw, Reply, Response, Text, Toast, Turn
from core.parts import Parts
from core.reference import Party, Reference
from digest.seminars import names
from digest.seminars.calendars import keys

WORDS = "chat/seminar_calendars.html"
UNLINKED = Text("chat/common.html", "refused_unlinked")
FORMER = Text("chat/common.html", "refused")

CALENDAR = Reference("calendars", "calendar", "mine")
"""What the buttons are about: whoever presses has one calendar at most."""


def words(block: str, values: Mapping[str, Any] | None = None) -> Text:
    """Name a block of the calendars' chat texts."""
    return Text(WORDS, block, values or {})


def my_calendar_button() -> Button:
    """Return the button that gives whoever presses it the address of their own calendar."""
    return Button(words("mine_button"), "calendars.mine", CALENDAR, 1)


class MyCalendar:
    """Answers who asks for their own calendar in chat; its address is told in private only."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do, for anybody of the network."""
        return (
            Action("calendars.mine", self.show, None),
            Action("calendars.renew", self.renew, None),
        )

    async def show(self, turn: Turn, _reference: Reference, _version: int) -> Sequence[Response]:
        """Tell the address, made the first time."""
        refusal = _refusal(turn)
        if refusal:
            return [refusal]
        key = await keys.opened(turn.session, self._parts, _party(turn), turn.now)
        return [Reply(*self._face(key, renewed=False))]

    async def renew(self, turn: Turn, _reference: Reference, _version: int) -> Sequence[Response]:
        """Make another address; the former one gives nothing any more."""
        refusal = _refusal(turn)
        if refusal:
            return [refusal]
        key = await keys.renew(turn.session, self._parts, _party(turn), turn.now)
        acts.record(turn.session, _party(turn), "calendars.renewed", CALENDAR, turn.now)
        return [Toast(words("renewed")), Redraw(*self._face(key, renewed=True))]

    def _face(self, key: str, *, renewed: bool) -> tuple[Text, Keyboard]:
        values = {"address": keys.address(self._parts, key), "renewed": renewed}
        button = Button(words("renew_button"), "calendars.renew", CALENDAR, 1)
        return words("mine", values), ((button,),)


def _refusal(turn: Turn) -> Toast | None:
    """Say why the presser gets no address here."""
    if turn.sender.person_id is None:
        return Toast(UNLINKED, alert=True)
    if not turn.sender.roles:
        return Toast(FORMER, alert=True)
    private = turn.incoming.place.private
    return None if private else Toast(words("in_private"), alert=True)


def _party(turn: Turn) -> Party:
    return names.person_party(turn.sender.person_id or 0)
