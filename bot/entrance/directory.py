"""`/annuaire`: looking people up, their fiche, and what animators do about somebody."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from bot.entrance import people
from bot.entrance.decide import parse_email
from bot.entrance.fiches import Fiches
from bot.entrance.people import actor_of, numbers
from bot.entrance.rules import Blocking, Objection, may_block, parse_blocking, parse_name
from bot.entrance.words import text
from core.acts import record
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
    Toast,
    Turn,
)
from core.people import accounts, invitations
from core.people.directory import find
from core.people.models import Account, Person
from core.people.roles import Role
from core.people.store import person_by_email, roles_of
from core.reference import Reference

SEARCH_FORM = "entrance.search"
ADD_FORM = "entrance.add"
BLOCK_FORM = "entrance.block"
FOUND = 10
NEW = Reference("entrance", "person", "new")
NOT_FOUND = Toast(text("unknown_person"), alert=True)

OnPerson = Callable[[Turn, Person], Awaitable[Sequence[Response]]]


class Directory:
    """What animators do about the people of the network."""

    def __init__(self, fiches: Fiches, group_id: int) -> None:
        self._fiches = fiches
        self._group_id = group_id

    def command(self) -> Command:
        """Return the command that looks somebody up."""
        return Command("annuaire", self.look_up, Role.ANIMATOR, menu=text("menu_directory"))

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do, for animators."""
        about_somebody: dict[str, OnPerson] = {
            "fiche": self.fiche,
            "block": self.block,
            "unblock": self.unblock,
            "widen": self.widen,
            "invite": self._fiches.invite,
        }
        actions = [
            Action(f"entrance.{name}", on_person(handler), Role.ANIMATOR)
            for name, handler in about_somebody.items()
        ]
        return (
            *actions,
            Action("entrance.unlink", self.unlink, Role.ANIMATOR),
            Action("entrance.enrol", self.enrol, Role.ANIMATOR),
            Action("entrance.add", self.add, Role.ANIMATOR),
            Action("entrance.newcomer", self.newcomer, Role.ANIMATOR),
            Action("entrance.search", self.search, Role.ANIMATOR),
        )

    def forms(self) -> tuple[Form, ...]:
        """Return the forms of the directory."""
        search = Field("words", text("search_question"), parse_name)
        names = (
            Field("given_name", text("given_name_question"), parse_name),
            Field("family_name", text("family_name_question"), parse_name),
            Field("email", text("person_email_question"), parse_email),
        )
        reasons = tuple((Button(text(f"reason_{one}"), one.value),) for one in Blocking)
        reason = Field("reason", text("reason_question"), parse_blocking, reasons)
        return (
            Form(SEARCH_FORM, (search,), self.searched, Role.ANIMATOR),
            Form(ADD_FORM, names, self.added, Role.ANIMATOR),
            Form(BLOCK_FORM, (reason,), self.blocked, Role.ANIMATOR),
        )

    async def look_up(self, turn: Turn) -> Sequence[Response]:
        """Look up what follows the command, or ask who is looked for."""
        place = turn.incoming.place
        if not place.private and place.chat_id != self._group_id:
            return [Reply(text("elsewhere"))]
        words = turn.incoming.argument.strip()
        if words:
            return await self.searched(turn, {"words": words})
        adding = Button(text("add_button"), "entrance.add", NEW)
        return [Reply(text("directory"), ((adding,),)), Ask(SEARCH_FORM)]

    async def search(self, _turn: Turn, _any: Reference, _version: int) -> Sequence[Response]:
        """Ask who is looked for."""
        return [Ask(SEARCH_FORM)]

    async def searched(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Show the fiche of who answers to what was typed, or those among whom to choose."""
        found = await find(turn.session, values["words"], turn.now, FOUND + 1)
        if not found:
            return [Reply(text("nobody_found"), _nobody_buttons())]
        if len(found) == 1:
            person = await turn.session.get_one(Person, found[0].person_id)
            return await self.fiche(turn, person)
        more = len(found) > FOUND
        return [Reply(text("found", more=more), people.buttons_of("fiche", found[:FOUND]))]

    async def fiche(self, turn: Turn, person: Person) -> Sequence[Response]:
        """Show somebody's fiche."""
        return [await self._fiches.shown(turn, person)]

    async def unlink(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Take that very account from its person."""
        account = await turn.session.get(Account, subject.number)
        if account is None:
            return [Toast(text("unlinked_already"), alert=True)]
        person = await turn.session.get_one(Person, account.person_id)
        await accounts.unlink(turn.session, account, actor_of(turn), turn.now)
        return [Toast(text("unlinked")), await self._fiches.redrawn(turn, person)]

    async def block(self, turn: Turn, person: Person) -> Sequence[Response]:
        """Ask why somebody is to be blocked, unless they cannot be."""
        objection = await _objection(turn, person)
        if objection:
            return [Toast(text(f"block_{objection}"), alert=True)]
        return [Ask(BLOCK_FORM, {"person": person.id})]

    async def blocked(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Block somebody: they can neither ask nor press, and no invitation of theirs is good."""
        person = await held_person(turn, int(values["person"]))
        if person is None:
            return [Reply(NOT_FOUND.text)]
        objection = await _objection(turn, person)
        if objection:
            return [Reply(text(f"block_{objection}"))]
        person.blocked_at = turn.now
        await invitations.withdraw(turn.session, person.id)
        reason, subject = str(values["reason"]), people.reference(person.id)
        record(turn.session, actor_of(turn), "person.block", subject, turn.now, reason=reason)
        await turn.session.flush()
        return [await self._fiches.shown(turn, person)]

    async def unblock(self, turn: Turn, person: Person) -> Sequence[Response]:
        """Let somebody ask and press again."""
        if person.blocked_at is None:
            return [Toast(text("unblocked_already"), alert=True)]
        person.blocked_at = None
        await turn.session.flush()
        subject = people.reference(person.id)
        record(turn.session, actor_of(turn), "person.unblock", subject, turn.now)
        return [await self._fiches.redrawn(turn, person)]

    async def widen(self, turn: Turn, person: Person) -> Sequence[Response]:
        """Ask of which territory somebody is to be an agent too."""
        keyboard = await people.territory_buttons(turn.session, "enrol", person.id)
        return [Reply(text("which_territory"), keyboard)]

    async def enrol(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Make somebody an agent of a territory, if they are not one already."""
        number, territory = numbers(subject)
        person = await held_person(turn, number)
        if person is None:
            return [NOT_FOUND]
        if not await people.serves(turn.session, number, territory, turn.now):
            await people.enrol(turn, person, territory)
        return [await self._fiches.redrawn(turn, person)]

    async def add(self, turn: Turn, _new: Reference, _version: int) -> Sequence[Response]:
        """Ask for which territory somebody new comes."""
        keyboard = await people.territory_buttons(turn.session, "newcomer", 0)
        return [Reply(text("which_territory"), keyboard)]

    async def newcomer(self, _turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Ask who it is."""
        return [Ask(ADD_FORM, {"territory": numbers(subject)[1]})]

    async def added(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Write somebody new down as an agent, unless the address is somebody's already."""
        there = await person_by_email(turn.session, values["email"])
        if there is not None:
            return [Reply(text("address_taken")), await self._fiches.shown(turn, there)]
        given_name, family_name = values["given_name"], values["family_name"]
        person = await people.add(turn, given_name, family_name, values["email"])
        await people.enrol(turn, person, int(values["territory"]))
        return [await self._fiches.shown(turn, person)]


def on_person(
    handler: OnPerson,
) -> Callable[[Turn, Reference, int], Awaitable[Sequence[Response]]]:
    """Return what finds the person that a button is about, held against other writers."""

    async def press(turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        person = await held_person(turn, subject.number)
        return [NOT_FOUND] if person is None else await handler(turn, person)

    return press


async def held_person(turn: Turn, number: int) -> Person | None:
    """Return somebody as they are now; whose data was erased is nobody any more."""
    person = await turn.session.get(Person, number, with_for_update=True, populate_existing=True)
    return person if person is not None and person.name else None


async def _objection(turn: Turn, person: Person) -> Objection | None:
    roles = await roles_of(turn.session, person.id, turn.now)
    blocked = person.blocked_at is not None
    return may_block(turn.sender.person_id, person.id, roles, blocked=blocked)


def _nobody_buttons() -> Keyboard:
    again = Button(text("again_search_button"), "entrance.search", NEW)
    return (again,), (Button(text("add_button"), "entrance.add", NEW),)
