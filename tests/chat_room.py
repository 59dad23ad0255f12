"""A room of chat for tests of the adapter, real in all but its words."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.telegram.adapter import TelegramAdapter
from bot.telegram.api import RelaisBot, make_bot
from bot.telegram.models import InboxUpdate
from core.acts import SYSTEM, Act, record
from core.chat import (
    Action,
    Ask,
    Button,
    Command,
    Document,
    DocumentToMake,
    Field,
    Form,
    Redraw,
    Reply,
    ReplyRoute,
    Response,
    Text,
    Toast,
    Turn,
    command_button,
)
from core.clock import FixedClock
from core.db import Database
from core.errors import InputError
from core.parts import Parts
from core.people.models import Account, Membership, Person
from core.people.roles import Role
from core.people.store import TELEGRAM
from core.reference import Reference
from core.render import Renderer
from core.room import Room
from core.settings import Settings
from tests.bot_api import TOKEN, RunningBotApi
from tests.parts import COMMON, make_parts

WORDS = """
{% block heard %}Entendu : {{ words }}{% endblock %}
{% block story %}Une actualité{% endblock %}
{% block kept %}Gardée par {{ name }}{% endblock %}
{% block noted %}C’est noté.{% endblock %}
{% block keep_button %}Garder{% endblock %}
{% block title_question %}Quel titre ?{% endblock %}
{% block kind_question %}Quel genre ?{% endblock %}
{% block workshop %}Atelier{% endblock %}
{% block too_short %}C’est trop court.{% endblock %}
{% block scheduled %}{{ kind }} « {{ title }} » : c’est inscrit.{% endblock %}
{% block menu %}Montrer une actualité{% endblock %}
{% block data %}Voici <b>vos données</b>.{% endblock %}
{% block data_button %}Mes données{% endblock %}
{% block long %}{% for number in range(900) %}Ligne {{ number }}
{% endfor %}{% endblock %}
{% block files_question %}Que proposez-vous ?{% endblock %}
{% block last_question %}Un mot pour finir ?{% endblock %}
{% block proposed %}{{ count }} fichier(s), « {{ text }} ».{% endblock %}
"""
STORY = Reference("watch", "story", "12")
POISON = "poison"


def words(block: str, **values: Any) -> Text:
    return Text("chat/test.html", block, values)


def keep(version: int = 1) -> Button:
    return Button(words("keep_button"), "keep", STORY, version)


@dataclass
class Notes:
    """What the room was given, whether or not it was committed; what it prints."""

    turns: list[Turn] = field(default_factory=list)
    printed: Callable[[], bytes | None] = b"%PDF-1.7".strip


def note(turn: Turn, verb: str, **detail: str | float | bool | None) -> None:
    """Write something that is lost with the transaction."""
    subject = Reference("test", "update", str(turn.incoming.update_id))
    record(turn.session, SYSTEM, verb, subject, turn.now, **detail)


def title(text: str, _now: datetime) -> str:
    if len(text) < 3:
        raise InputError("too_short")
    return text


def said(text: str, _now: datetime) -> str:
    return text.strip()


async def data(turn: Turn) -> Sequence[Response]:
    content = f"{turn.incoming.place.chat_id}".encode()
    return [Document("données.json", content, words("data"))]


async def long(_turn: Turn) -> Sequence[Response]:
    return [Reply(words("long"), ((command_button(words("data_button"), "donnees"),),))]


async def propose(_turn: Turn) -> Sequence[Response]:
    return [Ask("proposal")]


async def schedule(_turn: Turn) -> Sequence[Response]:
    return [Ask("meeting")]


async def reached(session: AsyncSession, person_id: int, blocked: bool, now: datetime) -> None:
    subject = Reference("people", "person", str(person_id))
    record(session, SYSTEM, "reachable", subject, now, person=person_id, blocked=blocked)


def make_room(notes: Notes) -> Room:
    async def hear(turn: Turn) -> Sequence[Response]:
        notes.turns.append(turn)
        note(turn, "heard", text=turn.incoming.text)
        if turn.incoming.text == POISON:
            await turn.session.flush()
            raise RuntimeError("what the person wrote")
        return [Reply(words("heard", words=turn.incoming.text))]

    async def show(turn: Turn) -> Sequence[Response]:
        notes.turns.append(turn)
        return [Reply(words("story"), ((keep(),),), about=STORY)]

    async def paper(turn: Turn) -> Sequence[Response]:
        note(turn, "printed")
        return [DocumentToMake("papier.pdf", notes.printed, words("data"))]

    async def press_keep(turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        note(turn, "kept", story=f"watch:story:{reference.number}", version=version)
        return [Toast(words("noted")), Redraw(words("kept", name=turn.sender.name))]

    async def comment(turn: Turn) -> Sequence[Response]:
        notes.turns.append(turn)
        note(turn, "commented", text=turn.incoming.text)
        return []

    async def proposed(turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        given = values["what"]
        names = ",".join(file["name"] for file in given["files"])
        note(turn, "proposed", text=given["text"], files=names, last=values.get("last"))
        return [Reply(words("proposed", count=len(given["files"]), text=given["text"]))]

    async def finish(turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        note(turn, "scheduled", **values)
        return [Reply(words("scheduled", **values))]

    return Room(
        name="test",
        commands=(
            Command("actualite", show, None, menu=words("menu")),
            Command("donnees", data, None),
            Command("papier", paper, None),
            Command("long", long, None),
            Command("proposer", propose, None),
            Command("rencontre", schedule, Role.ANIMATOR, ("seminaire",), menu=words("menu")),
        ),
        actions=(Action("keep", press_keep, Role.ANIMATOR),),
        replies=(ReplyRoute("watch", "story", comment, Role.ANIMATOR),),
        forms=(
            Form(
                "meeting",
                (
                    Field("title", words("title_question"), title),
                    Field(
                        "kind",
                        words("kind_question"),
                        lambda text, _now: text,
                        ((Button(words("workshop"), "atelier"),),),
                    ),
                ),
                finish,
                Role.ANIMATOR,
            ),
            Form(
                "proposal",
                (
                    Field("what", words("files_question"), said, takes_files=True),
                    Field("last", words("last_question"), title),
                ),
                proposed,
                None,
            ),
        ),
        fallback=hear,
        reachability=reached,
    )


@dataclass
class House:
    """One network: a served Bot API, a database, an agent and an animator with their group."""

    api: RunningBotApi
    parts: Parts
    agent: int
    animator: int
    group: int
    words: Path
    notes: Notes = field(default_factory=Notes)

    @property
    def database_url(self) -> str:
        return self.parts.database.engine.url.render_as_string(hide_password=False)

    def bot(self, **changes: Any) -> RelaisBot:
        telegram = self.parts.settings.telegram.model_copy(update=changes)
        return make_bot(telegram)

    async def killed_at(self, failpoint: str) -> None:
        """Run a real process on the same database until it is killed at a failpoint."""
        telegram = self.parts.settings.telegram.model_dump(mode="json") | {"token": TOKEN}
        given = {
            "database": self.database_url,
            "words": str(self.words),
            "telegram": telegram | {"lease": 0.2, "webhook_secret": ""},
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.chat_process", json.dumps(given)),
            cwd=Path(__file__).parent.parent,
            env=os.environ | {"RELAIS_FAILPOINT": failpoint},
            stdout=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(60):
                assert await process.wait() == -signal.SIGKILL
        except TimeoutError:
            process.kill()
            await process.wait()
            raise

    @contextlib.asynccontextmanager
    async def adapter(
        self, hotline: Mapping[str, Any] | None = None, **changes: Any
    ) -> AsyncIterator[TelegramAdapter]:
        """Give what one process would run, with its own connections."""
        telegram = self.parts.settings.telegram.model_copy(update=changes)
        limits = self.parts.settings.hotline.model_copy(update=hotline)
        sections = {"telegram": telegram, "hotline": limits}
        settings = self.parts.settings.model_copy(update=sections)
        bot = make_bot(telegram)
        parts = replace(self.parts, settings=settings)
        yield TelegramAdapter(parts, [make_room(self.notes)], bot, retry_first=0.01)
        await bot.shutdown()

    async def acts(self, verb: str) -> list[Act]:
        async with self.parts.database.read() as session:
            found = await session.scalars(select(Act).where(Act.verb == verb).order_by(Act.id))
            return list(found)

    def said_to(self, chat_id: int) -> list[str]:
        """Return the bot's words in a chat, in order."""
        return [
            message.get("text", "")
            for message in self.api.state.messages(chat_id)
            if message["from"]["is_bot"]
        ]


