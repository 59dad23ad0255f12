"""Files that meetings await, when things go otherwise than planned."""

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from core.chat import Ask, File
from core.clock import FixedClock
from core.db import Database
from digest.seminars import store
from digest.seminars.attendance.models import AwaitedFile
from digest.seminars.minutes import names
from digest.seminars.minutes.models import Minutes
from digest.seminars.models import Seminar
from digest.seminars.scheduling.names import PROGRAMME
from tests.minutes import Sent, minutes_of, over
from tests.seminars import ODILE, SeminarHouse, plain, seminar_settings

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
STARTS = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)  # 9:30 in Paris
NO_HOURS = b"""Name;Join;Left
Marc Vidal;0001-01-01T00:00:00+02:00;9999-12-31T23:59:59-02:00
"""


@pytest.fixture
async def house(database: Database) -> SeminarHouse:
    made = SeminarHouse(database, FixedClock(NOW), seminar_settings(), Sent(list=NO_HOURS))
    await made.settle_in()
    return made


async def send_list(house: SeminarHouse, seminar: int) -> None:
    (ask,) = await house.press("attendance.remote", seminar)
    assert isinstance(ask, Ask)
    file = File("document", "list", "u1", "liste.csv", "text/csv", 10)
    async with house.database.write() as session:
        turn = house._turn(session, ODILE, private=True)  # the house's own tests
        answer = {"text": "", "files": [asdict(file)]}
        await house.form(ask.form).finish(turn, {**ask.values, "list": answer})


async def said(house: SeminarHouse, kind: str) -> str:
    (row,) = await house.rows(kind)
    return plain((await house.chat_post(row)).text)


async def test_a_list_with_hours_out_of_this_world_is_answered_at_once(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS, 3, video_url="https://visio.example/x")
    house.clock.set(STARTS + timedelta(hours=8))
    await send_list(house, seminar)
    await house.tick("attendance.files")
    assert "Personne n’était connecté" in await said(house, "attendance.noted")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_the_meeting_is_held_before_the_file(house: SeminarHouse) -> None:
    """On PostgreSQL: in SQLite a write is alone."""
    seminar = await house.seminar(STARTS, 3, video_url="https://visio.example/x")
    house.clock.set(STARTS + timedelta(hours=8))
    await send_list(house, seminar)
    async with house.database.write() as session:
        await store.by_id(session, seminar, lock=True)
        fetching = asyncio.create_task(house.tick("attendance.files"))
        await one_waits(house.database)
        free = select(AwaitedFile).with_for_update(nowait=True)
        assert len((await session.scalars(free)).all()) == 1
    await fetching
    assert await said(house, "attendance.noted")


async def one_waits(database: Database) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    async with asyncio.timeout(30), database.glance() as session:
        while not await session.scalar(waiting):  # noqa: ASYNC110  # the database tells nobody
            await asyncio.sleep(0.01)


async def test_what_was_not_noted_whole_is_told_as_lost_and_waited_for_no_more(
    house: SeminarHouse,
) -> None:
    seminar = await over(house, STARTS, 2)
    await house.press("minutes.show", seminar)
    async with house.database.write() as session:
        (await session.get_one(Seminar, seminar)).programme_asked = {"file": "list"}
        (await session.scalars(select(Minutes))).one().asked = {"name": "relevé.pdf"}
    for name in ("minutes.file", "scheduling.programme"):
        await house.tick(name)
        await house.tick(name)
        assert await house.next_due(name) is None
    assert "relevé.pdf n’a pas pu être récupéré" in await said(house, names.TOLD)
    assert "n’a pas pu être lu dans Telegram" in await said(house, PROGRAMME)
    (row,) = await house.rows(names.TOLD)
    assert row.recipient == "group:animators"
    assert (await minutes_of(house, seminar)).hash is None
