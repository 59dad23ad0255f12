"""A rush on the last places of a meeting: `python -m bench.registrations`.

A thousand people who were invited answer on their page within ten seconds (`--quick`: two hundred
within two), through the whole application, each from an address of their own; fifty places (ten)
are left. Then they all come at once, by the page and by `places.take` alone. The reference, on the
same rows, in the same run: as many transactions that lock the meeting's row and add one to it.
Exactly as many as there are places must be registered, the others wait in order, and each is told.
"""

import asyncio
import tempfile
from pathlib import Path

from rich.progress import Progress

from bench.common import figures, report, rush
from bench.common.arguments import Options, Size, options
from bench.common.databases import Engines, NoPostgresError, engines
from core import logs
from core.clock import SystemClock
from core.settings import Settings
from relais import schema
from relais.wiring import building
from web.app import build_app
from web.health import Health

SIZE = Size("people", 1_000, 200)
WITHIN = 10.0
"""Seconds in which a thousand people come."""

SHARE = 20
"""One in so many has a place."""

PACED, PAGE, TAKE, COUNTER = "paced", "page", "take", "counter"
WAYS = (PACED, PAGE, TAKE, COUNTER)


async def main(asked: Options) -> None:
    """Measure on both engines, and print. `--postgres` measures PostgreSQL alone."""
    found: dict[str, dict[str, list[rush.Rush]]] = {}
    with tempfile.TemporaryDirectory(prefix="relais-bench-") as folder, report.progress() as bar:
        logs.configure("json", Path(folder) / "log")
        for postgres in (True,) if asked.postgres else (False, True):
            try:
                with engines(Path(folder), postgres=postgres) as made:
                    found[made.name] = await _measure(made, asked, Path(folder), bar)
            except NoPostgresError as error:
                print(f"PostgreSQL is left out: {error}")
    _show(asked, found)


async def _measure(
    made: Engines, asked: Options, folder: Path, bar: Progress
) -> dict[str, list[rush.Rush]]:
    found: dict[str, list[rush.Rush]] = {way: [] for way in WAYS}
    task = bar.add_task(f"bench.registrations {made.name}", total=asked.rounds * len(WAYS))
    for _ in range(asked.rounds):
        for way in WAYS:
            async with made.empty() as url:
                found[way].append(await _round(url, way, asked.count, folder))
            bar.advance(task)
    return found


async def _round(url: str, way: str, people: int, folder: Path) -> rush.Rush:
    """Rush once on a database of its own. Raises RuntimeError when a place was given twice."""
    settings = Settings.model_validate(
        {
            "database": {"url": url},
            "service": {
                "public_url": "https://relais.test",
                "data_folder": str(folder),
                "secret": "for benchmarks",
            },
        }
    )
    capacity = max(1, people // SHARE)
    async with building(settings, SystemClock()) as house:
        await schema.migrate(house.parts.database)
        app = build_app(house.parts, house.rooms, Health(dict))
        meeting = await rush.a_meeting(house.parts, people, capacity)
        within = WITHIN * people / SIZE.usual if way == PACED else 0.0
        if way == COUNTER:
            return await rush.by_counter(house.parts, meeting, within)
        if way == TAKE:
            done = await rush.by_places(house.parts, meeting, within)
        else:
            done = await rush.by_page(house.parts, app, meeting, within)
        after = await rush.outcome(house.parts, meeting)
    expected = rush.Outcome(capacity, list(range(1, people - capacity + 1)), people)
    if after != expected:
        raise RuntimeError(f"{after.registered} of {capacity} places given, {after.told} told")
    return done


def _show(asked: Options, found: dict[str, dict[str, list[rush.Rush]]]) -> None:
    rows: list[report.Row] = []
    values: dict[str, report.Value] = {"people": asked.count, "rounds": asked.rounds}
    for engine, ways in found.items():
        seconds = {way: [one.seconds for one in ways[way]] for way in WAYS}
        rates = {way: figures.rate(asked.count, seconds[way]) for way in WAYS}
        worst = figures.median([one.worst for one in ways[PACED]])
        taking, paging = (figures.speed(seconds[way], seconds[COUNTER]) for way in (TAKE, PAGE))
        within = f"within {WITHIN * asked.count / SIZE.usual:g} s"
        rows += [
            (f"{engine}: {within}, the longest wait", f"{worst:.2f} s", ""),
            (f"{engine}: {within}, until the last answer", "", figures.spread(seconds[PACED])),
            (f"{engine}: all at once, by the page", f"{rates[PAGE]:.0f}/s", f"{paging:.2f} of it"),
            (f"{engine}: all at once, places.take", f"{rates[TAKE]:.0f}/s", f"{taking:.2f} of it"),
            (f"{engine}: lock the row, add one", f"{rates[COUNTER]:.0f}/s", "the reference"),
        ]
        key = engine.lower()
        values |= {
            f"{key}_worst_wait": figures.rounded(worst),
            f"{key}_page_per_second": figures.rounded(rates[PAGE]),
            f"{key}_take_per_second": figures.rounded(rates[TAKE]),
            f"{key}_take_ratio": figures.rounded(taking),
            f"{key}_page_ratio": figures.rounded(paging),
        }
    title = f"{asked.count} people on the last {max(1, asked.count // SHARE)} places"
    report.show("registrations", title, rows, values)


if __name__ == "__main__":
    asyncio.run(main(options("registrations", "A rush on the last places.", SIZE)))
