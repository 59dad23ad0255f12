"""What strangers leave at the door: forgotten when it is said to be, in the group too."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.entrance.models import AccessRequest
from core.clock import FixedClock
from core.db import Database
from tests.whole import CLAIRE, GROUP, JEANNE, STRANGER, Whole, open_whole

EMAIL = "odile.inconnue@ailleurs.example"
TRACES = f"odile.inconnue|Odilette|{STRANGER}"


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> Whole:
    return await open_whole(database, clock)


async def asks(house: Whole, email: str = EMAIL) -> None:
    """A stranger asks for an access, up to the animators."""
    await house.say(STRANGER, "/acces", name="Odilette")
    await house.say(STRANGER, email, name="Odilette")
    await house.say(STRANGER, await house.code(), name="Odilette")


async def traces(house: Whole, wanted: str = TRACES) -> list[str]:
    return [
        line[:300] for line in (await house.everything()).splitlines() if re.search(wanted, line)
    ]


async def test_who_was_refused_is_forgotten_in_the_group_too(house: Whole) -> None:
    await asks(house)
    assert EMAIL in house.chat(GROUP)
    await house.press(JEANNE, "Refuser", chat=GROUP)
    await house.tick("entrance.purge", after=timedelta(days=31))
    assert EMAIL not in house.chat(GROUP)
    assert "Odilette" not in house.chat(GROUP)
    await house.forget_updates()
    assert await traces(house) == []


async def test_of_who_is_barred_the_account_alone_is_kept(house: Whole) -> None:
    await asks(house)
    await house.press(JEANNE, "Bloquer ce compte", chat=GROUP)
    await house.tick("entrance.purge", after=timedelta(days=31))
    assert EMAIL not in house.chat(GROUP)
    await house.forget_updates()
    assert await traces(house, "odile.inconnue|Odilette") == []
    [stopped] = await house.say(STRANGER, "/acces")
    assert "n’a pas ouvert d’accès" in stopped.text


async def test_who_gave_the_address_of_somebody_erased_stays_barred(house: Whole) -> None:
    await asks(house, "claire@orsanne.example")
    await house.press(JEANNE, "Bloquer ce compte", chat=GROUP)
    exported = await house.exported(CLAIRE)
    assert "Odilette" not in exported, "a stranger's name is not Claire's data"
    await house.erase(41)
    async with house.database.read() as session:
        [row] = await session.scalars(select(AccessRequest))
    assert (row.state, row.account, row.email, row.name) == ("barred", str(STRANGER), "", "")
    assert "claire@" not in house.chat(GROUP)
