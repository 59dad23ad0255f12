"""The real process, killed while it reads the watch's sources: nothing lost, nothing twice."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from core.clock import SystemClock
from core.db import Database
from tests.newsstand import Newsstand, Page, item, newsstand, rss
from tests.process import GROUP, KILLED, World, running_world
from watch.models import Entry, Source, Story

DECREE = "Décret n° 2026-812 du 20 novembre 2026 relatif aux logements vacants des communes rurales"
TITLES = [DECREE, *(f"Actualité numéro {number} du territoire" for number in (0, 1, 3, 4))]


@pytest.fixture
async def stand() -> AsyncIterator[Newsstand]:
    async with newsstand() as stand:
        stand.pages["journal"] = Page(rss(item(0), item(1), item(2, DECREE)))
        stand.pages["gazette"] = Page(
            rss(item(2, DECREE, site="https://b.example.org"), item(3), item(4))
        )
        yield stand


def watching(world: World, stand: Newsstand) -> None:
    """Let the process watch both sources, at any hour."""
    world.configure(
        watch={
            "parse_workers": 1,
            "allow_private_addresses": True,
            "host_spacing": 0,
            "shown_hours": [],
            "told_per_poll": 10,
        }
    )
    sources = [
        f'[[watch.sources]]\nname = "{name}"\nurl = "{stand.url}/{name}"\n'
        'section = "vie-institutionnelle"\n'
        for name in ("journal", "gazette")
    ]
    with world.config.open("a", encoding="utf-8") as file:
        file.write("\n" + "\n".join(sources))


async def lease_is_over(database: Database) -> None:
    """Let the time of a dead process's lease pass."""
    async with database.write() as session:
        claimed = update(Source).where(Source.checked_at.is_(None))
        await session.execute(claimed.values(next_check_at=SystemClock().now()))


@pytest.mark.parametrize("failpoint", ["watch.fetched", "watch.stored", "watch.stored:2"])
async def test_news_read_by_a_process_that_dies_are_shown_once(
    empty_database: Database, tmp_path: Path, stand: Newsstand, failpoint: str
) -> None:
    async with running_world(empty_database, tmp_path) as world:
        watching(world, stand)
        dying = await world.start(failpoint)
        assert await dying.ended() == KILLED
        await lease_is_over(world.database)
        service = await world.start()

        def shown() -> list[str]:
            lines = [message["text"].split("\n")[0] for message in world.messages(GROUP)]
            return sorted(line for line in lines if line in TITLES)

        await service.eventually("five news in the group", lambda: len(shown()) >= 5)
        await service.until_none("all is sent", world.unsettled)
        assert shown() == sorted(TITLES)
        async with world.database.read() as session:
            assert await session.scalar(select(func.count()).select_from(Story)) == 5
            assert await session.scalar(select(func.count()).select_from(Entry)) == 6
        assert await service.stop() == 0
