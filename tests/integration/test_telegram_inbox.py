"""The inbox when clocks or stored answers are wrong, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.telegram import inbox
from bot.telegram.answering import PATIENCE, Answerer
from bot.telegram.api import make_bot
from bot.telegram.models import InboxUpdate
from core.clock import FixedClock, SystemClock
from core.db import Database
from core.settings import Settings
from tests.conftest import MORNING
from tests.parts import make_parts

LEASE = 10.0


async def held(database: Database, holder: str, at: float) -> bool:
    """Ask for the lease `at` so many seconds after the morning."""
    now = MORNING + timedelta(seconds=at)
    async with database.write() as session:
        return await inbox.hold(session, "receive", holder, now, LEASE)


async def test_a_lease_has_one_holder_until_it_ends(database: Database) -> None:
    assert await held(database, "first", 0)
    assert not await held(database, "second", 9)
    assert await held(database, "first", 9)
    assert not await held(database, "second", 18)
    assert await held(database, "second", 19)


async def test_a_lease_of_before_the_clock_was_set_back_holds_nobody_up(
    database: Database,
) -> None:
    assert await held(database, "dead", 3600)
    assert await held(database, "alive", 0)
    assert not await held(database, "other", -60)


async def test_answers_that_nobody_can_send_are_given_up(
    database: Database, clock: FixedClock
) -> None:
    settings = Settings.model_validate({"telegram": {"token": "1:a", "max_attempts": 2}})
    parts = make_parts(database, clock, settings)
    answerer = Answerer(parts, make_bot(settings.telegram), retry_first=0.1)
    of_another_version: dict[str, Any] = {"kind": "unheard of"}
    async with database.write() as session:
        raw = {"update_id": 1, "message": {"chat": {"id": 5}, "from": {"id": 5}}}
        await inbox.insert(session, [raw], SystemClock().now())
        await session.execute(
            update(InboxUpdate).values(handled_at=MORNING, replies=[of_another_version])
        )
    for _ in range(2 * PATIENCE + 1):
        await overdue(database)
        with pytest.raises((TypeError, KeyError, ValueError)):
            await answerer.take_over(1)
    await overdue(database)
    await answerer.take_over(1)
    assert await answerer.overdue() == []
    async with database.read() as session:
        assert not await inbox.busy(session)


async def overdue(database: Database) -> None:
    """Let the time pass after which another may send the answers."""
    async with database.write() as session:
        await session.execute(update(InboxUpdate).values(reply_at=MORNING - timedelta(days=999)))


async def test_what_messages_of_ours_were_about_is_forgotten_in_the_end(
    database: Database,
) -> None:
    async with database.write() as session:
        await inbox.remember(session, 5, 1, "watch:story:12", MORNING - timedelta(days=401))
        await inbox.remember(session, 5, 2, "watch:story:13", MORNING - timedelta(days=399))
        assert await inbox.purge_subjects(session, MORNING - timedelta(days=400)) == 1
    async with database.read() as session:
        assert await inbox.remembered(session, 5, 1) is None
        assert str(await inbox.remembered(session, 5, 2)) == "watch:story:13"


async def test_what_no_database_would_take_is_made_writable(database: Database) -> None:
    raw = {"update_id": 1, "message": {"chat": {"id": 5}, "text": "a\0b \ud83d", "x": [None, 1]}}
    async with database.write() as session:
        await inbox.insert(session, [raw], SystemClock().now())
        row = await session.get(InboxUpdate, 1)
        assert row is not None
        assert row.raw["message"] == {"chat": {"id": 5}, "text": "ab ?", "x": [None, 1]}
