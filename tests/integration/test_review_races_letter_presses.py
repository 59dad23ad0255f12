"""Two people, or two processes, at once on one letter: one of them wins, and nothing is doubled."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock, SystemClock
from core.db import Database
from core.ledger import claims
from core.ledger.dispatcher import Dispatcher
from core.ledger.draft import Channel
from core.ledger.models import Hold
from core.ledger.rules import UNSETTLED as NOT_SETTLED
from core.reference import Party
from core.settings import LedgerSettings
from digest.letter import editions, names
from digest.letter.corrections import sending as correcting
from digest.letter.corrections import store
from digest.letter.models import Correction, Edition
from digest.letter.sending import course, pausing
from digest.subscribers import personal
from tests.gateways import ScriptedGateway
from tests.letter import LetterHouse
from tests.sendings import (
    APPROVER,
    about,
    approve,
    edition_of,
    settings_of_sendings,
    settle,
    states,
)

UNSETTLED = {state.value for state in NOT_SETTLED}


@pytest.fixture
def house(database: Database, clock: FixedClock) -> LetterHouse:
    return LetterHouse(database, clock, settings_of_sendings())


async def together(*calls: Awaitable[Any]) -> list[Any]:
    return await asyncio.gather(*calls, return_exceptions=True)


async def sending(house: LetterHouse, many: int = 10) -> list[int]:
    await house.subscribe(*(f"a{number}@orsanne.example" for number in range(many)))
    await approve(house, about(1))
    await house.tick("letter.send")
    return [row.id for row in await house.rows(names.EDITION)]


async def count(house: LetterHouse, what: Any) -> int:
    async with house.database.read() as session:
        return await session.scalar(select(func.count()).select_from(what)) or 0


async def test_two_processes_compose_once_at_one_slot(house: LetterHouse) -> None:
    house.offered = [about(1)]

    async def compose() -> Any:
        return await house.press("letter.compose", "letter:edition:next")

    await together(*(compose() for _ in range(4)))
    assert await count(house, Edition) == 1
    assert len(await house.rows(names.REVIEW)) == 1


async def test_two_processes_write_each_row_once_and_report_once(house: LetterHouse) -> None:
    await house.subscribe(*(f"a{number}@orsanne.example" for number in range(20)))
    await approve(house, about(1))
    now = house.clock.now()
    assert set(await together(*(course.send(house.parts, now) for _ in range(4)))) == {None}
    ids = [row.id for row in await house.rows(names.EDITION)]
    assert len(ids) == 20
    await settle(house, "sent", ids=ids)
    assert set(await together(*(course.send(house.parts, now) for _ in range(4)))) == {None}
    assert len(await house.rows(names.REPORT)) == 1


async def test_an_overdue_letter_is_asked_about_once_by_two_processes(house: LetterHouse) -> None:
    await house.subscribe("zoe@orsanne.example")
    await approve(house, about(1))
    late = house.clock.now() + timedelta(days=2)
    assert set(await together(*(course.send(house.parts, late) for _ in range(4)))) == {None}
    assert len(await house.rows(names.OVERDUE)) == 1
    assert await house.rows(names.EDITION) == []


async def test_pause_resume_and_stop_at_once_leave_one_state(house: LetterHouse) -> None:
    await sending(house)
    now = house.clock.now()

    async def press(change: Callable[..., Awaitable[Any]]) -> None:
        async with house.database.write() as session:
            edition = await editions.by_number(session, 1, lock=True)
            assert edition is not None
            await change(session, edition, APPROVER, now)

    changes = (pausing.pause, pausing.resume, pausing.stop) * 3
    await together(*(press(change) for change in changes))
    state, held = (await edition_of(house)).state, await count(house, Hold)
    rows = Counter(state for state, _ in (await states(house, names.EDITION)).values())
    assert (state, held, dict(rows)) in [
        ("paused", 1, {"pending": 10}),
        ("sending", 0, {"pending": 10}),
        ("cancelled", 0, {"cancelled": 10}),
    ]


async def test_pauses_and_claims_at_once_lock_nobody_out(house: LetterHouse) -> None:
    """Rows are locked by both sides, in whatever order: neither fails, nothing is started held."""
    await sending(house, 60)
    real_now = SystemClock().now()

    async def claim(worker: str) -> None:
        for _ in range(15):
            async with house.database.write() as session:
                taken = await claims.claim(
                    session, Channel.MAIL, worker, limit=50,
                    now=house.clock.now(), real_now=real_now, lease=timedelta(minutes=1),
                )  # fmt: skip
            for parcel in taken:
                async with house.database.write() as session:
                    await claims.give_back(session, parcel, worker)

    async def pause() -> None:
        for _ in range(15):
            for change in (pausing.pause, pausing.resume):
                async with house.database.write() as session:
                    edition = await editions.by_number(session, 1, lock=True)
                    assert edition is not None
                    await change(session, edition, APPROVER, house.clock.now())
                await asyncio.sleep(0)

    assert set(await together(claim("one"), claim("two"), pause())) == {None}


async def test_a_correction_approved_twice_at_once_leaves_once(house: LetterHouse) -> None:
    ids = await sending(house, 4)
    await settle(house, "sent", ids=ids[:3])
    await settle(house, "uncertain", "cut", ids=ids[3:])
    await house.tick("letter.send")
    async with house.database.write() as session:
        edition = await session.get_one(Edition, 1)
        written = await store.write(
            session, house.parts, edition, house.clock.now(), words="Lire mardi.", actor=APPROVER
        )
        identity = written.id
    what = f"letter:correction:{identity}"
    await together(*(house.press("letter.correction_approve", what, 1) for _ in range(3)))
    now = house.clock.now()
    assert set(await together(*(correcting.send(house.parts, now) for _ in range(3)))) == {None}
    rows = await house.rows(names.CORRECTION)
    assert len(rows) == 3, "exactly those who received it"
    await settle(house, "sent", ids=[row.id for row in rows])
    assert set(await together(*(correcting.send(house.parts, now) for _ in range(3)))) == {None}
    assert len(await house.rows(names.REPORT)) == 2
    async with house.database.read() as session:
        correction = await session.get_one(Correction, identity)
    assert correction.state == "sent"


async def test_who_is_erased_in_mid_send_is_written_to_no_more(house: LetterHouse) -> None:
    """What is on the wire lands; what waits, claimed or not, does not leave."""
    await sending(house, 12)
    gateway = ScriptedGateway(connections=1)
    gateway.shut()
    dispatcher = Dispatcher(
        house.database,
        {Channel.MAIL: gateway},
        {each.name: each for each in house.room.deliveries},
        house.clock,
        SystemClock(),
        LedgerSettings(batch=6),
        random.Random(1),  # noqa: S311  # it only spreads delays
        "test",
    )
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    try:
        async with asyncio.timeout(30):
            while not gateway.started:  # noqa: ASYNC110  # it is in the dispatcher's hands
                await asyncio.sleep(0.01)
            parties = list(await states(house, names.EDITION))
            on_the_wire = str(gateway.started[0][0].recipient)
            waiting = [party for party in parties if party != on_the_wire]
            erased = [on_the_wire, waiting[4], waiting[10]]
            async with house.database.write() as session:
                for party in erased:
                    await personal.erase(session, Party.parse(party), house.clock.now())
            gateway.open()
            while {s for s, _ in (await states(house, names.EDITION)).values()} & UNSETTLED:  # noqa: ASYNC110  # idem
                await asyncio.sleep(0.01)
    finally:
        stop.set()
        await running
    found = await states(house, names.EDITION)
    assert found.pop(on_the_wire) == ("sent", None)
    assert {found.pop(party) for party in erased[1:]} == {("cancelled", "erased")}
    assert set(found.values()) == {("sent", None)}
    assert len(gateway.sent) == 10
