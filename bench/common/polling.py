"""What `python -m bench.poll` measures."""

import gc
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
from bench.common.arguments import Options
from bench.common.databases import Engines, engines
from bench.common.feed_server import ENTRIES, HEADERS, feed
from bench.common.machine import (
    disk_ms,
    peak_mb,
    resident_mb,
    watching_the_loop,
    workers_peak_mb,
    workers_processor_s,
)
from bench.common.peers import Peer, peer
from core import logs
from core.clock import FixedClock
from core.people.importing import import_csv
from core.people.rules import Kind
from core.settings import (
    DatabaseSettings,
    ServiceSettings,
    Settings,
    SourceSettings,
    WatchSettings,
)
from relais import schema
from relais.service import settle_memory
from relais.wiring import House, building
from watch.models import Entry, Source

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LATER = timedelta(minutes=90)
"""After which every source is due again."""

AGAIN = 3
"""So many passes of each unchanged kind: what memory grows by is seen from pass to pass."""

THEMES = Path(__file__).parents[2] / "relais" / "sandbox" / "network" / "themes.csv"


@dataclass
class Passes:
    """Passes of one kind: seconds of the clock, of the processor, of that of the workers."""

    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    workers: list[float] = field(default_factory=list)

    def processor_of(self, count: int) -> str:
        """Return the processor's time for one source, and the workers' part of it."""
        parts = [figures.median(each) / count * 1000 for each in (self.processor, self.workers)]
        own = f"{sum(parts):.1f} ms of processor a source"
        return f"{own}, {parts[1]:.1f} of them in the workers" if parts[1] else own


@dataclass
class Measured:
    """What each round gave: passes, seconds of feedparser alone, megabytes, seconds of the loop."""

    first: Passes = field(default_factory=Passes)
    not_modified: Passes = field(default_factory=Passes)
    same_body: Passes = field(default_factory=Passes)
    parse: Passes = field(default_factory=Passes)
    held: float = 0.0
    own: float = 0.0
    peak: float = 0.0
    workers: float = 0.0
    growth: float = 0.0
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
    """Read the sources again and again, then parse the same bodies alone."""
    clock = FixedClock(START)
    async with (
        peer("bench.common.feed_server", str(count)) as server,
        _watching(made, folder, clock, server, count) as house,
    ):
        await _pass(house, clock, measured, measured.first)
        await _check(house, count)
        yield
        await _unchanged(house, clock, measured, measured.not_modified)
        yield
        await server.ask("forgetful")
        await _unchanged(house, clock, measured, measured.same_body)
        await _check(house, count)
        measured.peak = max(measured.peak, peak_mb())
        measured.workers = max(measured.workers, workers_peak_mb())
        yield
    _parse_alone(count, measured.parse)
    yield


@asynccontextmanager
async def _watching(
    made: Engines, folder: Path, clock: FixedClock, server: Peer, count: int
) -> AsyncIterator[House]:
    """Give a service that watches the server's feeds for a network's themes, and has read none."""
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
            async with house.parts.database.write() as session:
                await import_csv(session, Kind.THEMES, THEMES.read_bytes())
            settle_memory()  # as `relais serve` does
            yield house


async def _pass(house: House, clock: FixedClock, measured: Measured, passes: Passes) -> None:
    """Let every source be due, and read them."""
    clock.set(clock.now() + LATER)
    (tick,) = [tick for tick in house.ticks if tick.name == "watch.poll"]
    workers, own, before = workers_processor_s(), time.process_time(), time.perf_counter()
    async with watching_the_loop() as held:
        await tick.run(clock.now())
    passes.seconds.append(time.perf_counter() - before)
    passes.processor.append(time.process_time() - own)
    passes.workers.append(workers_processor_s() - workers)
    measured.held = max(measured.held, held.worst * 1000)
    measured.own = max(measured.own, held.own * 1000)


async def _unchanged(house: House, clock: FixedClock, measured: Measured, passes: Passes) -> None:
    """Read sources that say nothing new, several times; the first time is not counted as growth."""
    await _pass(house, clock, measured, passes)
    held = _held()
    for _ in range(AGAIN - 1):
        await _pass(house, clock, measured, passes)
    measured.growth = max(measured.growth, (_held() - held) / (AGAIN - 1))


def _held() -> float:
    gc.collect()
    return resident_mb()


async def _check(house: House, count: int) -> None:
    """Make sure that every entry is there, once, and that no source failed."""
    async with house.parts.database.read() as session:
        entries = await session.scalar(select(func.count()).select_from(Entry))
        failed = await session.scalar(select(func.count()).where(Source.errors > 0))
    if (entries, failed) != (count * ENTRIES, 0):
        raise AssertionError(f"{entries} entries, {failed} sources failed")


def _parse_alone(count: int, passes: Passes) -> None:
    """Parse every body by feedparser, one after the other."""
    bodies = [feed(number) for number in range(count)]
    processor, before = time.process_time(), time.perf_counter()
    for body in bodies:
        feedparser.parse(io.BytesIO(body), response_headers=HEADERS)
    passes.seconds.append(time.perf_counter() - before)
    passes.processor.append(time.process_time() - processor)
    passes.workers.append(0.0)


def _show(asked: Options, measured: Measured, engine: str) -> None:
    count = asked.count
    first, parse = measured.first.seconds, measured.parse.seconds
    not_modified = _medians(measured.not_modified.seconds)
    same_body = _medians(measured.same_body.seconds)
    values = {
        "first_per_s": figures.rate(count, first),
        "first_vs_parse": figures.speed(parse, first),
        "not_modified_vs_first": figures.speed(first, not_modified),
        "same_body_vs_first": figures.speed(first, same_body),
        "peak_mb": measured.peak + measured.workers,
        "loop_block_ms": measured.held,
    }
    rows = [
        _passes("feedparser alone", count, measured.parse),
        _passes("first pass", count, measured.first),
        ("  first pass / feedparser alone", f"{values['first_vs_parse']:.2f}", "wanted: 1.6"),
        _passes("unchanged, answered 304", count, measured.not_modified),
        ("  304 / first pass", f"{values['not_modified_vs_first']:.3f}", "wanted: 0.08"),
        _passes("unchanged, same body again", count, measured.same_body),
        ("  same body / first pass", f"{values['same_body_vs_first']:.3f}", ""),
        ("event loop held up", f"{measured.held:.0f} ms", "at worst, in any pass; wanted: 50 ms"),
        (
            "  by its own work",
            f"{measured.own:.0f} ms",
            "the rest: when other programs had its turn",
        ),
        ("most memory of the service", f"{measured.peak:.0f} MB", ""),
        ("  and of its workers", f"{measured.workers:.0f} MB", "added up"),
        ("  growth", f"{measured.growth:+.1f} MB", "at worst, an unchanged pass"),
        ("one commit to this disk", f"{measured.disk:.1f} ms", "fsync of a page"),
    ]
    title = f"{count} sources of {ENTRIES} entries, {engine}, median of {asked.rounds}"
    report.show(None, title, rows, {name: figures.rounded(value) for name, value in values.items()})


def _medians(seconds: list[float]) -> list[float]:
    """Return the median of each round's passes."""
    return [
        figures.median(seconds[start : start + AGAIN]) for start in range(0, len(seconds), AGAIN)
    ]


def _passes(name: str, count: int, passes: Passes) -> report.Row:
    beside = f"{figures.spread(passes.seconds)}; {passes.processor_of(count)}"
    return name, f"{figures.rate(count, passes.seconds):.1f}/s", beside