async def make_house(
    api: RunningBotApi, database: Database, clock: FixedClock, folder: Path
) -> House:
    """Set up the people on both sides; the templates of the room are in `folder`."""
    agent = api.state.add_user("Inès", started=True)
    animator = api.state.add_user("Marc", started=True)
    group = api.state.add_group("Animation", members=[agent], administrators=[animator])
    (folder / "chat").mkdir(parents=True, exist_ok=True)
    (folder / "chat" / "test.html").write_text(WORDS, encoding="utf-8")
    telegram = {
        "token": TOKEN,
        "api_url": api.root,
        "group_id": group,
        "per_second": 0,
        "group_per_minute": 0,
        "chat_per_second": 0,
        "poll_timeout": 2,
        "lease": 4,
        "timeout": 5,
        "max_attempts": 3,
    }
    hotline = {"messages_per_minute": 1000}
    settings = Settings.model_validate({"telegram": telegram, "hotline": hotline})
    parts = make_parts(database, clock, settings)
    parts = replace(parts, renderer=Renderer(COMMON, folder))
    now = clock.now()
    async with database.write() as session:
        session.add(Person(id=1, given_name="Inès", family_name="Roche"))
        session.add(Person(id=2, given_name="Marc", family_name="Vidal"))
        await session.flush()
        for person, user_id, role in ((1, agent, Role.AGENT), (2, animator, Role.ANIMATOR)):
            address = str(user_id)
            session.add(Membership(person_id=person, role=role.value, since=now))
            session.add(Account(person_id=person, channel=TELEGRAM, address=address, linked_at=now))
    return House(api, parts, agent, animator, group, folder)


