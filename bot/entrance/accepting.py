"""The animators' side of the door: accept, refuse, bar; and whose account it becomes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.entrance import people, requests
from bot.entrance.decide import State, shown_name
from bot.entrance.deliveries import Deliveries
from bot.entrance.models import AccessRequest
from bot.entrance.people import actor_of, numbers
from bot.entrance.rules import may_receive_stranger, parse_name
from bot.entrance.welcome import Welcome
from bot.entrance.words import text
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
from core.ledger.store import post
from core.people import accounts
from core.people.directory import find
from core.people.models import Person
from core.people.roles import Role
from core.people.store import TELEGRAM, person_by_email, roles_of
from core.reference import Reference

CREATE_FORM = "entrance.create"
ATTACH_FORM = "entrance.attach"
FOUND = 8


class Accepting:
    """Settles access requests, each once, whoever presses first."""

    def __init__(self, deliveries: Deliveries, welcome: Welcome) -> None:
        self._deliveries = deliveries
        self._welcome = welcome

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do, for animators."""
        handlers = {
            "accept": self.accept,
            "refuse": self.refuse,
            "bar": self.bar,
            "create": self.create,
            "place": self.place,
            "attach": self.attach,
            "attachto": self.attach_to,
        }
        return tuple(
            Action(f"entrance.{name}", handler, Role.ANIMATOR) for name, handler in handlers.items()
        )

    def forms(self) -> tuple[Form, ...]:
        """Return the forms that find or make the person behind a request."""
        names = (
            Field("given_name", text("given_name_question"), parse_name),
            Field("family_name", text("family_name_question"), parse_name),
        )
        search = Field("words", text("search_question"), parse_name)
        return (
            Form(CREATE_FORM, names, self.created, Role.ANIMATOR),
            Form(ATTACH_FORM, (search,), self.searched, Role.ANIMATOR),
        )

    async def present(self, session: AsyncSession, row: AccessRequest, now: datetime) -> None:
        """Show the animators a request whose address is confirmed."""
        words, keyboard = await self._card(session, row, now)
        await post(session, [self._deliveries.request(row, words, keyboard, now)], now)

    async def accept(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Let in who is of the directory; for anybody else, ask who it is."""
        row = await requests.locked(turn.session, subject.number)
        if row is None or row.state != State.CONFIRMED:
            return await self._settled(turn, row)
        person = await person_by_email(turn.session, row.email)
        if person is None:
            return [Reply(text("request_unknown", email=row.email), _who_buttons(row))]
        if person.blocked_at is not None:
            return [Toast(text("request_blocked"), alert=True)]
        if not await roles_of(turn.session, person.id, turn.now):
            words = text("request_no_role", name=person.name)
            return [Reply(words, await people.territory_buttons(turn.session, "place", row.id))]
        return await self._let_in(turn, row, person)

    async def refuse(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Let nobody in, for this time."""
        return await self._turn_away(turn, subject.number, State.REFUSED)

    async def bar(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Let nobody in, and hear nothing more of this account."""
        return await self._turn_away(turn, subject.number, State.BARRED)

    async def create(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Ask for which territory somebody new comes."""
        row = await requests.locked(turn.session, subject.number)
        if row is None or row.state != State.CONFIRMED:
            return await self._settled(turn, row)
        keyboard = await people.territory_buttons(turn.session, "place", row.id)
        return [Reply(text("which_territory"), keyboard)]

    async def place(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Take the territory: of somebody new, or of who is known and holds no role."""
        number, territory = numbers(subject)
        row = await requests.locked(turn.session, number)
        if row is None or row.state != State.CONFIRMED:
            return await self._settled(turn, row)
        person = await person_by_email(turn.session, row.email)
        if person is None:
            return [Ask(CREATE_FORM, {"request": number, "territory": territory})]
        if person.blocked_at is not None:
            return [Toast(text("request_blocked"), alert=True)]
        if not await roles_of(turn.session, person.id, turn.now):
            await people.enrol(turn, person, territory)
        return await self._let_in(turn, row, person)

    async def created(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Write the person down, and let them in."""
        row = await requests.locked(turn.session, int(values["request"]))
        if row is None or row.state != State.CONFIRMED:
            return await self._settled(turn, row)
        person = await person_by_email(turn.session, row.email)  # somebody added them meanwhile
        if person is None:
            person = await people.add(turn, values["given_name"], values["family_name"], row.email)
            await people.enrol(turn, person, int(values["territory"]))
        return await self._let_in(turn, row, person)

    async def attach(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Ask whose account it is, among those of the directory."""
        row = await requests.locked(turn.session, subject.number)
        if row is None or row.state != State.CONFIRMED:
            return await self._settled(turn, row)
        return [Ask(ATTACH_FORM, {"request": row.id})]

    async def searched(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Show who answers to what was typed, each a button."""
        number = int(values["request"])
        row = await requests.locked(turn.session, number)
        if row is None or row.state != State.CONFIRMED:
            return await self._settled(turn, row)
        found = await find(turn.session, values["words"], turn.now, FOUND)
        if not found:
            return [Reply(text("nobody_found"), _who_buttons(row))]
        keyboard = tuple(
            (people.person_button("attachto", one, f"{number}-{one.person_id}"),) for one in found
        )
        return [Reply(text("whose_account", email=row.email), keyboard)]

    async def attach_to(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Let a stranger in as somebody of the directory whose address is another."""
        number, person_id = numbers(subject)
        row = await requests.locked(turn.session, number)
        if row is None or row.state != State.CONFIRMED:
            return await self._settled(turn, row)
        person = await turn.session.get(Person, person_id)
        roles = await roles_of(turn.session, person_id, turn.now)
        if person is None or not may_receive_stranger(roles):
            return [Toast(text("not_attachable"), alert=True)]
        if person.email is None and await person_by_email(turn.session, row.email) is None:
            person.email = row.email
        return await self._let_in(turn, row, person)

    async def _let_in(self, turn: Turn, row: AccessRequest, person: Person) -> Sequence[Response]:
        """Link the account and welcome the person, unless the account is somebody else's."""
        session, now, actor = turn.session, turn.now, actor_of(turn)
        linked = await accounts.link(
            session, TELEGRAM, row.account, person.id, actor=actor, now=now
        )
        state = State.ACCEPTED if linked else State.DROPPED
        requests.decided(row, state, turn.sender.person_id, now)
        if not linked:
            return [Toast(text("account_taken"), alert=True), await self._redrawn(turn, row)]
        row.person_id = person.id
        subject = people.reference(person.id)
        record(session, actor, "access.accept", subject, now, request=row.id)
        messages = await self._welcome.messages(session, person, now)
        await post(session, self._deliveries.welcome(row, person, messages, now), now)
        return [await self._redrawn(turn, row)]

    async def _turn_away(self, turn: Turn, number: int, state: State) -> Sequence[Response]:
        row = await requests.locked(turn.session, number)
        if row is None or row.state != State.CONFIRMED:
            return await self._settled(turn, row)
        requests.decided(row, state, turn.sender.person_id, turn.now)
        verb = "access.refuse" if state is State.REFUSED else "access.bar"
        record(turn.session, actor_of(turn), verb, requests.reference(row.id), turn.now)
        await post(turn.session, [self._deliveries.refusal(row, turn.now)], turn.now)
        return [await self._redrawn(turn, row)]

    async def _settled(self, turn: Turn, row: AccessRequest | None) -> Sequence[Response]:
        """Say that somebody decided already, and what."""
        notice = Toast(text("request_settled"), alert=True)
        return [notice] if row is None else [notice, await self._redrawn(turn, row)]

    async def _redrawn(self, turn: Turn, row: AccessRequest) -> Redraw:
        await turn.session.flush()
        return Redraw(*await self._card(turn.session, row, turn.now))

    async def _card(
        self, session: AsyncSession, row: AccessRequest, now: datetime
    ) -> tuple[Text, Keyboard]:
        whose = row.person_id
        person = (
            await session.get(Person, whose) if whose else await person_by_email(session, row.email)
        )
        decider = await session.get(Person, row.decided_by) if row.decided_by else None
        words = text(
            "request",
            email=row.email,
            called=shown_name(row.name),
            person=None if person is None else await people.summary(session, person, now),
            state=row.state,
            by=decider.name if decider else "",
        )
        return words, _decisions(row) if row.state == State.CONFIRMED else ()


def _decisions(row: AccessRequest) -> Keyboard:
    subject = requests.reference(row.id)
    accept, refuse, bar = (
        Button(text(f"{name}_button"), f"entrance.{name}", subject)
        for name in ("accept", "refuse", "bar")
    )
    return (accept, refuse), (bar,)


def _who_buttons(row: AccessRequest) -> Keyboard:
    subject = requests.reference(row.id)
    return (
        (Button(text("create_button"), "entrance.create", subject),),
        (Button(text("attach_button"), "entrance.attach", subject),),
    )
