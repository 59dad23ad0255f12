"""The hotline on a served Bot API: what people do on both sides, and what they then see."""

import contextlib
import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.telegram.api import make_bot
from bot.telegram.gateway import TelegramGateway
from core.chat import File, Place, Response
from core.clock import FixedClock, SystemClock
from core.db import Database
from core.ledger import claims
from core.ledger.courier import Courier
from core.ledger.draft import Channel
from core.ledger.processes import Process
from core.ledger.store import about
from core.ledger.views import Reconciler
from core.ledger.work import Work
from core.people.models import Account, Membership, Person
from core.people.roles import Role
from core.posts import parse_callback
from core.reference import Reference
from core.settings import Settings
from relais.sandbox.bot_api.state import Attachment
from tests.bot_api import TOKEN, RunningBotApi, running_bot_api
from tests.hotline import CLAIRE, GROUP, JEANNE, LEA, MARC, PAUL, SINCE, Hotline, open_hotline

HELENE = 1006
"""The Telegram id of another animator (person 6)."""

HOLD = timedelta(seconds=20)
WORKER = "desk"


@dataclass
class Played:
    """Both sides of the hotline, its ledger carried to a Bot API by hand: nothing else runs."""

    hotline: Hotline
    api: RunningBotApi
    work: Work
    gateway: TelegramGateway

    async def deliver(self) -> None:
        """Carry all that is due, then show what views want."""
        while parcels := await self._claimed():
            for parcel in parcels:
                await Courier(self.work).carry(parcel, self.gateway)
        await Reconciler(self.work).reconcile()

    async def after_the_hold(self) -> None:
        """Let the seconds pass during which an answer is held, and carry it."""
        self.hotline.clock.set(self.hotline.clock.now() + HOLD)
        await self.deliver()

    async def tick(self, name: str) -> None:
        [tick] = [each for each in self.hotline.room.ticks if each.name == name]
        await tick.run(self.hotline.clock.now())

    def seen(self, chat_id: int) -> dict[str, list[dict[str, Any]]]:
        """Return what stands in a chat, by topic; what the service says itself is left out."""
        topics = self.api.state.snapshot(chat_id)["topics"]
        return {
            topic["name"].replace("\u00a0", " "): [
                message for message in topic["messages"] if message["service"] is None
            ]
            for topic in topics
        }

    def in_group(self) -> list[dict[str, Any]]:
        """Return what stands in the group, topic after topic."""
        return [message for said in self.seen(GROUP).values() for message in said]

    def found(self, words: str) -> dict[str, Any]:
        """Return the first message of the group in which these words stand."""
        return next(m for m in self.in_group() if words in m["text"].replace("\u00a0", " "))

    def topic(self, name: str) -> list[dict[str, Any]]:
        """Return what stands in the topic whose title starts so."""
        [messages] = [said for title, said in self.seen(GROUP).items() if title.startswith(name)]
        return messages

    def private(self, account: int) -> list[str]:
        """Return the bot's words in somebody's private chat."""
        [messages] = self.seen(account).values()
        return [each["text"].replace("\u00a0", " ") for each in messages]

    def file(self, name: str) -> File:
        """Return a document that an animator has, as the adapter would hand it."""
        data = Attachment("document", b"%PDF " + name.encode(), name, "application/pdf")
        sent = self.api.state.user_sends(JEANNE, JEANNE, file=data)
        [found] = [m for m in self.api.state.messages(JEANNE) if m["message_id"] == sent]
        document = found["document"]
        return File("document", document["file_id"], document["file_unique_id"], name)

    async def reachable(self, person_id: int, *, blocked: bool) -> None:
        """Do what the adapter does when somebody blocks the bot, or is back."""
        told, now = self.hotline.room.reachability, self.hotline.clock.now()
        assert told is not None
        async with self.hotline.database.write() as session:
            await told(session, person_id, blocked, now)

    async def reply_to(
        self, account: int, message: Mapping[str, Any], text: str, **more: Any
    ) -> list[Response]:
        """Answer a message of the group, as the adapter would find what that is about."""
        external_id = f"{GROUP}:{message['message_id']}"
        async with self.hotline.database.read() as session:
            found = await about(session, external_id)
        assert found is not None
        [route] = [r for r in self.hotline.room.replies if (r.room, r.kind) == key(found)]
        place = Place(GROUP, private=False, thread_id=message["thread_id"])
        incoming = self.hotline.incoming(account, text, about=found, place=place, **more)
        return await self.hotline.turn(account, incoming, route.handler)

    async def _claimed(self) -> Any:
        async with self.work.database.write() as session:
            return await claims.claim(
                session,
                Channel.CHAT,
                WORKER,
                limit=50,
                now=self.hotline.clock.now(),
                real_now=self.work.real_clock.now(),
                lease=self.work.lease,
            )


