"""Questions in a burst: `python -m bench.inbox`.

Fifty agents ask at once; each question is received, kept, handled, and relayed to a topic of the
animators' group (topic, card, text), and the agent gets a receipt: the whole service, against a
local Bot API in another process. Beside it, a bare loop of python-telegram-bot that makes the same
calls to the same server, with as many at once, and keeps nothing.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select
from telegram import Message, Update
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bench.common import figures, report
from bench.common.arguments import Options, Size, options
from bench.common.bot_api import CALLS, GROUP, TOKEN
from bench.common.databases import Engines, engines
from bench.common.hotline import AGENTS, bring_in, open_settings, running
from bench.common.machine import disk_ms, peak_mb
from bench.common.peers import Peer, peer
from bot.telegram.api import LANES
from core import logs
from core.clock import SystemClock
from core.ledger.models import Delivery
from core.ledger.rules import State
from core.parts import Parts
from core.settings import TelegramSettings
from relais import schema
from relais.wiring import building

SIZE = Size("questions", 500, 50)
CONNECTIONS = TelegramSettings().connections
LOOPS = frozenset({"receive", "work", "dispatch"})
READY = 0.5
"""Seconds given to either side to be waiting at its first poll before anybody asks."""


@dataclass
class Measured:
    """What each round gave, in seconds."""

    own: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    peak: float = 0.0
    disk: float = 0.0


async def main(asked: Options) -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory(prefix="relais-bench-") as name:
        folder = Path(name)
        logs.configure("json", folder / "log")
        with engines(folder, postgres=asked.postgres) as made, report.progress() as progress:
            measured = Measured(disk=disk_ms(folder))
            task = progress.add_task("bench.inbox", total=asked.rounds)
            for number in range(asked.rounds):
                await _round(made, folder, measured, asked.count, bare_first=number % 2 == 1)
                progress.advance(task)
    _show(asked, measured, made.name)


async def _round(
    made: Engines, folder: Path, measured: Measured, count: int, *, bare_first: bool
) -> None:
    if bare_first:
        measured.bare.append(await _bare(count))
    measured.own.append(await _own(made, folder, count))
    measured.peak = measured.peak or peak_mb()
    if not bare_first:
        measured.bare.append(await _bare(count))


async def _timed(server: Peer, count: int) -> float:
    """Have the questions asked; return how long it was before the server had them all back."""
    await asyncio.sleep(READY)
    before = time.perf_counter()
    await server.ask(f"ask {count}")
    await server.ask(f"relayed {count}")
    return time.perf_counter() - before


async def _own(made: Engines, folder: Path, count: int) -> float:
    """Run the service's loops on a burst of questions."""
    async with peer("bench.common.bot_api", str(AGENTS)) as server, made.empty() as url:
        settings = open_settings(folder, url, server.port)
        async with building(settings, SystemClock()) as house:
            await schema.migrate(house.parts.database)
            await bring_in(house.parts)
            async with running(house, LOOPS):
                seconds = await _timed(server, count)
            await _check(house.parts, count)
    return seconds


async def _check(parts: Parts, count: int) -> None:
    """Make sure that the ledger says the same as the server."""
    async with parts.database.read() as session:
        sent = await session.scalar(select(func.count()).where(Delivery.state == State.SENT.value))
    wanted = count * (len(CALLS) - 1)  # the receipt is a direct answer, not a delivery
    if sent != wanted:
        raise AssertionError(f"{sent} deliveries are settled as sent instead of {wanted}")


async def _bare(count: int) -> float:
    """Make the same calls by python-telegram-bot alone; return how long it took."""
    async with peer("bench.common.bot_api", str(AGENTS)) as server, _bot(server.port) as bot:
        loop = asyncio.create_task(_Bare(bot).run())
        try:
            return await _timed(server, count)
        finally:
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)


@asynccontextmanager
async def _bot(port: int) -> AsyncIterator[ExtBot[None]]:
    requests = [HTTPXRequest(size, read_timeout=20.0) for size in (CONNECTIONS + LANES, 1)]
    root = f"http://127.0.0.1:{port}/bot"
    bot = ExtBot(TOKEN, root, request=requests[0], get_updates_request=requests[1])
    async with bot:
        yield bot


class _Bare:
    """A bot in a dozen lines, without a memory: what a kill would make it forget is not counted."""

    def __init__(self, bot: ExtBot[None]) -> None:
        self._bot = bot
        self._receipts = asyncio.Semaphore(LANES)
        self._relays = asyncio.Semaphore(CONNECTIONS)

    async def run(self) -> None:
        """Poll for ever; each message is worked on beside the others."""
        offset: int | None = None
        async with asyncio.TaskGroup() as group:
            while True:
                updates: Sequence[Update] = await self._bot.get_updates(offset, timeout=5)
                for update in updates:
                    offset = update.update_id + 1
                    if update.message is not None:
                        group.create_task(self._receipt(update.message))
                        group.create_task(self._relay(update.message))

    async def _receipt(self, message: Message) -> None:
        async with self._receipts:
            await self._bot.send_message(message.chat_id, "Votre question est enregistrée.")

    async def _relay(self, message: Message) -> None:
        async with self._relays:
            topic = await self._bot.create_forum_topic(GROUP, f"Question {message.message_id}")
            for text in ("Question de Agent, Pays d’Orsanne", message.text or ""):
                await self._bot.send_message(GROUP, text, message_thread_id=topic.message_thread_id)


def _show(asked: Options, measured: Measured, engine: str) -> None:
    own = figures.rate(asked.count, measured.own)
    bare = figures.rate(asked.count, measured.bare)
    vs_bare = figures.speed(measured.own, measured.bare)
    title = (
        f"{asked.count} questions at once from {AGENTS} agents ({len(CALLS)} calls each), "
        f"{engine}, median of {asked.rounds}"
    )
    rows = [
        ("Relais, whole service", f"{own:.1f}/s", figures.spread(measured.own)),
        ("  most memory", f"{measured.peak:.0f} MB", "the whole process, first round"),
        ("  one commit to this disk", f"{measured.disk:.1f} ms", "fsync of a page"),
        ("bare python-telegram-bot", f"{bare:.1f}/s", figures.spread(measured.bare)),
        ("Relais / bare loop", f"{vs_bare:.2f}", "the reference: 1.00"),
    ]
    report.show(
        "inbox",
        title,
        rows,
        {
            "per_s": figures.rounded(own),
            "vs_bare": figures.rounded(vs_bare),
            "bare_per_s": figures.rounded(bare),
            "questions": asked.count,
            "agents": AGENTS,
            "peak_mb": figures.rounded(measured.peak),
            "disk_ms": figures.rounded(measured.disk),
            "engine": engine,
            "rounds": asked.rounds,
        },
    )


if __name__ == "__main__":
    asyncio.run(main(options("inbox", "Questions in a burst, beside a bare bot.", SIZE)))
