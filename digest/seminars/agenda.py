"""Seminars in everybody's chat: `/agenda`, to come or not to come."""

from collections.abc import Sequence
from dataclasses import replace

from core.chat import Action, Button, Command, Redraw, Reply, Response, Text, Toast, Turn
from core.ledger.draft import Channel
from core.parts import Parts
from core.people.roles import Role
from core.reference import Reference
from digest.seminars import names, store
from digest.seminars.contacts import contact_of
from digest.seminars.desk import actor_of
from digest.seminars.models import Seminar
from digest.seminars.registering import places, screens, standing
from digest.seminars.registering.rendering import words as told
from digest.seminars.registering.telling import Doing
from digest.seminars.rendering import words

MOST_SHOWN = 6
"""How many seminars the agenda shows in chat, one message each; the page has the others."""

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
        """Show the coming seminars, each with what the person can do about it.

        One for those it invites is told to them, and to animators.
        """
        if turn.sender.person_id is None:
            return [Reply(UNLINKED)]
        if not turn.sender.roles:
            return [Reply(FORMER)]
        coming = [
            one
            for one in await store.coming(turn.session, turn.now)
            if one.open_to_all or await self._concerned(turn, one)
        ]
        if not coming:
            return [Reply(words("agenda_empty"))]
        cards = [await self._card(turn, one) for one in _shown(coming)]
        cards[-1] = await self._with_channel(turn, cards[-1])
        return [*cards, self._others(len(coming))] if len(coming) > MOST_SHOWN else cards

    async def join(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Register the person who presses, and confirm it by mail; then what they may choose.

        Nobody comes on another date than the one that their message shows: it is shown anew.
        """
        if turn.sender.person_id is None:
            return [Toast(UNLINKED, alert=True)]
        if not turn.sender.roles:
            return [Toast(FORMER, alert=True)]
        seminar = await store.by_id(turn.session, reference.number, lock=True)
        if seminar is None or not store.takes_registrations(seminar, turn.now):
            return [Toast(words("closed"), alert=True)]
        if turn.incoming.place.private and seminar.version != version:
            return [Toast(told("stale"), alert=True), *await self._redrawn(turn, seminar)]
        return await self._joined(turn, seminar)

    async def leave(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Cancel the registration of the person who presses."""
        if turn.sender.person_id is None:
            return [Toast(UNLINKED, alert=True)]
        seminar = await store.by_id(turn.session, reference.number, lock=True)
        if seminar is None or not store.takes_registrations(seminar, turn.now):
            return [Toast(words("closed"), alert=True)]
        party = actor_of(turn)
        if not await places.leave(
            turn.session, self._parts, seminar, party, Doing(turn.now, answered=Channel.CHAT)
        ):
            return [Toast(words("left_already")), *await self._redrawn(turn, seminar)]
        return [Toast(words("left")), *await self._redrawn(turn, seminar)]

    async def _joined(self, turn: Turn, seminar: Seminar) -> Sequence[Response]:
        party = actor_of(turn)
        if not await standing.may_come(turn.session, seminar, party):
            return [Toast(told("on_invitation"), alert=True)]
        before = await screens.read_mine(turn.session, seminar, party)
        if before.holds:
            return [Toast(words("joined_already")), *await self._redrawn(turn, seminar)]
        await places.take(
            turn.session, self._parts, seminar, party, None, Doing(turn.now, answered=Channel.CHAT)
        )
        mine = await screens.read_mine(turn.session, seminar, party)
        said = told("joined_waiting", {"rank": mine.rank}) if mine.rank else words("joined")
        if mine.offer.asks and turn.incoming.place.private:
            screen = screens.answer(turn, self._parts, mine)
            return [Toast(said, alert=bool(mine.rank)), Redraw(screen.text, screen.keyboard)]
        return [Toast(said, alert=bool(mine.rank)), *await self._redrawn(turn, seminar)]

    async def _concerned(self, turn: Turn, seminar: Seminar) -> bool:
        """Say whether a meeting on invitation is told here: to each where they alone read."""
        if Role.ANIMATOR in turn.sender.roles and screens.among_us(turn, self._parts):
            return True
        private = turn.incoming.place.private
        return private and await standing.may_come(turn.session, seminar, actor_of(turn))

    async def _card(self, turn: Turn, seminar: Seminar) -> Reply:
        screen = await self._face(turn, seminar)
        return Reply(screen.text, screen.keyboard, names.seminar_reference(seminar.id))

    async def _redrawn(self, turn: Turn, seminar: Seminar) -> Sequence[Redraw]:
        """Show what changed, where only that person reads it."""
        if not turn.incoming.place.private:
            return []
        screen = await self._face(turn, seminar)
        return [Redraw(screen.text, screen.keyboard)]

    async def _face(self, turn: Turn, seminar: Seminar) -> screens.Screen:
        mine = await screens.read_mine(turn.session, seminar, actor_of(turn))
        return screens.card(turn, self._parts, mine)

    async def _with_channel(self, turn: Turn, card: Reply) -> Reply:
        """Add, in private, the button that changes where somebody is told."""
        if not turn.incoming.place.private:
            return card
        contact = await contact_of(turn.session, actor_of(turn))
        return replace(card, keyboard=(*card.keyboard, *screens.channel_row(contact)))

    def _others(self, count: int) -> Reply:
        url = names.page_url(self._parts, "/rencontres")
        more = words("agenda_more", {"count": count - MOST_SHOWN})
        return Reply(more, ((Button(words("all_button"), url=url),),))


def _shown(coming: Sequence[Seminar]) -> Sequence[Seminar]:
    """Return the soonest ones; those on invitation first, since the page does not have them."""
    first = sorted(coming, key=lambda one: one.open_to_all)[:MOST_SHOWN]
    return [one for one in coming if one in first]
