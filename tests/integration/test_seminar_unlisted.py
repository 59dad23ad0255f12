"""A meeting for those it invites is announced to nobody else, and all its links still work."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from core.chat import Sender
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import Channel
from digest.seminars import names, store
from digest.seminars.calendars.meetings import meeting
from digest.seminars.decide import Kind
from digest.seminars.inviting.mails import invitation
from digest.seminars.models import Seminar
from digest.seminars.next_meeting import next_meeting
from tests.seminars import INES, ODILE, SeminarHouse, plain, seminar_settings

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
ZOE = {"name": "Zoé Marchand", "email": "zoe@orsanne.example"}


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    house = SeminarHouse(database, clock, seminar_settings())
    await house.settle_in()
    return house


async def committee(house: SeminarHouse, *people: int) -> tuple[int, str]:
    """Publish a committee; return it with the path of its page."""
    number = await house.seminar(STARTS_AT, *people, kind=Kind.STEERING, title="Budget 2027")
    async with house.database.read() as session:
        row = await session.get_one(Seminar, number)
    return number, names.seminar_path(house.parts, row)


async def test_no_list_tells_of_a_committee_before_nor_after(house: SeminarHouse) -> None:
    number, _ = await committee(house, 2)
    await house.seminar(STARTS_AT, title="Ouvert à tous")
    async with house.visitor() as visitor:
        for path in ("/rencontres", "/rencontres.ics"):
            told = (await visitor.get(path)).text
            assert "Ouvert à tous" in told
            assert "Budget 2027" not in told
        await house.cancel(number)
        assert "Budget 2027" not in (await visitor.get("/rencontres")).text
        assert "Budget 2027" not in (await visitor.get("/rencontres.ics")).text
    await committee(house)
    house.clock.set(STARTS_AT + timedelta(days=2))
    async with house.visitor() as visitor:
        past = (await visitor.get("/rencontres")).text
    assert "Ouvert à tous" in past
    assert "Budget 2027" not in past


async def test_neither_the_letter_nor_newcomers_hear_of_a_committee(house: SeminarHouse) -> None:
    now = house.clock.now()
    await committee(house)
    offer, tell = house.room.contributions, next_meeting(house.parts)
    assert offer is not None
    async with house.database.read() as session:
        assert await offer(session, now - timedelta(days=30), STARTS_AT - timedelta(days=9)) == []
        assert await tell(session, now) is None


@pytest.mark.parametrize("rest", ["", ".ics", "/programme", "/documents/1"])
async def test_the_page_of_a_committee_is_found_by_its_own_link_only(
    house: SeminarHouse, rest: str
) -> None:
    number, path = await committee(house)
    other = house.parts.tokens.mark(names.PAGE, number + 1)
    async with house.visitor() as visitor:
        for guessed in (f"/rencontres/{number}", f"/rencontres/{number}-{other}"):
            refused = await visitor.get(guessed + rest)
            assert refused.status_code == 404
            assert "Budget" not in refused.text
        shown = await visitor.get(path + rest)
    if rest in ("", ".ics"):
        assert shown.status_code == 200
        assert "Budget 2027" in plain(shown.text)
        assert shown.headers["X-Robots-Tag"] == "noindex"
        assert "public" not in shown.headers["Cache-Control"]


async def test_the_key_of_a_committee_opens_its_page_for_a_year_after_it(
    house: SeminarHouse,
) -> None:
    _, path = await committee(house)
    async with house.visitor() as visitor:
        house.clock.set(STARTS_AT + timedelta(days=365))
        assert (await visitor.get(path)).status_code == 200
        house.clock.set(STARTS_AT + timedelta(days=367))
        assert (await visitor.get(path)).status_code == 404


async def test_who_comes_by_a_guessed_address_learns_what_to_do(house: SeminarHouse) -> None:
    number, path = await committee(house)
    async with house.visitor() as visitor:
        guessed = await visitor.get(f"/rencontres/{number}")
        nothing = await visitor.get("/rencontres/99")
        asked = await visitor.post(f"/rencontres/{number}", data=ZOE)
        with_key = await visitor.post(path, data=ZOE)
    assert guessed.text == nothing.text == asked.text
    assert "suivez le lien de votre invitation" in guessed.text
    assert (asked.status_code, with_key.status_code) == (404, 409)
    assert await house.registrations() == {}


async def test_every_page_of_a_committee_links_to_itself_with_its_key(house: SeminarHouse) -> None:
    number, path = await committee(house, 2)
    answer = names.answer_url(house.parts, 1).removeprefix("https://relais.test")
    async with house.visitor() as visitor:
        texts = [(await visitor.get(one)).text for one in (path, answer)]
        for text in texts:
            found = re.findall(rf'"(/rencontres/{number}\b[^"]*)"', text)
            assert found
            for link in found:
                assert (await visitor.get(link)).status_code == 200, link


async def test_what_the_invited_are_sent_leads_to_the_page(house: SeminarHouse) -> None:
    number, path = await committee(house)
    async with house.database.read() as session:
        row = await session.get_one(Seminar, number)
    post = invitation(house.parts, row, Channel.CHAT, "fr").body
    mail = invitation(house.parts, row, Channel.MAIL, "fr").body
    assert f"https://relais.test{path}" in post.decode()
    assert path.rpartition("-")[2].encode() in mail.replace(b"=\n", b"").replace(b"=\r\n", b"")
    assert meeting(house.parts, row).url == f"https://relais.test{path}"


async def test_a_committee_that_is_opened_is_announced_and_its_links_still_work(
    house: SeminarHouse,
) -> None:
    number, path = await committee(house)
    async with house.database.write() as session:
        row = await store.by_id(session, number, lock=True)
        assert row is not None
        row.open_to_all = True
    async with house.visitor() as visitor:
        listed = await visitor.get("/rencontres")
        assert f'href="/rencontres/{number}"' in listed.text
        assert (await visitor.get(f"/rencontres/{number}")).status_code == 200
        assert (await visitor.get(path)).status_code == 200


async def test_the_agenda_tells_a_committee_to_those_it_invites_and_to_animators(
    house: SeminarHouse,
) -> None:
    number, _ = await committee(house)

    async def told(sender: Sender) -> str:
        return " ".join(map(house.said, await house.command("agenda", sender)))

    assert "Budget 2027" not in await told(INES)
    assert "Budget 2027" in await told(ODILE)
    await house.register(number, 2)
    assert "Budget 2027" in await told(INES)


async def test_many_meetings_open_to_all_do_not_hide_a_committee_in_chat(
    house: SeminarHouse,
) -> None:
    for day in range(7):
        await house.seminar(STARTS_AT - timedelta(days=20 - day), title=f"Ouvert {day}")
    await committee(house, 2)
    *cards, others = await house.command("agenda", INES)
    said = [house.said(card) for card in cards]
    assert [f"Ouvert {at}" in one for at, one in enumerate(said[:5])] == [True] * 5
    assert "Budget 2027" in said[5]
    assert "2 autres" in house.said(others)
