"""The register of what was sent about a meeting: nothing that left is left out, or unnamed."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from core.clock import FixedClock
from core.db import Database
from core.reference import Party
from digest.seminars import names, store
from digest.seminars.attendance import store as attendance
from digest.seminars.attendance.rules import Row
from digest.seminars.evidence.tables import Tables
from digest.seminars.models import Seminar
from tests.inviting import HOLD, STARTS_AT, InvitingHouse
from tests.seminars import INES, plain, seminar_settings

OVER = STARTS_AT + timedelta(hours=8)
TUESDAY = datetime(2027, 3, 16, 8, tzinfo=UTC)  # 9:00 in Paris


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> InvitingHouse:
    house = InvitingHouse(database, clock, seminar_settings((7,), chase=(30,)))
    await house.settle_in()
    return house


async def register(house: InvitingHouse, seminar: int) -> list[tuple[str, str]]:
    """Return what the register says was sent, and to whom."""
    async with house.database.read() as session:
        row = await session.get_one(Seminar, seminar)
    data = await Tables(house.parts, row).register()
    lines = csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";")
    return [(plain(line[0]), line[1]) for line in list(lines)[1:]]


async def came(house: InvitingHouse, seminar: int) -> None:
    """Note Inès as there, and have her certificate and thanks leave."""
    async with house.database.write() as session:
        (first, *_) = await store.half_days(session, seminar)
        row = Row("person:2", "person:2", "Inès Roche", "Roche", present=True, source="sheet")
        await attendance.note(session, first, [row], house.clock.now(), Party("person", "1"))
    await house.press("attendance.certify", seminar)
    await house.tick("attendance.certificates")
    await house.tick("attendance.thanks")
    await house.tick_at(TUESDAY)


async def test_all_that_a_meeting_sends_is_in_its_register(house: InvitingHouse) -> None:
    seminar = await house.draft()
    shown = await house.through(
        await house.invites(seminar), "Territoires", "Pays d’Orsanne", "Retour aux invités",
        "Aperçu avant envoi",
    )  # fmt: skip
    await house.choose(shown, "M’envoyer un essai")
    await house.choose(shown, "Publier et inviter")
    await house.tick_at(house.clock.now() + HOLD, "invitations.leave")
    await house.tick()
    await house.tick_at(STARTS_AT - timedelta(days=29))
    await house.press("seminars.join", seminar, sender=INES)
    await house.tick_at(STARTS_AT - timedelta(days=6))
    house.clock.set(OVER)
    await came(house, seminar)
    assert await register(house, seminar) == [
        ("invitation, essai pour l’équipe", "Odile Vernhet"),
        ("invitation", "Inès Roche"),
        ("invitation", "Marc Vidal"),
        ("confirmation d’inscription", "Inès Roche"),
        ("relance", "Marc Vidal"),
        ("rappel", "Inès Roche"),
        ("attestation de présence", "Inès Roche"),
        ("remerciements", "Inès Roche"),
    ]


async def test_every_kind_that_a_meeting_sends_has_a_name_of_its_own(house: InvitingHouse) -> None:
    seminar = await house.seminar(STARTS_AT)
    async with house.database.read() as session:
        tables = Tables(house.parts, await session.get_one(Seminar, seminar))
    unnamed = {
        kind
        for kind in house.kinds
        if tables._say("sent_what", kind=kind) == "message de service"  # what it says
    }
    assert names.INVITATION in house.kinds
    assert unnamed == {
        "attendance.noted", "minutes.told", "scheduling.programme",  # what an animator just did
        "evidence.pack", "evidence.told", "obligations.contract",  # about no meeting's sending
        "seminars.guest_data",  # about a guest
    }  # fmt: skip
