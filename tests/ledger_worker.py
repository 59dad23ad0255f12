"""A dispatcher in a process of its own, to be killed; its peer is a file.

`python tests/ledger_worker.py DATABASE_URL PEER WAY` dispatches until SIGTERM, by the `plain` way
or by `express`. Each send appends one line to the file and has it written to the disk: what
stands there has reached the peer.
"""

import asyncio
import os
import random
import signal
import sys

from sqlalchemy.ext.asyncio import AsyncSession

from core import failpoints
from core.clock import SystemClock
from core.db import Database
from core.ledger.dispatcher import Dispatcher
from core.ledger.draft import (
    Address,
    Channel,
    DeliveryKind,
    MailAddress,
    Outcome,
    Parcel,
    Policy,
    Ready,
    Sent,
)
from core.settings import LedgerSettings

CONNECTIONS = 4


class FileGateway:
    """A peer that takes everything, after a while, and answers after a while."""

    channel = Channel.MAIL
    connections = CONNECTIONS

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def send(self, parcel: Parcel, _address: Address) -> Outcome:
        """Append `pid slot attempt resent` to the file."""
        await asyncio.sleep(random.uniform(0, 0.02))  # noqa: S311
        line = f"{os.getpid()} {parcel.slot} {parcel.attempt} {int(parcel.resent)}\n"
        os.write(self._file, line.encode())
        os.fsync(self._file)
        failpoints.reach("peer.received")
        await asyncio.sleep(random.uniform(0, 0.02))  # noqa: S311
        return Sent(parcel.slot)

    async def show(self, _body: bytes, _address: Address, shown_as: str | None) -> Outcome:
        """Have nothing to show."""
        return Sent(shown_as or "")

    async def close(self) -> None:
        """Close the file."""
        os.close(self._file)


async def prepare(_session: AsyncSession, _parcel: Parcel, _now: object) -> Ready:
    """Agree to everything."""
    return Ready(MailAddress("somebody@example.org"))


async def main(url: str, peer: str, way: str) -> None:
    """Dispatch until told to stop."""
    database = Database(url)
    gateway = FileGateway(peer)
    kinds = {policy.value: DeliveryKind(policy.value, policy, prepare) for policy in Policy}
    clock = SystemClock()
    dispatcher = Dispatcher(
        database,
        {Channel.MAIL: gateway},
        kinds,
        clock,
        clock,
        LedgerSettings(heartbeat=0.2, batch=10),
        random.Random(),  # noqa: S311
        "worker",
        express=way == "express",
    )
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await dispatcher.run(stop)
    await gateway.close()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
