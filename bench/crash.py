"""A service killed again and again while it sends: `python -m bench.crash`.

`relais serve` runs as a process of its own, with an edition approved (policy `hold`) or an alert
posted (policy `resend`), is killed by SIGKILL at random moments and started again, until all is
settled. The SMTP server, in another process, writes the Message-ID of each mail before it accepts
it; what stands there is compared with each row of the ledger.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, select

from bench.common import report
from bench.common.arguments import positive
from bench.common.databases import engines
from bench.common.editions import CONNECTIONS, an_alert, an_edition
from bench.common.peers import Peer, peer
from core import logs
from core.clock import SystemClock
from core.ledger import store
from core.ledger.models import Delivery
from core.ledger.rules import SETTLED, State
from core.mail.fill import identity
from core.parts import Parts
from core.settings import DatabaseSettings, MailSettings, ServiceSettings, Settings
from digest.letter import names
from digest.subscribers import names as subscribers
from digest.subscribers.models import Subscriber
from relais import schema
from relais.wiring import make_parts

PATIENCE = 900.0
"""Seconds after which a run is given up."""

LOOK = 0.05
KINDS = {"hold": names.EDITION, "resend": subscribers.ALERT}


@dataclass(frozen=True)
class Asked:
    """What was asked on the command line."""

    kills: int
    recipients: int
    policy: str
    postgres: bool
    processes: int
    seed: int


def asked(given: list[str] | None = None) -> Asked:
    """Read the command line. Exits with a message when it is wrong."""
    parser = argparse.ArgumentParser("python -m bench.crash", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="4 kills, 400 recipients")
    parser.add_argument("--kills", type=positive, help="how many kills (20)")
    parser.add_argument("--recipients", type=positive, help="how many recipients (5000)")
    parser.add_argument("--policy", choices=list(KINDS), default="hold")
    parser.add_argument("--postgres", action="store_true", help="on an embedded PostgreSQL")
    parser.add_argument("--processes", type=positive, default=1, help="how many at once")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    found = parser.parse_args(given)
    kills = found.kills or (4 if found.quick else 20)
    recipients = found.recipients or (400 if found.quick else 5_000)
    return Asked(kills, recipients, found.policy, found.postgres, found.processes, found.seed)


async def main(wanted: Asked) -> None:
    """Run, and print."""
    with tempfile.TemporaryDirectory(prefix="relais-crash-") as name:
        folder = Path(name)
        logs.configure("json", folder / "log")
        with engines(folder, postgres=wanted.postgres) as made:
            async with made.empty() as url, _sink(folder) as (sink, arrived):
                run = Run(wanted, folder, url, sink)
                await run.prepare()
                try:
                    async with asyncio.timeout(PATIENCE):
                        await run.play()
                    figures = await run.count(taken_by(arrived))
                finally:
                    await run.close()
    _show(wanted, figures)


@asynccontextmanager
async def _sink(folder: Path) -> AsyncIterator[tuple[Peer, Path]]:
    arrived = folder / "arrived"
    async with peer("bench.common.remembering_sink", str(arrived)) as sink:
        yield sink, arrived


class Run:
    """One run: a database, a sink, and processes that are killed."""

    def __init__(self, wanted: Asked, folder: Path, url: str, sink: Peer) -> None:
        self._wanted = wanted
        self._folder = folder
        self._sink = sink
        self._random = random.Random(wanted.seed)  # noqa: S311  # it only chooses moments
        self._parts = make_parts(settings_for(url, sink.port, folder), SystemClock())
        self._kind = KINDS[wanted.policy]

    async def prepare(self) -> None:
        """Bring subscribers in, and have something to send them."""
        config = configuration(self._parts.settings)
        (self._folder / "config.toml").write_text(config, encoding="utf-8")
        await schema.migrate(self._parts.database)
        await _subscribe(self._parts, self._wanted.recipients)
        await (an_edition if self._wanted.policy == "hold" else an_alert)(self._parts)

    async def play(self) -> None:
        """Start, kill and start again as often as asked; then let it end."""
        part = self._wanted.recipients // (self._wanted.kills + 1)
        with report.progress() as progress:
            task = progress.add_task("bench.crash", total=self._wanted.kills)
            neighbours = [await self._start() for _ in range(self._wanted.processes - 1)]
            for number in range(self._wanted.kills):
                process = await self._start()
                await self._a_moment(process, number, part)
                process.kill()
                await process.wait()
                progress.advance(task)
            last = await self._start()
            await self._until(last, sys.maxsize)
            for process in (last, *neighbours):
                process.terminate()
                await process.wait()

    async def count(self, taken: Counter[str]) -> Mapping[str, report.Value]:
        """Return what was lost, sent twice, and is in doubt; `taken` counts Message-IDs."""
        rows = await self._rows()
        lost = [key for key, state in rows.items() if state != State.UNCERTAIN and key not in taken]
        states = Counter(rows.values())
        return {
            "kills": self._wanted.kills,
            "lost": len(lost) + self._wanted.recipients - len(rows),
            "duplicated": sum(times - 1 for times in taken.values()),
            "uncertain": states[State.UNCERTAIN],
            "connections": CONNECTIONS,
            "failed": states[State.FAILED],
            "recipients": self._wanted.recipients,
            "arrived": len(taken),
            "policy": self._wanted.policy,
            "processes": self._wanted.processes,
            "engine": "PostgreSQL" if self._wanted.postgres else "SQLite",
            "seed": self._wanted.seed,
        }

    async def _rows(self) -> Mapping[str, State]:
        """Return the state of each row by the Message-ID that its mail bears."""
        columns = (Delivery.kind, Delivery.slot, Delivery.recipient, Delivery.state)
        async with self._parts.database.read() as session:
            rows = await session.execute(select(*columns).where(Delivery.kind == self._kind))
        settings = self._parts.settings
        own = settings.mail.sender, settings.service.secret.get_secret_value()
        return {identity(row.kind, row.slot, row.recipient, *own): State(row.state) for row in rows}

    async def close(self) -> None:
        """Give the database back."""
        await self._parts.database.close()

    async def _start(self) -> Process:
        log = (self._folder / "service.log").open("ab")
        with log:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "relais", "serve", "--only", "digest,ledger"),
                *("--config", str(self._folder / "config.toml")),
                stdout=log,
                stderr=log,
            )

    async def _a_moment(self, process: Process, number: int, part: int) -> None:
        """Wait for a random moment: while rows are written, or while mails leave."""
        if number % 4 == 0:
            await asyncio.sleep(self._random.uniform(0.5, 4.0))
            return
        taken = int(await self._sink.ask("count"))
        await self._until(process, taken + self._random.randrange(1, max(2, 2 * part)))
        await asyncio.sleep(self._random.uniform(0, 0.05))

    async def _until(self, process: Process, wanted: int) -> None:
        """Wait until the sink has so many, or all is settled.

        Raises ConnectionError when the service ends by itself.
        """
        while int(await self._sink.ask("count")) < wanted and not await self._settled():
            if process.returncode is not None:
                raise ConnectionError(f"the service ended: {_last_words(self._folder)}")
            await asyncio.sleep(LOOK)

    async def _settled(self) -> bool:
        async with self._parts.database.read() as session:
            states = await store.counts(session, self._kind)
        ended = sum(states[state] for state in (*SETTLED, State.UNCERTAIN))
        return ended >= self._wanted.recipients and ended == sum(states.values())


def _last_words(folder: Path) -> str:
    return (folder / "service.log").read_text(encoding="utf-8")[-2_000:]


def taken_by(arrived: Path) -> Counter[str]:
    """Return how often the sink took each Message-ID."""
    return Counter(arrived.read_text(encoding="ascii").split())


def settings_for(url: str, port: int, folder: Path) -> Settings:
    """Return the settings of a service that sends to a port of this machine, as fast as it can."""
    return Settings(
        service=ServiceSettings.model_validate({"data_folder": folder, "secret": "for benchmarks"}),
        database=DatabaseSettings(url=url),
        mail=MailSettings(port=port, connections=CONNECTIONS, per_second=0),
    )


def configuration(settings: Settings) -> str:
    """Return the same settings as the file that the service reads."""
    return "\n".join(
        (
            "[service]",
            f'data_folder = "{settings.service.data_folder}"',
            f'secret = "{settings.service.secret.get_secret_value()}"',
            'log_format = "json"',
            "[database]",
            f'url = "{settings.database.url}"',
            "[mail]",
            f"port = {settings.mail.port}",
            f"connections = {settings.mail.connections}",
            "per_second = 0.0",
        )
    )


async def _subscribe(parts: Parts, count: int) -> None:
    now = parts.clock.now()
    rows = [
        {
            "email": f"abonne{number}@territoire{number % 40}.example",
            "state": "confirmed",
            "alerts": True,
            "created_at": now,
            "confirmed_at": now,
        }
        for number in range(count)
    ]
    async with parts.database.write() as session:
        await session.execute(insert(Subscriber), rows)


def _show(wanted: Asked, figures: Mapping[str, report.Value]) -> None:
    most = 2 * CONNECTIONS * wanted.kills
    rows = [
        ("lost", str(figures["lost"]), "neither arrived nor in doubt; wanted: 0"),
        ("sent twice", str(figures["duplicated"]), "wanted: 0 with policy hold"),
        ("in doubt", str(figures["uncertain"]), f"held for people; at most {most}"),
        ("failed", str(figures["failed"]), "wanted: 0"),
    ]
    title = (
        f"{wanted.recipients} recipients, {wanted.kills} kills, policy {wanted.policy}, "
        f"{figures['engine']}, {wanted.processes} process(es), seed {wanted.seed}"
    )
    report.show("crash", title, rows, figures)


if __name__ == "__main__":
    asyncio.run(main(asked()))
