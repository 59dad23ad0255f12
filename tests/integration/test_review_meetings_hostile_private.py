"""What meetings hold about people stays with those it is for: lists, opinions, files, erasure."""

import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from core.chat import Redraw, Toast
from core.clock import FixedClock
from core.db import Database
from core.errors import InputError
from core.people.models import Membership, Structure
from digest.seminars.attendance.connections import Window, read
from digest.seminars.attendance.opinions import Opinion, give
from digest.seminars.decide import Kind
from digest.seminars.evidence import pack
from tests.minutes import PDF, Sent, minutes_of, on_minutes, over, written
from tests.seminars import INES, MARC, SeminarHouse, seminar_settings

WHEN = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
WINDOWS = (Window(1, WHEN, WHEN + timedelta(hours=3)),)


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    made = SeminarHouse(database, clock, seminar_settings(), Sent(releve=PDF))
    await made.settle_in()
    return made


async def evidence(house: SeminarHouse, seminar: int) -> dict[str, bytes]:
    found = await pack.gathered(house.parts, seminar)
    assert found is not None
    target = io.BytesIO()
    await pack.write(house.parts, found, target)
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def opine(house: SeminarHouse, seminar: int, person: int, words: str) -> None:
    async with house.database.write() as session:
        opinion = Opinion(1, words)
        await give(
            session, house.parts.random, seminar, f"person:{person}", opinion,
            now=house.clock.now(),
        )  # fmt: skip


async def test_the_evidence_has_no_opinion_that_one_could_put_a_name_to(
    house: SeminarHouse,
) -> None:
    seminar = await over(house, WHEN, 2)
    await opine(house, seminar, 2, "Mon chef parle trop")
    await opine(house, seminar, 3, "Rien")
    pieces = await evidence(house, seminar)
    assert not any(b"Mon chef" in data for data in pieces.values())
    await opine(house, seminar, 4, "Le repas")
    pieces = await evidence(house, seminar)
    assert any(b"Mon chef" in data for data in pieces.values())


async def test_the_link_to_minutes_is_told_in_private_only(house: SeminarHouse) -> None:
    seminar = await over(house, WHEN, 2)
    await written(house, seminar, "Une ligne.")
    await on_minutes(house, "minutes.send", seminar)
    await house.tick("minutes.send")
    (refused,) = await on_minutes(house, "minutes.open", seminar, sender=MARC, private=False)
    assert isinstance(refused, Toast)


async def test_decisions_of_a_committee_are_not_published_by_one_press(
    house: SeminarHouse,
) -> None:
    seminar = await over(house, WHEN, 2, kind=Kind.STEERING)
    await written(house, seminar, "Une ligne.")
    await on_minutes(house, "minutes.finish", seminar)
    (asked,) = await on_minutes(house, "minutes.publish", seminar)
    assert isinstance(asked, Redraw)
    assert "tout le monde" in house.said(asked)
    async with house.visitor() as visitor:
        page = f"/rencontres/{seminar}/compte-rendu"
        assert (await visitor.get(page)).status_code == 404
        (shown,) = await house.push(asked, "Oui, publier sur le site")
        assert "Publié sur la page" in house.said(shown)
        assert (await visitor.get(page)).status_code == 200


async def test_minutes_of_a_seminar_are_published_by_one_press(house: SeminarHouse) -> None:
    seminar = await over(house, WHEN, 2)
    await written(house, seminar, "Une ligne.")
    await on_minutes(house, "minutes.finish", seminar)
    await on_minutes(house, "minutes.publish", seminar)
    assert (await minutes_of(house, seminar)).published_at is not None


@pytest.mark.parametrize(
    "duration",
    ["9" * 400, "9" * 5000, f"{'9' * 30} min", f"{'9' * 5000} h", "99999999999999 s", "1e308", "²"],
)
def test_a_duration_that_no_meeting_has_breaks_nothing(duration: str) -> None:
    data = f"Name;Join time;Duration\nInès Roche;12/03/2027 09:30;{duration}\n"
    data += "Marc Vidal;12/03/2027 09:30;60\n"
    found = read(data.encode(), WINDOWS)
    assert [one.name for one in found if one.minutes][-1] == "Marc Vidal"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"\xff\xfe\x00",
        b"\xef\xbb\xbf",
        b"\0" * 1000,
        b";" * 4_999_999,
        b"a;" * 2_000_000,
        b'"' + b"x" * 4_999_990,
        b"Name;Join time;Leave time\n" + b"(" * 4_000_000,
        b"Name;Join time;Leave time\n" + b"[#(" * 40_000 + b";1;1\n",
        b"Name;Join time;Leave time\n" + b"\n" * 4_000_000,
    ],
    ids=range(11),
)
def test_what_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        read(data, WINDOWS)


def test_the_longest_list_is_read() -> None:
    lines = "".join(
        f"Prénom{n} Nom{n} (invité);12/03/2027 09:30;12/03/2027 11:30\n" for n in range(4_900)
    )
    found = read(("Name;Join time;Leave time\n" + lines).encode(), WINDOWS)
    assert len(found) == 4_900


@pytest.mark.parametrize(
    "name", ["Inès" + "(" * 100_000 + ")x", "N" * 100_000, "Inès\u202e\x07 Roche"]
)
def test_a_hostile_name_among_those_connected_is_cut(name: str) -> None:
    (found,) = read(f"Name;Join;Left\n{name};09:30;12:00\n".encode(), WINDOWS)
    assert found.name.isprintable()
    assert len(found.name) <= 254


async def test_nobody_is_registered_by_a_colleague_after_giving_up(house: SeminarHouse) -> None:
    await house.seminar(WHEN, 3)
    async with house.database.write() as session:
        session.add(Structure(id=1, code="S1", name="Pays d’Orsanne"))
        await session.flush()
        since = house.clock.now()
        session.add_all(
            Membership(person_id=one, role="agent", structure_id=1, since=since) for one in (2, 3)
        )
    (listed,) = await house.press("registrations.others", 1, sender=INES)
    assert "Marc Vidal" not in house.labels(listed)
    await house.press("seminars.leave", 1, sender=MARC)
    (listed,) = await house.press("registrations.others", 1, sender=INES)
    assert "Marc Vidal" not in house.labels(listed)
