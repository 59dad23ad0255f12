"""Real dispatchers killed with SIGKILL: nothing is lost, and nothing settled is repeated.

The peer is a file that each send is appended to. Heartbeats expire after three minutes here, as
in real life: that the neighbours of a killed process know at once is part of what is tested.
"""

import asyncio
import os
import random
import signal
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.db import Database
from core.ledger.draft import Draft
from core.ledger.models import Delivery
from core.ledger.store import post
from tests.ledger_drafts import draft, rows

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = ROOT / "tests" / "ledger_worker.py"
CONNECTIONS = 4
ENDED = {"sent", "failed", "uncertain", "skipped", "cancelled"}
FAILPOINTS = (
    "ledger.after_claim",
    "ledger.before_send",
    "peer.received",
    "ledger.after_send",
    "ledger.after_settle",
)


class Peer:
    """What reached the peer."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def lines(self) -> list[list[str]]:
        """Return each thing that arrived: pid, slot, attempt, marked as resent."""
        return [line.split() for line in self.path.read_text().splitlines()]

    def slots(self) -> Counter[str]:
        return Counter(slot for _, slot, _, _ in self.lines())

    def unmarked(self) -> Counter[str]:
        return Counter(slot for _, slot, _, resent in self.lines() if resent == "0")


class Workers:
    """Dispatchers in processes of their own."""

    def __init__(self, url: str, peer: Peer, way: str) -> None:
        self._url = url
        self._peer = peer
        self._way = way
        self._all: list[Process] = []

    async def start(self, failpoint: str = "") -> Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(SCRIPT),
            self._url,
            str(self._peer.path),
            self._way,
            cwd=ROOT,
            env={**os.environ, "RELAIS_FAILPOINT": failpoint, "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.DEVNULL,
        )
        self._all.append(process)
        return process

    async def stop(self) -> list[int]:
        """Ask those that live to stop, and return how they ended."""
        living = [process for process in self._all if process.returncode is None]
        for process in living:
            process.terminate()
        return [await process.wait() for process in living]

    async def kill(self) -> None:
        for process in self._all:
            if process.returncode is None:
                process.kill()
                await process.wait()


@pytest.fixture
def peer(tmp_path: Path) -> Peer:
    return Peer(tmp_path / "peer")


@pytest.fixture(params=["plain", "express"])
async def workers(
    request: pytest.FixtureRequest, database_url: str, peer: Peer
) -> AsyncIterator[Workers]:
    workers = Workers(database_url, peer, request.param)
    yield workers
    await workers.kill()


def mixture(count: int) -> list[Draft]:
    """Return drafts of both policies, half of them in three streams."""
    now = SystemClock().now()
    return [
        draft(
            f"{number:03}",
            kind="hold" if number % 4 < 2 else "resend",
            stream=f"s{number % 3}" if number % 2 else None,
            due_at=now,
        )
        for number in range(count)
    ]


async def write(database: Database, drafts: list[Draft]) -> None:
    async with database.write() as session:
        await post(session, drafts, SystemClock().now())


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110  # it is in other processes' hands
            await asyncio.sleep(0.05)


async def until_ended(database: Database) -> dict[str, Delivery]:
    async def ended() -> bool:
        return {row.state for row in (await rows(database)).values()} <= ENDED

    await eventually(ended)
    return await rows(database)


def check_the_promise(found: dict[str, Delivery], peer: Peer, kills: int) -> None:
    """Check what the ledger promises, whatever happened: see ARCHITECTURE.md, The ledger."""
    arrived = peer.slots()
    lost = [slot for slot, row in found.items() if not arrived[slot] and row.state != "uncertain"]
    assert lost == []
    assert max(peer.unmarked().values()) == 1, "what is repeated is always marked"
    doubtful = {slot for slot, row in found.items() if row.state == "uncertain" or row.resent}
    assert {slot for slot, count in arrived.items() if count > 1} <= doubtful
    assert len(doubtful) <= 2 * CONNECTIONS * kills
    assert {found[slot].state for slot in arrived} <= {"sent", "uncertain"}


def check_the_order(peer: Peer, drafts: list[Draft]) -> None:
    """Check that each stream arrived in order, repetitions and doubts aside."""
    stream_of = {each.slot: each.stream for each in drafts}
    for stream in {each.stream for each in drafts} - {None}:
        first_seen = list(dict.fromkeys(line[1] for line in peer.lines()))
        own = [slot for slot in first_seen if stream_of[slot] == stream]
        assert own == sorted(own)


@pytest.mark.parametrize("failpoint", FAILPOINTS)
async def test_a_dispatcher_killed_anywhere_loses_and_repeats_nothing(
    database: Database, peer: Peer, workers: Workers, failpoint: str
) -> None:
    drafts = mixture(40)
    await write(database, drafts)
    first = await workers.start(f"{failpoint}:{2 if 'claim' in failpoint else 9}")
    assert await first.wait() == -signal.SIGKILL
    settled = [slot for slot, row in (await rows(database)).items() if row.state == "sent"]
    arrived = peer.slots()
    await workers.start()
    found = await until_ended(database)
    assert await workers.stop() == [0]
    check_the_promise(found, peer, kills=1)
    check_the_order(peer, drafts)
    assert [peer.slots()[slot] for slot in settled] == [arrived[slot] for slot in settled]


@pytest.mark.parametrize("seed", [1, 2])
async def test_one_of_two_dispatchers_killed_at_random_loses_and_repeats_nothing(
    database: Database, peer: Peer, workers: Workers, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    drafts = mixture(400)
    await write(database, drafts[:200])
    living = [await workers.start(), await workers.start()]
    kills = 3
    for _ in range(kills):
        victim = living.pop(chance.randrange(2))
        known = len([line for line in peer.lines() if line[0] == str(victim.pid)])
        wanted = known + chance.randrange(1, 12)

        async def at_work(victim: Process = victim, wanted: int = wanted) -> bool:
            own = [line for line in peer.lines() if line[0] == str(victim.pid)]
            return len(own) >= wanted

        await eventually(at_work)
        victim.kill()
        await victim.wait()
        living.append(await workers.start())
        await write(database, drafts)
    found = await until_ended(database)
    assert await workers.stop() == [0, 0]
    assert len(found) == 400
    check_the_promise(found, peer, kills)


async def test_a_dispatcher_told_to_stop_leaves_nothing_in_doubt(
    database: Database, peer: Peer, workers: Workers
) -> None:
    await write(database, mixture(60))
    await workers.start()

    async def begun() -> bool:
        return len(peer.lines()) >= 5

    await eventually(begun)
    assert await workers.stop() == [0]
    found = await rows(database)
    assert {row.state for row in found.values()} <= {"sent", "pending"}
    assert {slot for slot, row in found.items() if row.state == "sent"} == set(peer.slots())
    await workers.start()
    await until_ended(database)
    assert await workers.stop() == [0]
    assert set(peer.slots().values()) == {1}
    assert len(peer.slots()) == 60
