"""The real service as a process of its own; its peers live in the test's process.

async with running_world(database, tmp_path) as world:
    service = await world.start(failpoint="inbox.after_commit")
    world.asks(AGENTS[0], "Les ZRR existent-elles encore ?")
    assert await service.ended() == KILLED
"""

import asyncio
import contextlib
import itertools
import json
import os
import random
import signal
import socket
import sys
import tomllib
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
from sqlalchemy import select

from core.clock import SystemClock
from core.db import Database
from core.ledger.models import Delivery
from core.ledger.rules import UNSETTLED
from core.people.invitations import accept, invite
from core.people.models import Person
from core.people.store import TELEGRAM
from relais import schema
from relais.sandbox.mail_catcher import CaughtMail, MailCatcher
from relais.sandbox.sample import load_network
from tests.bot_api import TOKEN, RunningBotApi, running_bot_api

ROOT = Path(__file__).resolve().parent.parent
GROUP = -1001000000001
ANIMATOR = 5001
AGENTS = tuple(range(6001, 6011))
"""Telegram numbers: the group, an animator (P061), agents of one territory each."""

AGENT_CODES = ("P001", "P003", "P004", "P006", "P008", "P009", "P010", "P011", "P013", "P014")

KILLED = -signal.SIGKILL
PATIENCE = 60.0
SECRET = "a secret that signs the links of tests"

T = TypeVar("T")
Message = Mapping[str, Any]


async def eventually(what: str, look: Callable[[], T | None], patience: float = PATIENCE) -> T:
    """Return what `look` sees, as soon as it sees something."""
    deadline = asyncio.get_running_loop().time() + patience
    while not (found := look()):
        assert asyncio.get_running_loop().time() < deadline, f"never seen: {what}"
        await asyncio.sleep(0.02)
    return found


