"""Changing what was posted as long as it has not left, on both databases."""

from datetime import UTC, datetime, timedelta

from core.db import Database
from core.ledger import claims
from core.ledger.amend import Posted, hold, posted, replace, withdraw
from core.ledger.draft import Channel, Content, Draft, Parcel
from core.ledger.processes import Process
from core.ledger.rules import Settlement, State
from core.ledger.store import external_id_of, post
from core.ledger.views import adopt, drop, wanted
from core.reference import Party, Reference

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CLAIRE = Party("person", "1")
KIND = "hotline.answer"


def content(words: str) -> Content:
    return Content(Channel.CHAT, words.encode())


async def given(database: Database, *slots: str) -> None:
    async with database.write() as session:
        cause = Reference("hotline", "question", "1")
        drafts = [Draft(KIND, slot, CLAIRE, content(slot), cause, NOON) for slot in slots]
        await post(session, drafts, NOON)


async def seen(database: Database, slot: str) -> list[Posted]:
    async with database.read() as session:
        return list(await posted(session, KIND, CLAIRE, slot))


async def claimed(database: Database) -> list[Parcel]:
    async with database.write() as session:
        await claims.beat(session, "w1", Process(None, None, None), NOON)
        return await claims.claim(
            session,
            Channel.CHAT,
            "w1",
            limit=10,
            now=NOON,
            real_now=NOON,
            lease=timedelta(minutes=1),
        )


async def test_what_is_under_a_slot_is_found_and_nothing_beside_it(database: Database) -> None:
    await given(database, "question:1/message:1", "question:1/message:1/2", "question:1/message:12")
    rows = await seen(database, "question:1/message:1")
    assert [row.slot for row in rows] == ["question:1/message:1", "question:1/message:1/2"]
    assert [row.body for row in rows] == [row.slot.encode() for row in rows]
    assert not any(row.started for row in rows)


async def test_what_waits_takes_another_content(database: Database) -> None:
    await given(database, "a")
    async with database.write() as session:
        [row] = await hold(session, KIND, CLAIRE, "a")
        assert await replace(session, row, content("new"), NOON)
    [row] = await seen(database, "a")
    assert (row.body, row.state) == (b"new", State.PENDING)
    [parcel] = await claimed(database)
    assert parcel.body == b"new"


async def test_what_a_dispatcher_has_read_keeps_its_content(database: Database) -> None:
    await given(database, "a")
    await claimed(database)
    async with database.write() as session:
        [row] = await hold(session, KIND, CLAIRE, "a")
        assert not await replace(session, row, content("new"), NOON)
    assert [row.body for row in await seen(database, "a")] == [b"a"]


async def test_what_is_claimed_can_be_withdrawn_and_does_not_start(database: Database) -> None:
    await given(database, "a", "a/2")
    parcels = await claimed(database)
    async with database.write() as session:
        rows = await hold(session, KIND, CLAIRE, "a")
        assert not any(row.started for row in rows)
        await withdraw(session, rows, "held back", NOON)
    async with database.write() as session:
        assert not [p for p in parcels if await claims.start(session, p, "w1", NOON)]
    assert {row.state for row in await seen(database, "a")} == {State.CANCELLED}


async def test_what_has_started_is_left_as_it_is(database: Database) -> None:
    await given(database, "a")
    [parcel] = await claimed(database)
    async with database.write() as session:
        assert await claims.start(session, parcel, "w1", NOON)
        assert await external_id_of(session, KIND, "a", CLAIRE) is None
    async with database.write() as session:
        [row] = await hold(session, KIND, CLAIRE, "a")
        assert row.started
        await withdraw(session, [row], "held back", NOON)
        sent = Settlement(State.SENT, external_id="1001:5")
        assert await claims.settle(session, parcel, "w1", sent, now=NOON, real_now=NOON)
    async with database.read() as session:
        assert await external_id_of(session, KIND, "a", CLAIRE) == "1001:5"
        assert await external_id_of(session, KIND, "a", Party("person", "2")) is None


async def test_a_view_is_forgotten_then_taken_anew(database: Database) -> None:
    async with database.write() as session:
        await adopt(session, "hotline.card:1", CLAIRE, content("card"), "-100:5")
        assert await wanted(session, "hotline.card:1") == b"card"
        await drop(session, "hotline.card:1")
        assert await wanted(session, "hotline.card:1") is None
        await adopt(session, "hotline.card:1", CLAIRE, content("again"), "-100:9")
        assert await wanted(session, "hotline.card:1") == b"again"
