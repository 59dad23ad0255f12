"""Somebody leaves the network: from when, and who takes over."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.entrance import people
from bot.entrance.directory import NOT_FOUND, held_person, on_person
from bot.entrance.fiches import Fiches
from bot.entrance.people import actor_of, numbers
from bot.entrance.rules import may_leave, may_succeed, parse_last_day, parse_name
from bot.entrance.words import text
from core.acts import record
from core.chat import Action, Ask, Button, Field, Form, Keyboard, Reply, Response, Toast, Turn
from core.people import invitations
from core.people.directory import Listed, everybody, find
from core.people.models import Person
from core.people.roles import Role
from core.people.store import end_memberships, roles_of

LEAVE_FORM = "entrance.leave"
SUCCESSOR_FORM = "entrance.successor"
FOUND = 8
NEAR = 5


class Departures:
    """Ends what somebody holds, and names their successor."""

    def __init__(self, fiches: Fiches) -> None:
        self._fiches = fiches

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do, for animators."""
        return (
            Action("entrance.leave", on_person(self.leave), Role.ANIMATOR),
            Action("entrance.successor", on_person(self.successor), Role.ANIMATOR),
            Action("entrance.succeed", self.succeed, Role.ANIMATOR),
        )

    def forms(self) -> tuple[Form, ...]:
        """Return the forms of a departure."""
        now = ((Button(text("now_button"), "now"),),)
        day = Field("until", text("last_day_question"), parse_last_day, now)
        search = Field("words", text("successor_question"), parse_name)
        return (
            Form(LEAVE_FORM, (day,), self.left, Role.ANIMATOR),
            Form(SUCCESSOR_FORM, (search,), self.searched, Role.ANIMATOR),
        )

    async def leave(self, turn: Turn, person: Person) -> Sequence[Response]:
        """Ask for somebody's last day."""
        if may_leave(turn.sender.person_id, person.id):
            return [Toast(text("leave_oneself"), alert=True)]
        return [Ask(LEAVE_FORM, {"person": person.id})]

    async def left(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """End all that somebody holds, and offer who could take over."""
        person = await held_person(turn, int(values["person"]))
        if person is None or may_leave(turn.sender.person_id, person.id):
            return [Reply(NOT_FOUND.text)]
        until = datetime.fromisoformat(values["until"])
        near = await _near(turn.session, person.id, turn.now)
        await end_memberships(turn.session, person.id, until)
        await invitations.withdraw(turn.session, person.id)
        subject = people.reference(person.id)
        record(turn.session, actor_of(turn), "person.leave", subject, turn.now)
        at_once = until <= turn.now
        words = text("left", name=person.name, until=until, at_once=at_once)
        return [Reply(words, _successors(person, near))]

    async def successor(self, _turn: Turn, person: Person) -> Sequence[Response]:
        """Ask who takes over."""
        return [Ask(SUCCESSOR_FORM, {"person": person.id})]

    async def searched(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Show who answers to what was typed, each a button."""
        person = await held_person(turn, int(values["person"]))
        if person is None:
            return [Reply(NOT_FOUND.text)]
        words, gone = str(values["words"]), [person.id]
        found = await find(turn.session, words, turn.now, FOUND, without=gone)
        agents = [one for one in found if Role.AGENT in one.roles]
        block = "who_succeeds" if agents else "nobody_succeeds"
        return [Reply(text(block, name=person.name), _successors(person, agents))]

    async def succeed(self, turn: Turn, subject: Any, _version: int) -> Sequence[Response]:
        """Name who takes over what is open when somebody has left."""
        number, other = numbers(subject)
        person = await held_person(turn, number)
        if person is None:
            return [NOT_FOUND]
        roles = await roles_of(turn.session, other, turn.now)
        if not may_succeed(number, other, await _chain(turn.session, other), roles):
            return [Toast(text("cannot_succeed"), alert=True)]
        person.successor_id = other
        await turn.session.flush()
        about = people.reference(number)
        record(turn.session, actor_of(turn), "person.succeed", about, turn.now, successor=other)
        return [Toast(text("successor_named")), await self._fiches.redrawn(turn, person)]


async def _near(session: AsyncSession, person_id: int, now: datetime) -> list[Listed]:
    """Return the agents who share a territory with somebody."""
    listed = await everybody(session, now)
    served = next((one.territories for one in listed if one.person_id == person_id), frozenset())
    return [
        one
        for one in listed
        if one.person_id != person_id and Role.AGENT in one.roles and one.territories & served
    ][:NEAR]


async def _chain(session: AsyncSession, person_id: int) -> list[int]:
    """Return who takes over from somebody, then from that person, and so on."""
    chain: list[int] = []
    following: int | None = person_id
    while following is not None and following not in chain:
        chain.append(following)
        following = await session.scalar(select(Person.successor_id).where(Person.id == following))
    return chain[1:]


def _successors(person: Person, found: Sequence[Listed]) -> Keyboard:
    choices = tuple(
        (people.person_button("succeed", one, f"{person.id}-{one.person_id}"),) for one in found
    )
    about = people.reference(person.id)
    return (*choices, (Button(text("other_button"), "entrance.successor", about),))
