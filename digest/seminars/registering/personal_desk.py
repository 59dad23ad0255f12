"""Erasing a guest who asks the animators, by phone for one: from their line of the list."""

from collections.abc import Sequence

from core.chat import Action, Button, Keyboard, Redraw, Response, Toast, Turn
from core.email_address import masked
from core.parts import Parts
from core.people.roles import Role
from core.reference import NotARowError, Party, Reference
from digest.seminars import guests, names, registrations, store
from digest.seminars.desk import actor_of
from digest.seminars.guests import Holders
from digest.seminars.models import Guest, Registration, Seminar
from digest.seminars.registering import screens
from digest.seminars.registering.counting import line
from digest.seminars.registering.desk_screens import LIST
from digest.seminars.registering.picks import Pick, pick_button, read_pick
from digest.seminars.registering.rendering import words

ASK = "registrations.forget"
SURE = "registrations.forget_sure"

Found = tuple[Seminar, Registration, Guest]
"""Who is to be erased, from the list of which meeting."""


async def button(
    turn: Turn, seminar: Seminar, registration: Registration
) -> tuple[tuple[Button, ...], ...]:
    """Return the row that asks to erase somebody: none but for guests who are not erased."""
    if await _guest(turn, registration) is None:
        return ()
    return ((pick_button(words("forget_button"), ASK, seminar, LIST, str(registration.id)),),)


class Erasing:
    """What animators do about a guest's data; everything else has its own page."""

    def __init__(self, parts: Parts, holders: Holders) -> None:
        self._parts = parts
        self._holders = holders

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do, for animators."""
        return (
            Action(ASK, self.ask, Role.ANIMATOR),
            Action(SURE, self.sure, Role.ANIMATOR),
        )

    async def ask(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Say what would go and what would stay, and ask to press once more."""
        pick = read_pick(reference)
        found = await self._found(turn, pick)
        if found is None:
            return [Toast(words("forgotten_already"), alert=True)]
        seminar, registration, guest = found
        name = (await line(turn.session, registration, turn.now)).name
        values = {"name": name or masked(guest.email or "")}
        number = str(registration.id)
        keyboard: Keyboard = (
            (pick_button(words("forget_sure_button"), SURE, seminar, LIST, number),),
            (pick_button(words("forget_back"), "registrations.one", seminar, LIST, number),),
        )
        return [Redraw(words("forget_ask", values), keyboard)]

    async def sure(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Erase them; pressing twice says that it is done."""
        pick = read_pick(reference)
        found = await self._found(turn, pick)
        if found is None:
            return [Toast(words("forgotten_already"), alert=True)]
        seminar, _, guest = found
        by = actor_of(turn)
        if not await guests.erase(turn.session, self._holders, guest.id, by, turn.now):
            return [Toast(words("forgotten_already"), alert=True)]
        back = (screens.act("list_back", "registrations.list", seminar),)
        return [Redraw(words("forgotten"), (back,))]

    async def _found(self, turn: Turn, pick: Pick) -> Found | None:
        """Return who is meant; None when they were erased, or where others read."""
        seminar = await store.by_id(turn.session, pick.seminar)
        registration = await registrations.by_id(turn.session, pick.number)
        if seminar is None or registration is None or registration.seminar_id != seminar.id:
            raise NotARowError("not a registration of that meeting")
        if not screens.among_us(turn, self._parts):
            return None
        guest = await _guest(turn, registration)
        return None if guest is None else (seminar, registration, guest)


async def _guest(turn: Turn, registration: Registration) -> Guest | None:
    party = Party.parse(registration.party)
    return await guests.by_id(turn.session, party.number) if party.kind == names.GUEST else None
