"""Signed sheets sent in chat: what their files are called, and where it is said that they came."""

from dataclasses import asdict
from datetime import UTC, datetime

import pytest

from core.chat import Ask, File
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import ChatAddress, Ready, Skip
from core.people.models import Membership
from core.people.roles import Role
from core.reference import Reference
from core.settings import Settings
from digest.seminars import documents, store
from tests.seminars import ODILE, SeminarHouse, plain, seminar_settings

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
STARTS = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)  # 9:30 in Paris
GROUP, TOPIC = -100123, 7


class Photos:
    """The chat's files: whatever is asked for is a photo."""

    async def fetch(self, file_id: str) -> bytes:
        return b"\xff\xd8\xff\xe0 " + file_id.encode()


def with_group() -> Settings:
    given = seminar_settings()
    telegram = given.telegram.model_copy(update={"group_id": GROUP, "desk_thread_id": TOPIC})
    return given.model_copy(update={"telegram": telegram})


@pytest.fixture
async def house(database: Database) -> SeminarHouse:
    made = SeminarHouse(database, FixedClock(NOW), with_group(), Photos())
    await made.settle_in()
    return made


async def send(house: SeminarHouse, half_day: int, *, private: bool) -> None:
    """Send the photo of a signed sheet, in private or in the animators' group."""
    reference = Reference("attendance", "half_day", str(half_day))
    (ask,) = await house.press_on("attendance.scan", reference, 0, private=private)
    assert isinstance(ask, Ask)
    pages = {"text": "", "files": [asdict(File("photo", f"{half_day}", f"u{half_day}"))]}
    async with house.database.write() as session:
        turn = house._turn(session, ODILE, private=private)  # the house's own tests
        values = {**ask.values, "pages": pages, "more": {"text": "", "files": []}}
        await house.form(ask.form).finish(turn, values)
    await house.tick("attendance.files")


async def half_days(house: SeminarHouse) -> list[int]:
    seminar = await house.seminar(STARTS, 2)
    async with house.database.read() as session:
        return [each.id for each in await store.half_days(session, seminar)]


async def test_signed_sheets_are_called_as_the_evidence_calls_them(house: SeminarHouse) -> None:
    for half_day in await half_days(house):
        await send(house, half_day, private=True)
    async with house.database.read() as session:
        assert [each.name for each in await documents.of(session, 1, "scan")] == [
            "emargement-2027-03-12-matin-signe-1.jpg",
            "emargement-2027-03-12-apres-midi-signe-1.jpg",
        ]


async def test_what_is_sent_in_the_group_is_answered_in_its_topic(house: SeminarHouse) -> None:
    morning, _ = await half_days(house)
    await send(house, morning, private=False)
    (row,) = await house.rows("attendance.noted")
    assert "est enregistrée : 1 fichier" in plain((await house.chat_post(row)).text)
    assert await house.prepared(row) == Ready(ChatAddress(GROUP, TOPIC))


async def test_what_is_sent_in_private_is_answered_there(house: SeminarHouse) -> None:
    morning, _ = await half_days(house)
    await send(house, morning, private=True)
    (row,) = await house.rows("attendance.noted")
    assert await house.prepared(row) == Skip("not_wanted")  # she animates no more
    async with house.database.write() as session:
        session.add(Membership(person_id=1, role=Role.ANIMATOR.value, since=NOW))
    assert await house.prepared(row) == Ready(ChatAddress(100))