@contextlib.asynccontextmanager
async def running(
    house: House, hotline: Mapping[str, Any] | None = None, **changes: Any
) -> AsyncIterator[TelegramAdapter]:
    """Run an adapter while the block runs, then until nothing is left to handle or to answer.

    `hotline` and `changes` are settings of the hotline and of Telegram.
    """
    stop = asyncio.Event()
    async with house.adapter(hotline, **changes) as adapter:
        loops = [asyncio.create_task(loop(stop)) for loop in (adapter.receive, adapter.work)]
        try:
            yield adapter
            await settled(house, adapter)
        finally:
            stop.set()
            ended = await asyncio.gather(*loops, return_exceptions=True)
            assert [e for e in ended if isinstance(e, Exception)] == []


async def settled(house: House, adapter: TelegramAdapter) -> None:
    """Wait until the bot has taken every update, and handled and answered each."""
    (bot,) = house.api.state.bots()
    await eventually(house, lambda: not house.api.state.updates.pending(bot))
    for _ in range(600):
        async with house.parts.database.read() as session:
            if not await adapter.busy(session):
                return
        await asyncio.sleep(0.05)
    raise TimeoutError("the inbox is still busy")


async def eventually(house: House, condition: Callable[[], object]) -> None:
    """Wait until something is true of what people see."""
    await house.api.state.wait_for(condition, 60.0)


async def rows(house: House) -> list[InboxUpdate]:
    """Return the inbox, in order."""
    async with house.parts.database.read() as session:
        return list(await session.scalars(select(InboxUpdate).order_by(InboxUpdate.update_id)))
