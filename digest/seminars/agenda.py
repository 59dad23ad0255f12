"""Seminars in everybody's chat: `/agenda`, to come or not to come."""

from collections.abc import Sequence

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
from core.ledger.draft import Channel
from core.parts import Parts
from core.people.roles import Role
from core.reference import Reference
from digest.seminars import names, registrations, store
from digest.seminars.calendars.mine import my_calendar_button
from digest.seminars.desk import actor_of
from digest.seminars.models import Seminar
from digest.seminars.registering import places
from digest.seminars.registering.decide import Choice
from digest.seminars.rendering import shown, words

MOST_SHOWN = 6
"""How many seminars the agenda shows in chat, one message each; the page has them all."""

UNLINKED = Text("chat/common.html", "refused_unlinked")
FORMER = Text("chat/common.html", "refused")
"""For an account that is linked still, of somebody who has left the network."""


class Agenda:
    """Answers anybody of the network about coming seminars."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def commands(self) -> tuple[Command, ...]:
        """Return the command that shows what comes."""
        return (Command("agenda", self.show, None, menu=words("agenda_menu")),)

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do, for anybody whose account is linked."""
        return (
            Action("seminars.join", self.join, None),
            Action("seminars.leave", self.leave, None),
        )

    async def show(self, turn: Turn) -> Sequence[Response]:
        """Show the coming seminars, each with what the person can do about it."""
        if turn.sender.person_id is None:
            return [Reply(UNLINKED)]
        if not turn.sender.roles:
            return [Reply(FORMER)]
        coming = await store.coming(turn.session, turn.now)
        if not coming:
            return [Reply(words("agenda_empty"))]
        cards = [await self._card(turn, one) for one in coming[:MOST_SHOWN]]
        return [*cards, self._others(len(coming))] if len(coming) > MOST_SHOWN else cards

    async def join(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Register the person who presses, and confirm it by mail."""
        if turn.sender.person_id is None:
            return [Toast(UNLINKED, alert=True)]
        if not turn.sender.roles:
            return [Toast(FORMER, alert=True)]
        seminar = await store.by_id(turn.session, reference.number, lock=True)
        if seminar is None or not store.takes_registrations(seminar, turn.now):
            return [Toast(words("closed"), alert=True)]
        party = actor_of(turn)
        if await registrations.is_registered(turn.session, seminar.id, party):
            return [Toast(words("joined_already")), *await self._redrawn(turn, seminar)]
        await places.take(
            turn.session, self._parts, seminar, party, Choice(), turn.now, answered=Channel.CHAT
        )
        return [Toast(words("joined")), *await self._redrawn(turn, seminar)]

    async def leave(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Cancel the registration of the person who presses."""
        if turn.sender.person_id is None:
            return [Toast(UNLINKED, alert=True)]
        seminar = await store.by_id(turn.session, reference.number, lock=True)
        if seminar is None or not store.takes_registrations(seminar, turn.now):
            return [Toast(words("closed"), alert=True)]
        party = actor_of(turn)
        if not await places.leave(
            turn.session, self._parts, seminar, party, turn.now, answered=Channel.CHAT
        ):
            return [Toast(words("left_already")), *await self._redrawn(turn, seminar)]
        return [Toast(words("left")), *await self._redrawn(turn, seminar)]

    async def _card(self, turn: Turn, seminar: Seminar) -> Reply:
        text, keyboard = await self._face(turn, seminar)
        return Reply(text, keyboard, names.seminar_reference(seminar.id))

    async def _redrawn(self, turn: Turn, seminar: Seminar) -> Sequence[Redraw]:
        """Show what changed, where only that person reads it."""
        if not turn.incoming.place.private:
            return []
        return [Redraw(*await self._face(turn, seminar))]

    async def _face(self, turn: Turn, seminar: Seminar) -> tuple[Text, Keyboard]:
        mine = turn.incoming.place.private and await registrations.is_registered(
            turn.session, seminar.id, actor_of(turn)
        )
        inside = self._among_us(turn)
        values = {**shown(self._parts, seminar, inside=inside), "registered": mine}
        return words("coming", values), self._keyboard(turn, seminar, registered=mine)

    def _among_us(self, turn: Turn) -> bool:
        """Say whether only the network reads there: anybody can add the bot to another group."""
        place, group_id = turn.incoming.place, self._parts.settings.telegram.group_id
        return bool(turn.sender.roles) and (place.private or place.chat_id == group_id)

    def _keyboard(self, turn: Turn, seminar: Seminar, *, registered: bool) -> Keyboard:
        reference = names.seminar_reference(seminar.id)

        def act(block: str, action: str) -> Button:
            return Button(words(block), action, reference, seminar.version)

        page = Button(words("page_button"), url=names.seminar_url(self._parts, seminar.id))
        if store.takes_registrations(seminar, turn.now):
            mine = (
                ("leave_button", "seminars.leave")
                if registered
                else ("join_button", "seminars.join")
            )
            first: tuple[Button, ...] = (act(*mine), page)
        else:
            first = (page,)
        rows: Keyboard = (first, (my_calendar_button(),)) if registered else (first,)
        if Role.ANIMATOR in turn.sender.roles:
            return *rows, (act("cancel_button", "seminars.cancel"),)
        return rows

    def _others(self, count: int) -> Reply:
        url = names.page_url(self._parts, "/rencontres")
        more = words("agenda_more", {"count": count - MOST_SHOWN})
        return Reply(more, ((Button(words("all_button"), url=url),),))