def key(reference: Reference) -> tuple[str, str]:
    return reference.room, reference.kind


def labels(message: Mapping[str, Any]) -> list[str]:
    """Return the words of the buttons under a message."""
    return [button["text"].replace("\u00a0", " ") for row in message["buttons"] for button in row]


def actions(message: Mapping[str, Any]) -> list[str]:
    """Return what the buttons under a message do."""
    found = [
        parse_callback(button["callback_data"]) for row in message["buttons"] for button in row
    ]
    return [pressed.action for pressed in found if pressed]


@contextlib.asynccontextmanager
async def playing(
    database: Database, clock: FixedClock, *, forum: bool = True, erase_topics: bool = True
) -> AsyncIterator[Played]:
    """Open the hotline with a group that is a forum, or a plain one."""
    async with running_bot_api(clock=clock) as api:
        for account, name in (
            (CLAIRE, "Claire"),
            (JEANNE, "Jeanne"),
            (PAUL, "Paul"),
            (LEA, "Léa"),
            (MARC, "Marc"),
            (HELENE, "Hélène"),
        ):
            api.state.add_user(name, user_id=account, started=True)
        api.state.add_group(
            "Animation", chat_id=GROUP, forum=forum, members=[LEA], administrators=[JEANNE, HELENE]
        )
        telegram = {
            "token": TOKEN,
            "api_url": api.root,
            "group_id": GROUP,
            "per_second": 0,
            "group_per_minute": 0,
            "chat_per_second": 0,
        }
        hotline_settings = {"erase_topics": erase_topics}
        settings = Settings.model_validate({"telegram": telegram, "hotline": hotline_settings})
        hotline = await open_hotline(database, clock, settings)
        await add_helene(database)
        gateway = TelegramGateway(make_bot(settings.telegram), "(renvoyé)", connections=1)
        yield Played(hotline, api, await _work(hotline, gateway), gateway)
        await gateway.close()


async def add_helene(database: Database) -> None:
    """Add a second animator, whose account is linked."""
    async with database.write() as session:
        session.add(Person(id=6, given_name="Hélène", family_name="Faure"))
        await session.flush()
        session.add(Membership(person_id=6, role=Role.ANIMATOR.value, since=SINCE))
        session.add(Account(person_id=6, channel="telegram", address=str(HELENE), linked_at=SINCE))


async def _work(hotline: Hotline, gateway: TelegramGateway) -> Work:
    real_clock = SystemClock()
    async with hotline.database.write() as session:
        await claims.beat(session, WORKER, Process(None, None, None), real_clock.now())
    return Work(
        database=hotline.database,
        gateways={Channel.CHAT: gateway},
        kinds={kind.name: kind for kind in hotline.room.deliveries},
        prepare_view=hotline.room.views,
        clock=hotline.clock,
        real_clock=real_clock,
        settings=Settings().ledger,
        random=random.Random(1),  # noqa: S311
        worker=WORKER,
    )