def free_port() -> int:
    """Return a port that nobody listens on, outside those that the system gives away."""
    while True:
        port = random.SystemRandom().randrange(15_000, 30_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@dataclass
class Service:
    """A process; what it writes on both outputs goes to `log`."""

    process: Process
    log: Path
    url: str

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8")

    @property
    def events(self) -> list[dict[str, Any]]:
        """Return what it logged, oldest first."""
        lines = [line for line in self.output.splitlines() if line.startswith("{")]
        return [json.loads(line) for line in lines if line.endswith("}")]

    def logged(self, event: str) -> list[dict[str, Any]]:
        return [each for each in self.events if each["event"] == event]

    async def reports(self, event: str) -> dict[str, Any]:
        """Wait until it logs an event; return the first such."""
        return (await self.eventually(event, lambda: self.logged(event)))[0]

    async def started(self) -> None:
        await self.reports("service.started")

    async def eventually(
        self, what: str, look: Callable[[], T | None], patience: float = PATIENCE
    ) -> T:
        """Wait for something that this process, alive, brings about."""

        def unless_dead() -> T | None:
            code = self.process.returncode
            assert code is None, f"ended with {code} before {what}:\n{self.output}"
            return look()

        try:
            return await eventually(what, unless_dead, patience)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.output[-6000:]}") from None

    async def until_none(
        self,
        what: str,
        look: Callable[[], Awaitable[Sequence[object]]],
        patience: float = PATIENCE,
    ) -> None:
        """Wait until `look` finds nothing any more, while this process lives."""
        deadline = asyncio.get_running_loop().time() + patience
        while left := await look():
            late = asyncio.get_running_loop().time() > deadline
            assert not late, f"never: {what}; left: {left}\n{self.output[-6000:]}"
            assert self.process.returncode is None, self.output
            await asyncio.sleep(0.1)

    async def ended(self) -> int:
        """Wait until it ends by itself; return its status."""
        try:
            return await asyncio.wait_for(self.process.wait(), PATIENCE)
        except TimeoutError:
            raise AssertionError(f"still running:\n{self.output[-6000:]}") from None

    async def kill(self) -> None:
        """Cut its power."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """Ask it to stop; return its status."""
        self.process.terminate()
        return await self.ended()

    async def status(self, path: str) -> int:
        """Return what a page answers; 0 when nobody does."""
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                return (await client.get(f"{self.url}{path}")).status_code
        except httpx.HTTPError:
            return 0

    async def answers(self, path: str, status: int = 200) -> None:
        """Wait until a page answers with this status."""
        async with asyncio.timeout(PATIENCE):
            while await self.status(path) != status:
                assert self.process.returncode is None, self.output
                await asyncio.sleep(0.05)


@dataclass
class World:
    """The database, the peers, the configuration file and the processes of one test."""

    folder: Path
    database: Database
    api: RunningBotApi
    mail: MailCatcher
    port: int
    services: list[Service] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def environment(self) -> dict[str, str]:
        """What the process is given: the configuration's secrets and addresses, nothing of ours."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("RELAIS_")}
        return inherited | {
            "PYTHONPATH": str(ROOT),
            "RELAIS_DATABASE__URL": self.database.engine.url.render_as_string(hide_password=False),
            "RELAIS_SERVICE__SECRET": SECRET,
            "RELAIS_TELEGRAM__TOKEN": TOKEN,
        }

    def configure(self, **sections: Mapping[str, object]) -> None:
        """Write the configuration: that of tests, with these changes."""
        base: dict[str, dict[str, object]] = {
            "service": {
                "data_folder": str(self.folder / "data"),
                "public_url": self.url,
                "log_format": "json",
            },
            "telegram": {
                "group_id": GROUP,
                "api_url": self.api.root,
                "lease": 2.0,
                "timeout": 5.0,
                "per_second": 1000.0,
                "group_per_minute": 100_000.0,
                "chat_per_second": 1000.0,
            },
            "hotline": {"hold_seconds": 1.0},
            "mail": {"port": self.mail.port, "timeout": 5.0, "per_second": 500.0},
            "ledger": {"heartbeat": 0.2, "backoff_first": 0.2, "backoff_most": 1.0, "batch": 6},
            "watch": {"parse_workers": 1},
            "web": {"port": self.port},
        }
        for name, changes in sections.items():
            base[name] = {**base.get(name, {}), **changes}
        lines = []
        for name, values in base.items():
            lines += [f"[{name}]", *(f"{k} = {json.dumps(v)}" for k, v in values.items()), ""]
        self.config.write_text("\n".join(lines), encoding="utf-8")
        tomllib.loads(self.config.read_text(encoding="utf-8"))

    async def run(self, *arguments: str, **environment: str) -> Service:
        """Run `relais` with these arguments."""
        log = self.folder / f"log-{len(self.services)}"
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "relais"),
                *arguments,
                cwd=self.folder,
                env=self.environment | environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        service = Service(process, log, self.url)
        self.services.append(service)
        return service

    async def start(self, failpoint: str = "", only: str = "", **environment: str) -> Service:
        """Run `relais serve`, to be killed at `failpoint` if there is one."""
        parts = ("--only", only) if only else ()
        return await self.run(
            *("serve", "--config", str(self.config)),
            *parts,
            RELAIS_FAILPOINT=failpoint,
            **environment,
        )

    def asks(self, agent: int, words: str) -> int:
        """Let an agent ask a question of its own, whatever was asked before."""
        return self.api.state.user_sends(agent, agent, f"/question {words}")

    def messages(self, chat_id: int) -> list[Message]:
        """Return what the bot said in a chat, oldest first."""
        topics = self.api.state.snapshot(chat_id)["topics"]
        said = [m for topic in topics for m in topic["messages"] if m["from"]["is_bot"]]
        return sorted(said, key=lambda message: int(message["message_id"]))

    def saying(self, chat_id: int, words: str) -> list[Message]:
        """Return what the bot said in a chat with these words."""
        return [m for m in self.messages(chat_id) if words in m["text"]]

    def relayed(self, words: str) -> list[Message]:
        """Return what topics show of agents' words; cards, which have buttons, are left out."""
        return [m for m in self.saying(GROUP, words) if not m["buttons"]]

    def topics(self) -> Sequence[Mapping[str, Any]]:
        """Return the group's topics, the general one excepted."""
        found: Sequence[Mapping[str, Any]] = self.api.state.snapshot(GROUP)["topics"][1:]
        return found

    async def mails_to(self, address: str, count: int) -> list[CaughtMail]:
        """Wait until an address has received so many mails; return them, newest first."""
        async with asyncio.timeout(PATIENCE):
            while len(found := await self.mail.messages(address)) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        return found

    async def post(self, path: str, **form: str) -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client:
            return await client.post(f"{self.url}{path}", data=form)

    async def get(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client:
            return await client.get(f"{self.url}{path}")

    async def unsettled(self) -> Sequence[str]:
        """Return what the ledger has still to send, or to hear of."""
        async with self.database.read() as session:
            rows = await session.scalars(select(Delivery.slot).where(Delivery.state.in_(UNSETTLED)))
            return rows.all()


@contextlib.asynccontextmanager
async def running_world(database: Database, folder: Path) -> AsyncIterator[World]:
    """Migrate and fill a database, run the peers, and kill in the end whatever still runs."""
    await schema.migrate(database)
    await populate(database)
    async with running_bot_api() as api, MailCatcher(folder / "mail") as mail:
        _people(api)
        world = World(folder, database, api, mail, free_port())
        world.configure()
        try:
            yield world
        finally:
            for service in world.services:
                await service.kill()


async def populate(database: Database) -> None:
    """Import the sample network, and link the chat accounts of an animator and of the agents."""
    now = SystemClock().now()
    await load_network(database, now)
    codes = {ANIMATOR: "P061"} | dict(zip(AGENTS, AGENT_CODES, strict=True))
    numbers = itertools.count()
    async with database.write() as session:
        for account, code in codes.items():
            person = await session.scalar(select(Person.id).where(Person.code == code))
            assert person is not None
            link = await invite(
                session, person, now, timedelta(days=1), lambda: f"invitation-{next(numbers)}"
            )
            await accept(session, link, TELEGRAM, str(account), now)


def _people(api: RunningBotApi) -> None:
    for agent in AGENTS:
        api.state.add_user(f"Agent {agent}", user_id=agent, started=True)
    api.state.add_user("Sylvie", user_id=ANIMATOR, started=True)
    api.state.add_group("Équipe d’animation", chat_id=GROUP, administrators=[ANIMATOR])
