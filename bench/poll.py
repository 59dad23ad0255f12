"""Reading many sources: `python -m bench.poll`.

Each source has fifty entries. They are read through the watch (fetch, parse, decide, store, rows
in the ledger) from a server in another process: a first time, then unchanged with a server that
answers 304, then unchanged with one that sends the same body again. Beside the first pass, the
time that feedparser alone takes, in one process, for the same bodies.
"""

import asyncio
import io
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
from pydantic import SecretStr
from sqlalchemy import func, select

from bench.common import figures, report
from bench.common.arguments import Options, Size, options
from bench.common.databases import Engines, engines
from bench.common.feed_server import ENTRIES, HEADERS, feed
from bench.common.machine import disk_ms, peak_mb, watching_the_loop
from bench.common.peers import Peer, peer
from core import logs
from core.clock import FixedClock
from core.settings import (
    DatabaseSettings,
    ServiceSettings,
    Settings,
    SourceSettings,
    WatchSettings,
)
from relais import schema
from relais.wiring import House, building
from watch.models import Entry, Source

SIZE = Size("sources", 200, 30)
START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LATER = timedelta(minutes=90)
"""After which every source is due again."""


@dataclass
class Measured:
    """What each round gave, in seconds."""

    first: list[float] = field(default_factory=list)
    not_modified: list[float] = field(default_factory=list)
    same_body: list[float] = field(default_factory=list)
    parse: list[float] = field(default_factory=list)
    held: list[float] = field(default_factory=list)
    peak: float = 0.0
    disk: float = 0.0


async def main(asked: Options) -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory(prefix="relais-bench-") as name:
        folder = Path(name)
        logs.configure("json", folder / "log")
        with engines(folder, postgres=asked.postgres) as made, report.progress() as progress:
            measured = Measured(disk=disk_ms(folder))
            task = progress.add_task("bench.poll", total=asked.rounds * 4)
            for _ in range(asked.rounds):
                async for _step in _round(made, folder, measured, asked.count):
                    progress.advance(task)
    _show(asked, measured, made.name)


async def _round(
    made: Engines, folder: Path, measured: Measured, count: int
) -> AsyncIterator[None]:
    """Read the sources three times, then parse the same bodies alone."""
    clock = FixedClock(START)
    async with (
        peer("bench.common.feed_server", str(count)) as server,
        _watching(made, folder, clock, server, count) as house,
    ):
        async with watching_the_loop() as held:
            measured.first.append(await _pass(house, clock))
        measured.held.append(held.worst * 1000)
        await _check(house, count)
        yield
        measured.not_modified.append(await _pass(house, clock))
        yield
        await server.ask("forgetful")
        measured.same_body.append(await _pass(house, clock))
        await _check(house, count)
        yield
        measured.peak = measured.peak or peak_mb()
    measured.parse.append(_parse_alone(count))
    yield


@asynccontextmanager
async def _watching(
    made: Engines, folder: Path, clock: FixedClock, server: Peer, count: int
) -> AsyncIterator[House]:
    """Give a service that watches the server's feeds, and has read none."""
    async with made.empty() as url:
        settings = Settings(
            service=ServiceSettings(data_folder=folder, secret=SecretStr("only for benchmarks")),
            database=DatabaseSettings(url=url),
            watch=WatchSettings(
                allow_private_addresses=True,
                host_spacing=0,  # one host plays all of them
                sources=[
                    SourceSettings(
                        name=f"Source {number}", url=f"http://127.0.0.1:{server.port}/{number}"
                    )
                    for number in range(count)
                ],
            ),
        )
        async with building(settings, clock) as house:
            await schema.migrate(house.parts.database)
            await house.prepare()
            yield house


async def _pass(house: House, clock: FixedClock) -> float:
    """Let every source be due, and read them; return the seconds it took."""
    clock.set(clock.now() + LATER)
    (tick,) = [tick for tick in house.ticks if tick.name == "watch.poll"]
    before = time.perf_counter()
    await tick.run(clock.now())
    return time.perf_counter() - before


async def _check(house: House, count: int) -> None:
    """Make sure that every entry is there, once, and that no source failed."""
    async with house.parts.database.read() as session:
        entries = await session.scalar(select(func.count()).select_from(Entry))
        failed = await session.scalar(select(func.count()).where(Source.errors > 0))
    if (entries, failed) != (count * ENTRIES, 0):
        raise AssertionError(f"{entries} entries, {failed} sources failed")


def _parse_alone(count: int) -> float:
    """Parse every body by feedparser, one after the other; return the seconds it took."""
    bodies = [feed(number) for number in range(count)]
    before = time.perf_counter()
    for body in bodies:
        feedparser.parse(io.BytesIO(body), response_headers=HEADERS)
    return time.perf_counter() - before


def _show(asked: Options, measured: Measured, engine: str) -> None:
    count = asked.count
    first = figures.rate(count, measured.first)
    vs_parse = figures.speed(measured.first, measured.parse)
    not_modified = figures.speed(measured.not_modified, measured.first)
    same_body = figures.speed(measured.same_body, measured.first)
    held = figures.median(measured.held)
    per_s = {
        name: f"{figures.rate(count, seconds):.1f}/s"
        for name, seconds in (
            ("304", measured.not_modified),
            ("200", measured.same_body),
            ("parse", measured.parse),
        )
    }
    title = f"{count} sources of {ENTRIES} entries, {engine}, median of {asked.rounds}"
    rows = [
        ("first pass", f"{first:.1f}/s", figures.spread(measured.first)),
        ("  event loop held up", f"{held:.0f} ms", "at worst"),
        ("  most memory", f"{measured.peak:.0f} MB", "without the two parsing processes"),
        ("  one commit to this disk", f"{measured.disk:.1f} ms", "fsync of a page"),
        ("feedparser alone", per_s["parse"], figures.spread(measured.parse)),
        ("first pass / feedparser alone", f"{vs_parse:.2f}", "the reference: 1.00"),
        ("unchanged, answered 304", per_s["304"], figures.spread(measured.not_modified)),
        ("  304 / first pass", f"{not_modified:.1f}", "times as fast"),
        ("unchanged, same body again", per_s["200"], figures.spread(measured.same_body)),
        ("  same body / first pass", f"{same_body:.1f}", "times as fast"),
    ]
    report.show(
        "poll",
        title,
        rows,
        {
            "first_per_s": figures.rounded(first),
            "first_vs_parse": figures.rounded(vs_parse),
            "not_modified_vs_first": figures.rounded(not_modified),
            "same_body_vs_first": figures.rounded(same_body),
            "peak_mb": figures.rounded(measured.peak),
            "loop_block_ms": figures.rounded(held),
            "sources": count,
            "entries": count * ENTRIES,
            "disk_ms": figures.rounded(measured.disk),
            "engine": engine,
            "rounds": asked.rounds,
        },
    )


if __name__ == "__main__":
    asyncio.run(main(options("poll", "Reading many sources, beside feedparser.", SIZE)))
