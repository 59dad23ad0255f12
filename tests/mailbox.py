"""What the mailbox's tests share: the room, a letter that was sent, who takes questions."""

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Incoming, Place, Post, Response, Sender, Turn
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import Channel, Content, Draft
from core.ledger.models import Delivery, Message
from core.ledger.store import post
from core.people.models import Person
from core.people.roles import Role
from core.questions import MailQuestion
from core.reference import Party, Reference
from core.settings import MailboxSettings, Settings
from digest.mailbox import store
from digest.mailbox.models import ReceivedMail
from digest.mailbox.parsing import head_of
from digest.mailbox.room import build
from digest.subscribers.models import Subscriber
from digest.subscribers.rules import State
from tests.parts import make_parts

CORPUS = Path(__file__).resolve().parent / "mailbox_corpus"
OURS = "<0123456789abcdef0123456789abcdef01234567@territoires.example>"
AGNES = "agnes.morel@mairie-ambrelle.example"
PAUL = "paul.esteve@agglo-lestoire.example"
SYLVIE = Sender("5001", "Sylvie", person_id=9, roles=frozenset({Role.ANIMATOR}))


class Questions:
    """Takes what humans write, as the hotline would; `poison` makes it fail on such subjects."""

    def __init__(self) -> None:
        self.taken: list[MailQuestion] = []
        self.returned: list[str] = []
        self.poison = ""

    async def take(self, session: AsyncSession, mail: MailQuestion, now: datetime) -> str:  # noqa: ARG002  # the protocol's names
        if self.poison and self.poison in mail.subject:
            raise RuntimeError(f"poison from {mail.email}")
        self.taken.append(mail)
        return "opened"

    async def undelivered(self, session: AsyncSession, message_id: str, now: datetime) -> bool:  # noqa: ARG002  # idem
        self.returned.append(message_id)
        return False


class MailboxHouse:
    """The mailbox's room on a database, with what surrounds it."""

    def __init__(
        self, database: Database, clock: FixedClock, mailbox: MailboxSettings | None = None
    ) -> None:
        settings = Settings.model_validate(
            {
                "telegram": {"group_id": -100},
                "mail": {
                    "sender": "lettre@territoires.example",
                    "list_id": "lettre.territoires.example",
                    "unsubscribe_email": "desabonnement@territoires.example",
                },
                "mailbox": mailbox or MailboxSettings(),
            }
        )
        self.database = database
        self.clock = clock
        self.parts = make_parts(database, clock, settings)
        self.questions = Questions()
        self.room = build(self.parts, self.questions)

    async def tick(self, name: str) -> None:
        (tick,) = [tick for tick in self.room.ticks if tick.name == name]
        await tick.run(self.clock.now())

    async def receive(self, *mails: bytes | str) -> None:
        """Keep mails (`kind/name` of the corpus, or bytes), as the reader does, and handle them."""
        async with self.database.write() as session:
            for mail in mails:
                data = mail if isinstance(mail, bytes) else corpus(mail)
                await store.keep(session, data, head_of(data), self.clock.now())
        await self.tick("mailbox.handle")

    async def subscribe(
        self, email: str, *, basis: str = "consent", person: Person | None = None
    ) -> int:
        """Subscribe an address; return the subscriber's number."""
        async with self.database.write() as session:
            if person is not None:
                session.add(person)
                await session.flush()
            now = self.clock.now()
            row = Subscriber(
                email=email, state=State.CONFIRMED, basis=basis, created_at=now, confirmed_at=now,
                informed_at=now, person_id=person.id if person else None,
            )  # fmt: skip
            session.add(row)
            await session.flush()
            return row.id

    async def sent_letter(
        self, party: Party, message_id: str = OURS, kind: str = "letter.edition"
    ) -> None:
        """Say that the ledger has sent a mail to a party, under a Message-ID."""
        async with self.database.write() as session:
            cause = Reference("letter", "edition", "12")
            content = Content(Channel.MAIL, b"Subject: x\r\n\r\nx")
            draft = Draft(kind, "edition:12", party, content, cause, self.clock.now())
            await post(session, [draft], self.clock.now())
            await session.execute(
                update(Delivery)
                .where(Delivery.kind == kind, Delivery.recipient == str(party))
                .values(state="sent", external_id=message_id, settled_at=self.clock.now())
            )

    async def state(self, identity: int) -> str:
        async with self.database.read() as session:
            return (await session.get_one(Subscriber, identity)).state

    async def subscriber(self, email: str) -> Subscriber | None:
        async with self.database.read() as session:
            return await session.scalar(select(Subscriber).where(Subscriber.email == email))

    async def kinds(self) -> list[str | None]:
        """Return what each mail was taken for, in the order received."""
        async with self.database.read() as session:
            rows = await session.scalars(select(ReceivedMail.kind).order_by(ReceivedMail.id))
            return list(rows)

    async def posts(self, kind: str = "mailbox.notice") -> list[str]:
        """Return what the animators were told, without markup, the spaces made plain."""
        return [plain(each.text) for each in await self._posts(kind)]

    async def _posts(self, kind: str) -> Sequence[Post]:
        async with self.database.read() as session:
            bodies = await session.scalars(
                select(Message.body)
                .join(Delivery, Delivery.message_hash == Message.hash)
                .where(Delivery.kind == kind)
                .order_by(Delivery.id)
            )
            return [Post.decode(body) for body in bodies]

    async def labels(self) -> list[str]:
        """Return the labels of the buttons of the last proposal."""
        last = (await self._posts("mailbox.proposal"))[-1]
        return [button.label for row in last.keyboard for button in row]

    async def press(self, action: str, mail: int) -> str:
        """Press a button of a proposal as an animator; return what is shown, spaces made plain."""
        (found,) = [each for each in self.room.actions if each.name == action]
        assert found.role is Role.ANIMATOR
        place = Place(-100, private=False)
        incoming = Incoming(1, "press", place, 1, self.clock.now())
        async with self.database.write() as session:
            turn = Turn(session, incoming, SYLVIE, self.clock.now())
            (response,) = await found.handler(turn, Reference("mailbox", "mail", str(mail)), 0)
        return self.said(response)

    def said(self, response: Response) -> str:
        assert not isinstance(response, str)
        text = self.parts.renderer.chat(response.text)  # type: ignore[union-attr]
        return plain(text)


def corpus(name: str) -> bytes:
    return (CORPUS / f"{name}.eml").read_bytes()


def plain(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split())
