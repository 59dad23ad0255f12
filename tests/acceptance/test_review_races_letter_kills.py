"""The real service killed while a letter is paused, resumed, stopped: each is whole, or not done.

What was pressed comes again from the chat after the kill, and is done once.
"""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock, SystemClock
from core.db import Database
from core.ledger.models import Delivery, Hold
from digest.letter import editions, names
from tests.hotline_process import press
from tests.letter import LetterHouse, settings_for_letters
from tests.process import ANIMATOR, GROUP, KILLED, World, free_port, running_world
from tests.sendings import APPROVER, about, edition_of

READERS = 20
DONE = "compte rendu d’envoi"
AT_MOST_IN_DOUBT = 2 * 4
"""Of the first kill, which may fall while connections are tried: twice as many as there are."""

END = "Arrêter définitivement"
SURE = "Oui, arrêter définitivement"


@pytest.fixture
async def world(empty_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    """Give a world whose mail server is away: a letter is being sent, and nothing leaves."""
    async with running_world(empty_database, tmp_path) as world:
        world.configure(mail={"port": free_port()})
        yield world


async def approved(world: World) -> LetterHouse:
    clock = FixedClock(SystemClock().now())
    house = LetterHouse(world.database, clock, settings_for_letters())
    await house.subscribe(*(f"a{number}@kills.example" for number in range(READERS)))
    async with world.database.write() as session:
        house.offered = [about(1)]
        edition = await editions.compose_edition(
            session, house.parts, lambda: [house.source()], clock.now(), APPROVER
        )
        assert edition is not None
        await editions.approve(session, house.parts, edition, APPROVER, clock.now())
    return house


async def held(world: World) -> int:
    async with world.database.read() as session:
        return await session.scalar(select(func.count()).select_from(Hold)) or 0


async def rows(world: World) -> Counter[str]:
    async with world.database.read() as session:
        wanted = select(Delivery.state).where(Delivery.kind == names.EDITION)
        return Counter(await session.scalars(wanted))


async def paused_through_a_kill(world: World) -> LetterHouse:
    house = await approved(world)
    first = await world.start("letter.pausing")
    await first.eventually("the progress", lambda: world.saying(GROUP, "en cours d’envoi"))
    press(world, GROUP, "Mettre en pause", by=ANIMATOR)
    assert await first.ended() == KILLED
    assert (await edition_of(house)).state == "sending"
    assert await held(world) == 0, "half a pause is none"
    second = await world.start()
    await second.eventually("the pause", lambda: world.saying(GROUP, "envoi en pause"))
    assert (await edition_of(house)).state == "paused"
    assert await held(world) == 1
    assert await second.stop() == 0
    return house


@pytest.mark.parametrize("empty_database", ["postgresql"], indirect=True)
async def test_killed_while_pausing_and_resuming_it_goes_on_once(world: World) -> None:
    house = await paused_through_a_kill(world)
    world.configure()  # the mail server is back
    third = await world.start("letter.resuming")
    await third.answers("/healthz")
    press(world, GROUP, "Reprendre", by=ANIMATOR)
    assert await third.ended() == KILLED
    assert (await edition_of(house)).state == "paused"
    assert await world.mail.messages() == [], "nothing leaves by half"
    last = await world.start()
    await last.eventually("the report", lambda: world.saying(GROUP, DONE))
    mails = await world.mail.messages()
    arrived = Counter(address for mail in mails for address in mail.envelope_to)
    assert set(arrived.values()) == {1}, "nobody has it twice"
    states = await rows(world)
    assert states == Counter(sent=len(arrived), uncertain=states["uncertain"])
    assert sum(states.values()) == READERS
    assert states["uncertain"] <= AT_MOST_IN_DOUBT
    assert await held(world) == 0
    assert await last.stop() == 0
    assert len(world.saying(GROUP, DONE)) == 1


@pytest.mark.parametrize("empty_database", ["sqlite"], indirect=True)
async def test_killed_while_stopping_nothing_leaves_and_one_report_says_so(world: World) -> None:
    house = await paused_through_a_kill(world)
    world.configure()
    third = await world.start("letter.stopping")
    await third.answers("/healthz")
    press(world, GROUP, END, by=ANIMATOR)
    await third.eventually("a question", lambda: world.saying(GROUP, "Êtes-vous sûr(e)"))
    press(world, GROUP, SURE, by=ANIMATOR)
    assert await third.ended() == KILLED
    assert (await edition_of(house)).state == "paused"
    assert (await rows(world))["cancelled"] == 0
    last = await world.start()
    await last.eventually("the report", lambda: world.saying(GROUP, "compte rendu"))
    assert (await edition_of(house)).state == "cancelled"
    states = await rows(world)
    in_doubt = states["uncertain"]
    assert states == Counter(cancelled=READERS - in_doubt, uncertain=in_doubt)
    assert states["uncertain"] <= AT_MOST_IN_DOUBT
    assert await last.stop() == 0
    assert len(world.saying(GROUP, "compte rendu")) == 1
    assert await world.mail.messages() == []
