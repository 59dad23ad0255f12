"""The real service killed while a meeting's reminder leaves: nobody is forgotten.

What was settled is never repeated; only what was on the wire at that very moment leaves again,
marked as such.
"""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bench.common.registrants import a_reminder
from core.clock import FixedClock, SystemClock
from core.db import Database
from core.ledger.models import Delivery
from core.ledger.rules import SETTLED
from digest.seminars import names
from digest.seminars.models import Announcement
from digest.seminars.reminding.saying import CHUNK
from tests.parts import make_parts
from tests.process import KILLED, World, running_world
from tests.seminars import seminar_settings

on_sqlite = pytest.mark.parametrize("empty_database", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("empty_database", ["postgresql"], indirect=True)
FEW = 60
MANY = CHUNK + 40
PATIENCE = 180.0
IN_DOUBT = 2 * 4
"""Per kill, twice the connections."""


@pytest.fixture
async def world(empty_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with running_world(empty_database, tmp_path) as world:
        yield world


async def due(world: World, count: int) -> None:
    """Have a reminder due for so many."""
    clock = FixedClock(SystemClock().now())
    settings = seminar_settings()
    secret = world.environment["RELAIS_SERVICE__SECRET"]
    service = settings.service.model_copy(update={"secret": type(settings.service.secret)(secret)})
    parts = make_parts(world.database, clock, settings.model_copy(update={"service": service}))
    await a_reminder(parts, count)


async def received(world: World) -> Counter[str]:
    mails = await world.mail.messages(limit=2 * MANY)
    return Counter(address for mail in mails for address in mail.envelope_to)


async def rows(world: World) -> list[Delivery]:
    async with world.database.read() as session:
        wanted = select(Delivery).where(Delivery.kind == names.REMINDER)
        return list(await session.scalars(wanted))


async def unfinished(world: World) -> list[str]:
    """Return what is still to be said, or to leave."""
    async with world.database.read() as session:
        said = select(Announcement.name).where(Announcement.state == "planned")
    async with world.database.read() as session:
        planned = list(await session.scalars(said))
    left = Counter(row.state for row in await rows(world) if row.state not in SETTLED)
    return [*planned, *(f"{count} {state}" for state, count in left.items())]


async def checked(world: World, count: int, kills: int) -> None:
    """Count what arrived: everybody once, but for what was in doubt."""
    arrived, found = await received(world), await rows(world)
    assert len(found) == count
    assert {row.state for row in found} == {"sent"}
    assert len(arrived) == count, "nobody is forgotten"
    doubtful = [row for row in found if row.resent]
    assert len(doubtful) <= IN_DOUBT * kills
    assert sum(arrived.values()) - count <= len(doubtful), "what is settled is never repeated"
    assert max(arrived.values()) <= 1 + kills


@on_sqlite
@pytest.mark.parametrize(
    "failpoint",
    ["seminars.before_chunk", "seminars.chunk_posted", "ledger.after_send:20"],
)
async def test_killed_between_any_two_lines_it_reminds_everybody(
    world: World, failpoint: str
) -> None:
    await killed(world, FEW, failpoint)


@on_sqlite
async def test_killed_between_two_chunks_the_second_is_not_forgotten(world: World) -> None:
    await killed(world, MANY, "seminars.between_chunks")


@on_postgresql
@pytest.mark.parametrize("failpoint", ["seminars.chunk_posted", "seminars.between_chunks"])
async def test_on_postgresql_too(world: World, failpoint: str) -> None:
    await killed(world, MANY, failpoint)


async def killed(world: World, count: int, failpoint: str) -> None:
    await due(world, count)
    first = await world.start(failpoint)
    assert await first.ended() == KILLED
    second = await world.start()
    await second.until_none("all are reminded", lambda: unfinished(world), PATIENCE)
    await checked(world, count, kills=1)
    assert await second.stop() == 0


@on_sqlite
async def test_several_kills_at_moments_of_their_own_lose_nobody(world: World) -> None:
    await due(world, MANY)
    for part in (1, 2, 3):
        service = await world.start()

        async def some(part: int = part) -> list[str]:
            sent = [row for row in await rows(world) if row.state == "sent"]
            return [] if len(sent) >= part * MANY // 5 else ["too few"]

        await service.until_none("some are reminded", some, PATIENCE)
        await service.kill()
    last = await world.start()
    await last.until_none("all are reminded", lambda: unfinished(world), PATIENCE)
    await checked(world, MANY, kills=3)
    assert await last.stop() == 0


@on_postgresql
async def test_two_processes_remind_each_person_once(world: World) -> None:
    await due(world, MANY)
    first = await world.start(only="tick,dispatch")
    second = await world.start(only="tick,dispatch")
    await first.until_none("all are reminded", lambda: unfinished(world), PATIENCE)
    await checked(world, MANY, kills=0)
    assert await first.stop() == 0
    assert await second.stop() == 0
