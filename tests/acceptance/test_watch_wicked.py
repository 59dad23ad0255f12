"""The real process reads two hundred sites, a third of them wicked, and the hotline lives on."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bench.common.feed_server import ENTRIES
from bench.common.peers import Peer, peer
from bench.common.wicked_server import SITES, WICKED, manner
from core.db import Database
from tests.process import AGENTS, GROUP, World, running_world
from watch.models import Entry, Source

GOOD = [site for site in range(SITES) if manner(site) == "good"]


@pytest.fixture
async def sites() -> AsyncIterator[Peer]:
    async with peer("bench.common.wicked_server") as server:
        yield server


@pytest.fixture
async def world(empty_database: Database, tmp_path: Path, sites: Peer) -> AsyncIterator[World]:
    async with running_world(empty_database, tmp_path) as world:
        world.configure(
            watch={
                "allow_private_addresses": True,
                "host_spacing": 0.0,
                "timeout": 3.0,
                "parse_timeout": 4.0,
                "max_bytes": 5_000_000,
                "connections": 32,
            }
        )
        with world.config.open("a", encoding="utf-8") as config:
            for site in range(SITES):
                address = json.dumps(f"http://127.0.0.1:{sites.port}/{site}")
                config.write(f'\n[[watch.sources]]\nname = "Site {site}"\nurl = {address}\n')
        yield world


@pytest.mark.parametrize("empty_database", ["sqlite"], indirect=True)  # where writes wait most
async def test_wicked_sites_cost_a_line_each_and_the_hotline_answers(world: World) -> None:
    service = await world.start()
    asked = 0
    while len(service.logged("watch.read")) + len(service.logged("watch.failed")) < SITES:
        asked += 1
        words = f"Question {asked} pendant la veille ?"
        world.asks(AGENTS[asked % len(AGENTS)], words)
        await service.eventually("the relay", partial(world.saying, GROUP, words))
    assert await service.stop() == 0
    await check_the_log(service.events)
    await check_the_tables(world.database)
    assert asked > 1, "there was time for questions"


async def check_the_log(events: list[dict[str, object]]) -> None:
    """Each site has one line; a wicked one's says what happened, and what to do."""
    lines = [each for each in events if str(each["event"]).startswith("watch.")]
    by_site = Counter(each["source"] for each in lines)
    assert set(by_site.values()) == {1}
    assert len(by_site) == SITES
    assert "watch.broken" not in {each["event"] for each in lines}
    failed = [each for each in lines if each["event"] == "watch.failed"]
    assert all(each["error"] and each["hint"] for each in failed)
    assert max(len(json.dumps(each)) for each in lines) < 500
    assert "Traceback" not in json.dumps(events)


async def check_the_tables(database: Database) -> None:
    """All that is good was read; each wicked manner was met, and none but what is harmless read."""
    async with database.read() as session:
        sources = list(await session.scalars(select(Source).order_by(Source.id)))
        entries = await session.scalar(
            select(func.count()).where(Entry.source_id.in_([site + 1 for site in GOOD]))
        )
    assert entries == ENTRIES * len(GOOD)
    failed = {manner(int(each.name.split()[1])) for each in sources if each.errors}
    assert "good" not in failed
    harmless = {"nesting", "comments", "entity bomb"}
    assert set(WICKED) - failed <= harmless
    assert {each.name for each in sources if each.gone_at} == {
        f"Site {site}" for site in range(SITES) if manner(site) == "gone"
    }
