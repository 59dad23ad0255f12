"""A process that sends what the ledger holds: `python -m bench.common.sender URL PORT CONNECTIONS`.

It answers `start` (it dispatches from then on), `compose` (the letter's own tick: rows are
written; in seconds) and `figures` (processor time since `start`, most memory, as JSON).
"""

import asyncio
import json
import random
import sys
import tempfile
import time
from pathlib import Path

from bench.common.machine import peak_mb
from bench.common.peers import serve_as_peer
from core import logs
from core.clock import SystemClock
from core.ledger.dispatcher import Dispatcher
from core.ledger.draft import Channel
from core.mail.gateway import MailGateway
from core.parts import Parts
from core.settings import DatabaseSettings, MailSettings, Settings
from digest.letter import sending
from digest.letter.deliveries import delivery_kinds
from relais.wiring import make_parts

SECRET = "for benchmarks"  # noqa: S105  # it protects nobody
"""The service's secret, from which Message-IDs are made."""


def parts_for(url: str, port: int, connections: int) -> Parts:
    """Return the shared parts of a service that mails to this port as fast as it can."""
    mail = MailSettings(port=port, connections=connections, per_second=0)
    return make_parts(Settings(database=DatabaseSettings(url=url), mail=mail), SystemClock())


class Sender:
    """The dispatcher and the mail gateway of a service, and what they took."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._stop = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._since = 0.0

    async def answer(self, line: str) -> str:
        """Do what a line asks, and say how it went."""
        if line == "start":
            self._since = time.process_time()
            self._running = asyncio.create_task(self._dispatch())
            return "started"
        if line == "compose":
            before = time.perf_counter()
            await sending.send(self._parts, self._parts.clock.now())
            return str(time.perf_counter() - before)
        return json.dumps({"cpu_s": time.process_time() - self._since, "peak_mb": peak_mb()})

    async def _dispatch(self) -> None:
        parts = self._parts
        gateway = MailGateway(parts.settings.mail, parts.clock, SECRET)
        dispatcher = Dispatcher(
            parts.database,
            {Channel.MAIL: gateway},
            {kind.name: kind for kind in delivery_kinds(parts)},
            parts.clock,
            SystemClock(),
            parts.settings.ledger,
            random.Random(1),  # noqa: S311  # it only spreads retries
            "bench",
        )
        await dispatcher.run(self._stop)
        await gateway.close()

    async def close(self) -> None:
        """Stop, as a service does."""
        self._stop.set()
        if self._running is not None:
            await self._running
        await self._parts.database.close()


async def main(url: str, port: str, connections: str) -> None:
    """Answer until the input ends."""
    with tempfile.TemporaryDirectory(prefix="relais-sender-") as folder:
        logs.configure("json", Path(folder) / "log")
        sender = Sender(parts_for(url, int(port), int(connections)))
        try:
            await serve_as_peer(0, sender.answer)
        finally:
            await sender.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
