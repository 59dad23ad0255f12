"""Forged buttons: whatever they carry, whoever presses, an answer or a refusal, never a crash."""

from datetime import UTC, datetime, timedelta

import pytest

from core.chat import Action, Sender
from core.clock import FixedClock
from core.db import Database
from core.people.roles import Role
from core.reference import NotARowError, Reference
from digest.seminars import store
from digest.seminars.decide import Kind
from tests.seminars import SeminarHouse, seminar_settings

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
FORMER = Sender("200", "Inès Roche", person_id=2)
EVERY = Sender("100", "Odile Vernhet", person_id=1, roles=frozenset(Role))
IDS = (
    "0", "1", "2", "3", "999999999", "9" * 30, "-1", "²", "x", "1-0", "1-0-0", "1-1-1", "1-9-9",
    "1-999999999", "3-0", "3-0-0123456789", "2-m-site", "2-h-999999999", "2-r-9", "2-q-9",
    "2-p-999999999", "2-d-99", "2-c-1", "2-l-999999999", "1-s-come", "1-n-1", "chat", "2-x-1",
)  # fmt: skip


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    house = SeminarHouse(database, clock, seminar_settings())
    await house.settle_in()
    await house.seminar(STARTS_AT, 2, 3)
    async with database.write() as session:
        await store.create(
            session, kind=Kind.STEERING, title="En préparation", starts_at=STARTS_AT,
            ends_at=STARTS_AT + timedelta(hours=3), now=clock.now(),
        )  # fmt: skip
    await house.seminar(clock.now() + timedelta(hours=1), 2, kind=Kind.TECHNICAL)
    clock.set(clock.now() + timedelta(days=1))
    return house


async def pressed(house: SeminarHouse, sender: Sender, action: Action, about: Reference) -> str:
    """Press a button, and give up what it did; return what crashed."""
    try:
        async with house.database.write() as session:
            turn = house._turn(session, sender, private=True)  # the house's own tests
            await action.handler(turn, about, 1)
            await session.rollback()
    except NotARowError:
        return ""
    except Exception as error:  # noqa: BLE001  # what is looked for
        return f"{action.name} {about}: {error!r:.150}"
    return ""


async def crashes(house: SeminarHouse, sender: Sender) -> list[str]:
    found = []
    for action in [each for room in house.rooms for each in room.actions]:
        if action.role is not None and action.role not in sender.roles:
            continue
        for room, kind in (("seminars", "choice"), ("seminars", "answer")):
            for identity in IDS:
                about = Reference(room, kind, identity)
                found.append(await pressed(house, sender, action, about))
    return [each for each in found if each]


@pytest.mark.parametrize("sender", [FORMER, EVERY], ids=["former", "everything"])
async def test_no_forged_button_breaks_anything(house: SeminarHouse, sender: Sender) -> None:
    assert await crashes(house, sender) == []
