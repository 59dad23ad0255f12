"""Asking while the watch reads wicked sites: `python -m bench.wicked`.

Two hundred sites, a third of which hang, drip, flood, lie or bomb (`bench.common.wicked_server`,
in a process of its own), are read by the whole service; meanwhile agents ask, one question after
the other, and each is timed from its sending until its topic shows it. Beside it, in the same run,
the same service when its watch has nothing to read.
"""

import asyncio
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from bench.common import figures, report
from bench.common.arguments import Options, Size, options
from bench.common.databases import Engines, engines
from bench.common.hotline import AGENTS, bring_in, open_settings, running
from bench.common.machine import watching_the_loop
from bench.common.peers import Peer, peer
from bench.common.wicked_server import SITES
from core import logs
from core.clock import SystemClock
from core.parts import Parts
from core.settings import Settings, SourceSettings, WatchSettings
from relais import schema
from relais.wiring import building
from watch.models import Source

SIZE = Size("questions", 30, 5)
"""How many questions are timed without the watch, beside those for which its reading gave time."""

LOOPS = frozenset({"receive", "work", "dispatch", "poll"})
_PERCENT = 0.95


@dataclass
class Measured:
    """The seconds that each question took, and the longest that the event loop was held."""

    beside: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    held: float = 0.0
    read: float = 0.0


async def main(asked: Options) -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory(prefix="relais-bench-") as name:
        folder = Path(name)
        logs.configure("json", folder / "log")
        with engines(folder, postgres=asked.postgres) as made:
            measured = Measured()
            await _round(made, folder, asked.count, measured)
    _show(measured, made.name)


async def _round(made: Engines, folder: Path, count: int, measured: Measured) -> None:
    async with (
        peer("bench.common.bot_api", str(AGENTS)) as hotline,
        peer("bench.common.wicked_server") as sites,
        made.empty() as url,
        building(_settings(folder, url, hotline, sites), SystemClock()) as house,
    ):
        await schema.migrate(house.parts.database)
        await bring_in(house.parts)
        async with running(house, LOOPS):
            await asyncio.sleep(1)
            for _ in range(count):
                measured.alone.append(await _ask(hotline, len(measured.alone) + 1))
            await house.prepare()  # the sources are listed, and due
            before = time.perf_counter()
            async with watching_the_loop() as held:
                while await _unread(house.parts):
                    number = len(measured.alone) + len(measured.beside) + 1
                    measured.beside.append(await _ask(hotline, number))
            measured.held, measured.read = held.worst, time.perf_counter() - before


def _settings(folder: Path, url: str, hotline: Peer, sites: Peer) -> Settings:
    watch = WatchSettings(
        allow_private_addresses=True,
        host_spacing=0,  # one host plays all of them
        timeout=5,
        sources=[
            SourceSettings(name=f"Site {site}", url=f"http://127.0.0.1:{sites.port}/{site}")
            for site in range(SITES)
        ],
    )
    return open_settings(folder, url, hotline.port).model_copy(update={"watch": watch})


async def _ask(hotline: Peer, number: int) -> float:
    """Ask one question; return how long it was before its topic showed it."""
    before = time.perf_counter()
    await hotline.ask("ask 1")
    await hotline.ask(f"relayed {number}")
    return time.perf_counter() - before


async def _unread(parts: Parts) -> int:
    async with parts.database.read() as session:
        return await session.scalar(select(func.count()).where(Source.checked_at.is_(None))) or 0


def _percentile(seconds: list[float]) -> float:
    return sorted(seconds)[int(_PERCENT * (len(seconds) - 1))]


def _show(measured: Measured, engine: str) -> None:
    beside, alone = _percentile(measured.beside), _percentile(measured.alone)
    rows = [
        ("while the watch reads, p95", f"{beside * 1000:.0f} ms", f"{len(measured.beside)} asked"),
        ("  the slowest", f"{max(measured.beside) * 1000:.0f} ms", "wanted: under 1000"),
        ("  the sites were read in", f"{measured.read:.1f} s", f"{SITES} sites, a third wicked"),
        ("  the loop was held for", f"{measured.held * 1000:.0f} ms", "at most"),
        ("without the watch, p95", f"{alone * 1000:.0f} ms", "the reference"),
    ]
    values: dict[str, report.Value] = {
        "p95_ms": figures.rounded(beside * 1000),
        "worst_ms": figures.rounded(max(measured.beside) * 1000),
        "alone_p95_ms": figures.rounded(alone * 1000),
        "vs_alone": figures.rounded(beside / alone),
        "loop_block_ms": figures.rounded(measured.held * 1000),
        "read_s": figures.rounded(measured.read),
        "engine": engine,
    }
    report.show("wicked", f"Questions while {SITES} sites are read, {engine}", rows, values)


if __name__ == "__main__":
    asyncio.run(main(options("wicked", "Questions while the watch reads wicked sites.", SIZE)))
