"""What the tests of invitations share: a small directory, and buttons pressed by their label."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from core.chat import Ask, Document, Redraw, Reply, Response, Toast
from core.clock import FixedClock
from core.db import Database
from core.people.models import Membership, Person, Structure, Territory, Theme
from core.people.roles import Role
from core.posts import callback_data
from core.reference import Reference
from core.settings import Settings
from digest.seminars import store
from digest.seminars.decide import Kind
from digest.seminars.models import Seminar
from tests.seminars import ODILE, SeminarHouse, plain, seminar_settings

STARTS_AT = datetime(2027, 3, 15, 8, 30, tzinfo=UTC)
"""A Monday: what is due the day before leaves on the Friday."""

HOLD = timedelta(minutes=10)


class InvitingHouse(SeminarHouse):
    """Inès is an agent reached by mail, Marc an elected person in chat; Paul has no address."""

    def __init__(
        self, database: Database, clock: FixedClock, settings: Settings | None = None
    ) -> None:
        super().__init__(database, clock, settings or seminar_settings([7, 1], chase=[30]))

    async def settle_in(self) -> None:
        await super().settle_in()
        since = self.clock.now() - timedelta(days=300)
        async with self.database.write() as session:
            session.add_all(
                [
                    Territory(id=1, code="ors", name="Pays d’Orsanne", department="63"),
                    Structure(id=1, code="app", name="Structure d’appui du Massif"),
                    Theme(id=1, code="habitat", name="Habitat et centres-bourgs"),
                    Person(id=5, given_name="Zoé", family_name="Partie", email="zoe@parti.example"),
                ]
            )
            await session.flush()
            session.add_all(
                [
                    Membership(person_id=1, role=Role.ANIMATOR, since=since),
                    Membership(person_id=2, role=Role.AGENT, since=since, territory_id=1),
                    Membership(person_id=3, role=Role.ELECTED, since=since, territory_id=1),
                    Membership(person_id=4, role=Role.SUPPORT, since=since, structure_id=1),
                    Membership(person_id=5, role=Role.AGENT, since=since, until=self.clock.now()),
                ]
            )

    async def draft(self, kind: Kind = Kind.SEMINAR, **changes: Any) -> int:
        """Write a draft of a meeting; return its id."""
        given = {
            "title": "Accueillir, et après ?",
            "place": "Salle des fêtes, Ambert",
            "programme": "9 h 30 Ouverture\n10 h Retours d’expérience",
            **changes,
        }
        async with self.database.write() as session:
            seminar = await store.create(
                session,
                kind=kind,
                starts_at=STARTS_AT,
                ends_at=STARTS_AT + timedelta(hours=7),
                now=self.clock.now(),
                **given,
            )
            return seminar.id

    async def change(self, seminar: int, **values: Any) -> None:
        async with self.database.write() as session:
            row = await session.get_one(Seminar, seminar)
            for name, value in values.items():
                setattr(row, name, value)

    async def invites(self, seminar: int) -> Sequence[Response]:
        """Press « Invités » on the meeting's card."""
        async with self.database.read() as session:
            version = (await session.get_one(Seminar, seminar)).version
        return await self.act("invitations.open", f"{seminar}", version)

    async def act(self, action: str, identity: str, version: int = 1) -> Sequence[Response]:
        (found,) = [each for room in self.rooms for each in room.actions if each.name == action]
        async with self.database.write() as session:
            turn = self._turn(session, ODILE, private=True)
            return await found.handler(turn, Reference("seminars", "invited", identity), version)

    async def choose(self, shown: Sequence[Response], label: str) -> Sequence[Response]:
        """Press the button that begins with `label` under the last message."""
        (message,) = [one for one in shown if isinstance(one, Reply | Redraw)][-1:]
        buttons = [button for row in message.keyboard for button in row]
        labels = [plain(self.parts.renderer.plain(button.label)) for button in buttons]
        (place,) = [number for number, each in enumerate(labels) if each.startswith(label)]
        button = buttons[place]
        assert button.reference is not None
        assert all(callback_data(each) for each in buttons if not each.url)
        return await self.act(button.action, button.reference.id, button.version)

    async def through(self, shown: Sequence[Response], *labels: str) -> Sequence[Response]:
        """Press several buttons, each under what the one before showed."""
        for label in labels:
            shown = await self.choose(shown, label)
        return shown

    async def type(self, shown: Sequence[Response], text: str) -> Sequence[Response]:
        """Answer the only question of the form that was asked."""
        (asked,) = [one for one in shown if isinstance(one, Ask)]
        form = self.form(asked.form)
        (field,) = form.fields
        value = field.parse(text, self.clock.now())
        async with self.database.write() as session:
            turn = self._turn(session, ODILE, private=True)
            return await form.finish(turn, {**asked.values, field.name: value})

    def text(self, shown: Sequence[Response]) -> str:
        """Return what all the messages say."""
        return "\n".join(self.said(one) for one in shown if isinstance(one, Reply | Redraw | Toast))

    def buttons(self, shown: Sequence[Response]) -> list[str]:
        (message,) = [one for one in shown if isinstance(one, Reply | Redraw)][-1:]
        return [plain(label) for label in self.labels(message)]

    def spreadsheet(self, shown: Sequence[Response]) -> str:
        (document,) = [one for one in shown if isinstance(one, Document)]
        return plain(document.data.decode("utf-8-sig"))
