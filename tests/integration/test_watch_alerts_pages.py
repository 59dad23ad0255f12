"""« Je suis intéressé(e) » from the web: asked, confirmed by mail, taken back."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from core.clock import FixedClock
from core.db import Database
from core.ledger.models import Delivery, Message
from core.people.models import Membership, Person
from core.render import MailText, Renderer
from tests.parts import COMMON
from tests.whole import SINCE, Whole, open_whole
from watch.alerts import names
from watch.alerts.models import Interest
from watch.alerts.pages import InterestPages
from watch.models import Entry, Source, Story

CLOSING = "2027-01-20T15:00:00+00:00"
CLAIRE_MAIL, ODILE_ID = "claire@orsanne.example", 50
PAGE = "/veille/actualites/1"


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> Whole:
    """Open the house with a kept call; Odile is an agent of two territories, without chat."""
    house = await open_whole(database, clock)
    async with database.write() as session:
        odile = {"given_name": "Odile", "family_name": "Vernhet", "email": "odile@orsanne.example"}
        session.add(Person(id=ODILE_ID, **odile))
        source = Source(name="Journal", url="https://a.example.org/rss", section="x", every=3600.0)
        story = Story(
            title="Fonds <des> centres-bourgs",
            title_key="fonds",
            link="https://a.example.org/1",
            section="appels-a-projets",
            state="kept",
            decided_at=clock.now(),
            dates=[
                {"kind": "round", "at": "2026-11-01T15:00:00+00:00", "words": "1re relève"},
                {"kind": "round", "at": CLOSING, "words": "2e relève"},
            ],
            deadline=datetime.fromisoformat("2026-11-01T15:00:00+00:00"),
            first_seen_at=clock.now(),
        )
        session.add_all([source, story])
        await session.flush()
        for territory in (1, 2):
            session.add(
                Membership(person_id=ODILE_ID, role="agent", territory_id=territory, since=SINCE)
            )
        session.add(
            Entry(
                source_id=source.id,
                story_id=story.id,
                identity="guid:1",
                hash="",
                title="Fonds",
                link="https://a.example.org/1",
                summary="",
                author="",
                first_seen_at=clock.now(),
            )
        )
    return house


def visitor(house: Whole) -> httpx.AsyncClient:
    application = Starlette(routes=[page for room in house.rooms for page in room.pages])
    transport = httpx.ASGITransport(application)
    return httpx.AsyncClient(transport=transport, base_url="https://relais.test")


async def asks(house: Whole, email: str) -> httpx.Response:
    async with visitor(house) as browser:
        return await browser.post(f"{PAGE}/interesse", data={"email": email})


async def mails(house: Whole) -> list[Delivery]:
    async with house.database.read() as session:
        query = select(Delivery).where(Delivery.kind == names.CONFIRMATION).order_by(Delivery.id)
        return list(await session.scalars(query))


async def path(house: Whole) -> str:
    [*_, row] = await mails(house)
    url = str(row.values[names.INTEREST_URL])
    return url[url.index("/veille/") :]


async def interests(house: Whole) -> list[tuple[int, int | None, str, bool]]:
    async with house.database.read() as session:
        found = await session.scalars(select(Interest).order_by(Interest.id))
        return [
            (each.territory_id, each.person_id, each.via, each.withdrawn_at is None)
            for each in found
        ]


async def test_the_page_of_a_call_with_a_date_to_come_shows_the_form(house: Whole) -> None:
    async with visitor(house) as browser:
        shown = await browser.get(PAGE)
        assert f'action="{PAGE}/interesse"' in shown.text
        house.clock.set(datetime.fromisoformat(CLOSING))
        assert "/interesse" not in (await browser.get(PAGE)).text
        late = await browser.post(f"{PAGE}/interesse", data={"email": CLAIRE_MAIL})
        assert late.status_code == 409
        assert (await browser.post("/veille/actualites/9/interesse")).status_code == 404


async def test_the_answer_is_the_same_whether_the_address_is_known_or_not(house: Whole) -> None:
    known, unknown = await asks(house, CLAIRE_MAIL), await asks(house, "zoe@ailleurs.example")
    assert known.status_code == unknown.status_code == 200
    assert known.text == unknown.text
    assert "Fonds &lt;des&gt; centres-bourgs" in known.text
    [row] = await mails(house)
    assert row.recipient == "person:41"
    await asks(house, " Claire@Orsanne.example ")
    assert len(await mails(house)) == 1, "one a day"
    house.clock.set(house.clock.now() + timedelta(days=1))
    await asks(house, CLAIRE_MAIL)
    assert len(await mails(house)) == 2


async def test_the_mail_is_written_for_strangers_too_so_that_time_tells_nothing(
    house: Whole,
) -> None:
    written: list[str] = []

    class Counting(Renderer):
        def mail(self, name: str, *rest: Any, **more: Any) -> MailText:
            written.append(name)
            return super().mail(name, *rest, **more)

    parts = replace(house.parts, renderer=Counting(COMMON))
    transport = httpx.ASGITransport(Starlette(routes=InterestPages(parts).routes()))
    async with httpx.AsyncClient(transport=transport, base_url="https://relais.test") as browser:
        for email in (CLAIRE_MAIL, "zoe@ailleurs.example"):
            await browser.post(f"{PAGE}/interesse", data={"email": email})
    assert written == ["interest_confirmation"] * 2
    assert len(await mails(house)) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "Indiquez votre adresse"), ("zoe", "ne semble pas correcte"), ('"><b>', "ne semble pas")],
)
async def test_a_wrong_address_is_explained(house: Whole, typed: str, said: str) -> None:
    answer = await asks(house, typed)
    assert answer.status_code == 400
    assert said in answer.text
    assert "<b>" not in answer.text


async def test_who_has_left_the_network_gets_no_mail(house: Whole) -> None:
    async with house.database.write() as session:
        query = select(Membership).where(Membership.person_id == 41)
        (await session.scalars(query)).one().until = house.clock.now()
    assert (await asks(house, CLAIRE_MAIL)).status_code == 200
    assert await mails(house) == []


async def test_the_link_shows_a_button_and_the_button_acts_once(house: Whole) -> None:
    await asks(house, CLAIRE_MAIL)
    async with visitor(house) as browser:
        link = await path(house)
        shown = await browser.get(link)
        await browser.head(link)
        assert await interests(house) == []
        assert "c•••@orsanne.example" in shown.text
        assert CLAIRE_MAIL not in shown.text
        assert "mercredi 20 janvier 2027 à 16\u00a0h" in shown.text
        assert shown.headers["cache-control"] == "no-store"
        done = await browser.post(link)
        again = await browser.post(link)
    assert "le lundi 21 décembre 2026 à 9\u00a0h (30 jours avant)" in done.text
    assert again.text == done.text
    assert await interests(house) == [(1, 41, "mail", True)]


async def test_who_serves_several_territories_chooses_on_the_page(house: Whole) -> None:
    await asks(house, "odile@orsanne.example")
    async with visitor(house) as browser:
        link = await path(house)
        shown = await browser.get(link)
        assert 'type="radio" name="territory" value="2"' in shown.text
        await browser.post(link, data={"territory": "2"})
    assert await interests(house) == [(2, ODILE_ID, "mail", True)]


async def test_links_expire_and_forged_ones_are_refused(house: Whole) -> None:
    await asks(house, CLAIRE_MAIL)
    link = await path(house)
    async with visitor(house) as browser:
        assert (await browser.get(f"{link}x")).status_code == 400
        withdraw = f"/veille/interet/retrait/{link.rpartition('/')[2]}"
        assert (await browser.get(withdraw)).status_code == 400, "another purpose"
        house.clock.set(house.clock.now() + timedelta(days=8))
        assert (await browser.get(link)).status_code == 410
        assert (await browser.post(link)).status_code == 410
    assert await interests(house) == []


async def test_a_link_does_nothing_once_the_call_is_closed(house: Whole) -> None:
    house.clock.set(datetime.fromisoformat("2027-01-19T08:00:00+00:00"))
    await asks(house, CLAIRE_MAIL)
    house.clock.set(datetime.fromisoformat("2027-01-21T08:00:00+00:00"))
    async with visitor(house) as browser:
        assert (await browser.post(await path(house))).status_code == 410
    assert await interests(house) == []


async def test_the_mail_names_nobody_and_a_reminder_can_be_stopped_from_its_mail(
    house: Whole,
) -> None:
    await asks(house, "odile@orsanne.example")
    async with visitor(house) as browser:
        await browser.post(await path(house), data={"territory": "1"})
        house.clock.set(datetime.fromisoformat("2026-12-21T08:00:00+00:00"))
        await house.tick("alerts.remind")
        async with house.database.read() as session:
            query = select(Delivery).where(Delivery.kind == names.REMINDER_MAIL)
            row = (await session.scalars(query)).one()
            body = (await session.get_one(Message, row.message_hash)).body.decode()
        assert row.state == "sent"
        assert "odile" not in body.lower()
        url = str(row.values[names.WITHDRAW_URL])
        link = url[url.index("/veille/") :]
        shown = await browser.get(link)
        assert "o•••@orsanne.example" in shown.text
        assert await interests(house) == [(1, ODILE_ID, "mail", True)]
        assert "C’est noté" in (await browser.post(link)).text
        await browser.post(link)
        assert (await browser.get(f"{link}x")).status_code == 400
        assert (await browser.post(f"{link}x")).status_code == 400
    assert await interests(house) == [(1, ODILE_ID, "mail", False)]
