"""The real service killed while a letter leaves: nobody is forgotten, nobody has it twice.

Only what was on the wire at that very moment is held, for a person to decide.
"""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from core.clock import FixedClock, SystemClock
from core.db import Database
from core.ledger.models import Delivery
from digest.letter import editions, names
from digest.letter.models import Edition
from digest.subscribers.models import Subscriber
from tests.letter import LetterHouse, settings_for_letters
from tests.process import GROUP, KILLED, World, running_world
from tests.sendings import APPROVER, about

on_sqlite = pytest.mark.parametrize("empty_database", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("empty_database", ["postgresql"], indirect=True)
READERS = 24
AT_MOST_IN_DOUBT = 2 * 4
"""Per kill, twice the connections."""


@pytest.fixture
async def world(empty_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with running_world(empty_database, tmp_path) as world:
        yield world


async def approved(world: World) -> list[str]:
    """Approve a letter; return who is to receive it: a third by theme, one of them nothing."""
    clock = FixedClock(SystemClock().now())
    house = LetterHouse(world.database, clock, settings_for_letters())
    emails = [f"a{number}@kills.example" for number in range(READERS)]
    identities = await house.subscribe(*emails)
    async with world.database.write() as session:
        for place, identity in enumerate(identities[::3]):
            row = await session.get_one(Subscriber, identity)
            row.whole_letter, row.themes = False, ["ecole" if place == 0 else "habitat"]
        house.offered = [about(1, "habitat"), about(2, "sante")]
        edition = await editions.compose_edition(
            session, house.parts, lambda: [house.source()], clock.now(), APPROVER
        )
        assert edition is not None
        await editions.approve(session, house.parts, edition, APPROVER, clock.now())
    return emails[1:]


async def received(world: World) -> Counter[str]:
    mails = await world.mail.messages()
    return Counter(address for mail in mails for address in mail.envelope_to)


async def unfinished(world: World) -> list[int]:
    async with world.database.read() as session:
        query = select(Edition.number).where(Edition.sent_at.is_(None))
        return list(await session.scalars(query))


async def in_doubt(world: World) -> list[Delivery]:
    async with world.database.read() as session:
        query = select(Delivery).where(
            Delivery.kind == names.EDITION, Delivery.state == "uncertain"
        )
        return list(await session.scalars(query))


@on_sqlite
@pytest.mark.parametrize(
    "failpoint",
    [
        "letter.begun",
        "letter.rendition_kept",
        "letter.between_chunks",
        "letter.between_chunks:2",
        "ledger.after_send:6",
    ],
)
async def test_killed_anywhere_it_reaches_everybody_once(world: World, failpoint: str) -> None:
    await killed(world, failpoint)


@on_postgresql
@pytest.mark.parametrize("failpoint", ["letter.rendition_kept", "letter.between_chunks"])
async def test_on_postgresql_too(world: World, failpoint: str) -> None:
    await killed(world, failpoint)


async def killed(world: World, failpoint: str) -> None:
    readers = await approved(world)
    first = await world.start(failpoint)
    assert await first.ended() == KILLED
    second = await world.start()
    await second.until_none("the letter is sent", lambda: unfinished(world))
    arrived, doubts = await received(world), await in_doubt(world)
    assert max(arrived.values()) == 1, "nobody has it twice"
    assert len(doubts) <= AT_MOST_IN_DOUBT
    assert len(readers) - len(arrived) <= len(doubts), "who has it not is known"
    await second.eventually("the report", lambda: world.saying(GROUP, "compte rendu d’envoi"))
    assert await second.stop() == 0
    assert len(world.saying(GROUP, "compte rendu d’envoi")) == 1


@on_postgresql
async def test_two_processes_send_it_once_and_show_one_progress(world: World) -> None:
    readers = await approved(world)
    first = await world.start(only="tick,dispatch")
    second = await world.start(only="tick,dispatch")
    await first.until_none("the letter is sent", lambda: unfinished(world))
    assert await received(world) == Counter(readers)
    await first.eventually("the end", lambda: world.saying(GROUP, "envoi terminé"))
    await first.eventually("the report", lambda: world.saying(GROUP, "compte rendu d’envoi"))
    assert await first.stop() == 0
    assert await second.stop() == 0
    assert len(world.saying(GROUP, "compte rendu d’envoi")) == 1
    assert len(world.saying(GROUP, "envoi terminé")) == 1
    (shown,) = world.saying(GROUP, "envoi terminé")
    assert "Envoyés\u00a0: 23 sur 24" in shown["text"]
    assert "Non envoyé\u00a0: 1" in shown["text"]


@on_sqlite
async def test_without_a_service_the_command_sends_it_and_shows_it(world: World) -> None:
    readers = await approved(world)
    sending = await world.run("digest", "send", "--config", str(world.config))
    assert await sending.ended() == 0
    assert await received(world) == Counter(readers)
    assert "Letter 1: 23 sent, 1 skipped" in " ".join(sending.output.split()).replace(
        "1 skipped, 23 sent", "23 sent, 1 skipped"
    )
    status = await world.run("digest", "status", "--config", str(world.config))
    assert await status.ended() == 0
    assert "Letter 1: sent" in status.output
    pausing = await world.run("digest", "pause", "--config", str(world.config))
    assert await pausing.ended() == 1
    assert "no letter is being sent" in pausing.output
