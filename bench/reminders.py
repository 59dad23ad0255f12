"""A meeting's reminder to thousands of people: `python -m bench.reminders`.

First how fast its rows are written and rechecked, and how much memory that takes as the list
grows, beside rows that the ledger is handed ready-made. Then the real service reminds as many,
killed by SIGKILL again and again and started anew, as in `bench.crash`.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
import tracemalloc
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from bench import crash
from bench.common import report
from bench.common.arguments import positive
from bench.common.databases import Engines, engines
from bench.common.editions import CONNECTIONS
from bench.common.peers import peer
from bench.common.registrants import a_reminder
from core import logs
from core.clock import SystemClock
from core.ledger import store
from core.ledger.draft import Channel, Content, Draft, Parcel
from core.ledger.models import Delivery
from core.mail.fill import identity
from core.parts import Parts
from core.reference import Party, Reference
from digest.seminars import names
from digest.seminars.reminding import saying
from digest.seminars.reminding.deliveries import delivery_kinds
from relais import schema
from relais.wiring import make_parts

RECHECKED = 50
"""How many parcels are rechecked at once: about what the dispatcher asks for."""


@dataclass(frozen=True)
class Pace:
    """Rows per second written by reminders, written ready-made, and rechecked; bytes at most."""

    said: float
    posted: float
    rechecked: float
    peak: int
    peak_of_twice: int


def asked(given: list[str] | None = None) -> crash.Asked:
    """Read the command line. Exits with a message when it is wrong."""
    parser = argparse.ArgumentParser("python -m bench.reminders", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3 kills, 400 registrants")
    parser.add_argument("--kills", type=positive, help="how many kills (8)")
    parser.add_argument("--registrants", type=positive, help="how many are registered (5000)")
    parser.add_argument("--postgres", action="store_true", help="on an embedded PostgreSQL")
    parser.add_argument("--processes", type=positive, default=1, help="how many at once")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    found = parser.parse_args(given)
    kills = found.kills or (3 if found.quick else 8)
    registrants = found.registrants or (400 if found.quick else 5_000)
    return crash.Asked(kills, registrants, "resend", found.postgres, found.processes, found.seed)


async def main(wanted: crash.Asked) -> None:
    """Run, and print."""
    with tempfile.TemporaryDirectory(prefix="relais-reminders-") as name:
        folder = Path(name)
        logs.configure("json", folder / "log")
        with engines(folder, postgres=wanted.postgres) as made:
            pace = await _pace(made, folder, wanted.recipients)
            figures = await _killed(made, folder, wanted)
    _show(wanted, pace, figures)


async def _pace(made: Engines, folder: Path, count: int) -> Pace:
    said, posted, rechecked = await _timed(made, folder, count)
    peaks = [await _peak(made, folder, many) for many in (count, 2 * count)]
    return Pace(count / said, count / posted, count / rechecked, *peaks)


async def _timed(made: Engines, folder: Path, count: int) -> tuple[float, float, float]:
    """Return how many seconds rows take to be written, handed ready-made, and rechecked."""
    async with made.empty() as url:
        parts = await _house(url, folder)
        slot = await a_reminder(parts, count)
        start = time.perf_counter()
        await saying.say(parts, parts.clock.now())
        said = time.perf_counter() - start
        parcels = await _parcels(parts, slot)
        start = time.perf_counter()
        await _recheck(parts, parcels)
        rechecked = time.perf_counter() - start
        start = time.perf_counter()
        await _post(parts, parcels)
        posted = time.perf_counter() - start
        await parts.database.close()
    return said, posted, rechecked


async def _peak(made: Engines, folder: Path, count: int) -> int:
    """Return the most memory that writing the rows takes, in bytes."""
    async with made.empty() as url:
        parts = await _house(url, folder)
        await a_reminder(parts, count)
        tracemalloc.start()
        await saying.say(parts, parts.clock.now())
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        await parts.database.close()
    return peak


async def _house(url: str, folder: Path) -> Parts:
    parts = make_parts(crash.settings_for(url, 1, folder), SystemClock())
    await schema.migrate(parts.database)
    return parts


async def _parcels(parts: Parts, slot: str) -> Sequence[Parcel]:
    async with parts.database.read() as session:
        rows = await session.scalars(select(Delivery).where(Delivery.slot == slot))
        return [
            Parcel(
                row.id, row.kind, row.slot, Party.parse(row.recipient),
                Reference.parse(row.cause), Channel(row.channel), b"", row.values, None, 1,
                resent=False,
            )
            for row in rows
        ]  # fmt: skip


async def _recheck(parts: Parts, parcels: Sequence[Parcel]) -> None:
    (kind,) = [each for each in delivery_kinds(parts) if each.name == names.REMINDER]
    assert kind.prepare_many is not None
    for start in range(0, len(parcels), RECHECKED):
        async with parts.database.read() as session:
            some = parcels[start : start + RECHECKED]
            await kind.prepare_many(session, some, parts.clock.now())


async def _post(parts: Parts, parcels: Sequence[Parcel]) -> None:
    """Write as many rows, ready-made, in transactions as long as those of reminders."""
    now = parts.clock.now()
    content = Content(Channel.MAIL, b"ready-made")
    for start in range(0, len(parcels), saying.CHUNK):
        async with parts.database.write() as session:
            drafts = [
                Draft("bench.row", "bench", each.recipient, content, each.cause, now, each.values)
                for each in parcels[start : start + saying.CHUNK]
            ]
            await store.post(session, drafts, now)


class Reminded(crash.Run):
    """A run whose service has a reminder to send."""

    async def prepare(self) -> None:
        """Register people, and have their reminder due."""
        self._kind = names.REMINDER
        config = crash.configuration(self._parts.settings)
        (self._folder / "config.toml").write_text(config, encoding="utf-8")
        await schema.migrate(self._parts.database)
        await a_reminder(self._parts, self._wanted.recipients)

    async def again(self, taken: Counter[str]) -> Mapping[str, report.Value]:
        """Return what left twice: of rows sent again in doubt, and of the others (wanted: 0)."""
        settings = self._parts.settings
        own = settings.mail.sender, settings.service.secret.get_secret_value()
        columns = (Delivery.kind, Delivery.slot, Delivery.recipient)
        async with self._parts.database.read() as session:
            rows = await session.execute(
                select(*columns).where(Delivery.kind == self._kind, Delivery.resent.is_(True))
            )
        doubtful = {identity(row.kind, row.slot, row.recipient, *own) for row in rows}
        twice = {key for key, times in taken.items() if times > 1}
        return {"in_doubt": len(doubtful), "repeated": len(twice - doubtful)}


async def _killed(made: Engines, folder: Path, wanted: crash.Asked) -> Mapping[str, report.Value]:
    arrived = folder / "arrived"
    async with (
        made.empty() as url,
        peer("bench.common.remembering_sink", str(arrived)) as sink,
    ):
        run = Reminded(wanted, folder, url, sink)
        await run.prepare()
        try:
            async with asyncio.timeout(crash.PATIENCE):
                await run.play()
            taken = crash.taken_by(arrived)
            return {**await run.count(taken), **await run.again(taken)}
        finally:
            await run.close()


def _show(wanted: crash.Asked, pace: Pace, figures: Mapping[str, report.Value]) -> None:
    most = 2 * CONNECTIONS * wanted.kills
    growth = pace.peak_of_twice / pace.peak
    ratio = pace.said / pace.posted
    rows = [
        ("rows written", f"{pace.said:,.0f}/s", "reminders, from who is registered to the ledger"),
        ("rows handed", f"{pace.posted:,.0f}/s", f"the same rows, ready-made; ratio {ratio:.2f}"),
        ("rechecks", f"{pace.rechecked:,.0f}/s", f"right before leaving, {RECHECKED} at once"),
        ("memory", f"{pace.peak / 1e6:.1f} MB", f"for twice as many: {growth:.2f} times that"),
        ("lost", str(figures["lost"]), "neither arrived nor in doubt; wanted: 0"),
        ("settled, then repeated", str(figures["repeated"]), "wanted: 0"),
        ("left again in doubt", str(figures["in_doubt"]), f"marked as such; at most {most}"),
        ("of which came twice", str(figures["duplicated"]), ""),
        ("failed", str(figures["failed"]), "wanted: 0"),
    ]
    title = (
        f"{wanted.recipients} registrants, {wanted.kills} kills, {figures['engine']}, "
        f"{wanted.processes} process(es), seed {wanted.seed}"
    )
    values = {
        "said_per_second": round(pace.said),
        "posted_per_second": round(pace.posted),
        "ratio": round(ratio, 2),
        "rechecked_per_second": round(pace.rechecked),
        "peak_bytes": pace.peak,
        "peak_growth": round(growth, 2),
    }
    report.show("reminders", title, rows, {**values, **figures})


if __name__ == "__main__":
    asyncio.run(main(asked(sys.argv[1:])))
