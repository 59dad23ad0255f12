"""« Mes données »: by a link asked for just now, never by that of an edition."""

import json

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import MailAddress, Ready
from core.people.models import Structure
from core.reference import Party
from digest.subscribers import names
from digest.subscribers.adding import Ground, Newcomer, add
from digest.subscribers.models import Consent, Subscriber, Suppression
from digest.subscribers.rules import Basis, Reason, Verdict
from digest.subscribers.suppression import reason_of
from tests.letter import LetterHouse, moved, settings_for_letters

ZOE = "zoe@orsanne.example"
PAGE = "/abonnement/mes-donnees"


@pytest.fixture
def house(database: Database, clock: FixedClock) -> LetterHouse:
    return LetterHouse(database, clock, settings_for_letters())


async def fresh(house: LetterHouse, email: str = ZOE) -> str:
    async with house.visitor() as visitor:
        await visitor.post(PAGE, data={"email": email})
    row = (await house.rows(names.MY_DATA))[-1]
    return str(row.values["data_url"]).removeprefix("https://relais.test")


async def test_the_page_says_the_same_whether_the_address_is_known_or_not(
    house: LetterHouse,
) -> None:
    await house.subscribe(ZOE)
    async with house.visitor() as visitor:
        known = await visitor.post(PAGE, data={"email": ZOE})
        again = await visitor.post(PAGE, data={"email": ZOE})
        unknown = await visitor.post(PAGE, data={"email": "nobody@orsanne.example"})
        wrong = await visitor.post(PAGE, data={"email": "zoe"})
    assert known.text == again.text == unknown.text
    assert (known.status_code, unknown.status_code, wrong.status_code) == (200, 200, 400)
    (row,) = await house.rows(names.MY_DATA)
    assert await house.prepared(row) == Ready(MailAddress(ZOE))
    assert ZOE.encode() not in await house.body(row)


async def test_what_is_held_is_shown_whole_and_copied_for_an_hour(house: LetterHouse) -> None:
    await house.subscribe(ZOE)
    link = await fresh(house)
    async with house.visitor() as visitor:
        shown = await visitor.get(link)
        assert ZOE in shown.text
        assert shown.headers["cache-control"] == "no-store"
        copy = await visitor.post(link + "/copie")
        assert copy.headers["content-disposition"].startswith('attachment; filename="mes-donnees-')
        assert json.loads(copy.text)["subscribers"]["email"] == ZOE
        moved(house.clock, minutes=61)
        for answer in (
            await visitor.get(link),
            await visitor.post(link + "/copie"),
            await visitor.post(link + "/effacement", data={"sure": "1"}),
        ):
            assert answer.status_code == 410
            assert "Demander un nouveau lien" in answer.text
    assert (await house.subscriber(ZOE)).state == "confirmed"


async def test_erasing_takes_two_presses_and_leaves_nothing_that_names(
    house: LetterHouse,
) -> None:
    async with house.visitor() as visitor:
        await visitor.post("/abonnement", data={"email": ZOE})
        (row,) = await house.rows(names.CONFIRMATION)
        await visitor.post(str(row.values["confirmation_url"]))
        moved(house.clock, hours=1)
        link = await fresh(house)
        await house.settle(names.MY_DATA)
        once = await visitor.post(link + "/effacement")
        assert "Ce qui reste, et pourquoi" in once.text
        assert (await house.subscriber(ZOE)).state == "confirmed"
        twice = await visitor.post(link + "/effacement", data={"sure": "1"})
        assert "Vos données sont effacées" in twice.text
        assert (await visitor.get(link)).status_code == 410
    async with house.database.read() as session:
        found = (await session.scalars(select(Subscriber))).one()
        kept = (await session.scalars(select(Suppression))).one()
        networks = set(await session.scalars(select(Consent.network)))
    assert (found.email, found.state, found.ended_by) == (None, "unsubscribed", "erased")
    assert (kept.email, kept.reason, networks) == (None, "objected", {""})
    for kind in (names.CONFIRMATION, names.MY_DATA):
        assert [row.values for row in await house.rows(kind)] == [{}]


async def test_no_import_brings_back_who_was_erased_but_they_may_come_back(
    house: LetterHouse,
) -> None:
    await house.subscribe(ZOE)
    link = await fresh(house)
    ground = Ground(Basis.CONSENT, "Salon")
    async with house.visitor() as visitor:
        await visitor.post(link + "/effacement", data={"sure": "1"})
        async with house.database.write() as session:
            found = await add(session, house.parts, [Newcomer(ZOE)], ground, house.clock.now())
        assert found == [Verdict.OBJECTED]
        await visitor.post("/abonnement", data={"email": ZOE})
        (row,) = await house.rows(names.CONFIRMATION)
        await visitor.post(str(row.values["confirmation_url"]))
    assert (await house.subscriber(ZOE)).state == "confirmed"
    async with house.database.read() as session:
        assert await reason_of(session, ZOE) is None


async def test_only_a_fresh_link_says_whose_shared_address_it_is(house: LetterHouse) -> None:
    email = "accueil@orsanne.example"
    async with house.database.write() as session:
        session.add(Structure(id=3, code="orsanne", name="Pays d’Orsanne", mailbox=email))
        await session.flush()
        ground = Ground(Basis.PUBLIC_INTEREST, "directory")
        shared = [Newcomer(email, structure_id=3)]
        await add(session, house.parts, shared, ground, house.clock.now())
    link = await fresh(house, email)
    async with house.visitor() as visitor:
        shown = await visitor.get(link)
        erasing = await visitor.post(link + "/effacement")
    assert "adresse partagée de Pays d’Orsanne" in shown.text
    assert "mission d’intérêt public" in shown.text
    assert "aucune des personnes qui la lisent" in erasing.text


async def test_what_stays_after_an_erasure_is_said(house: LetterHouse) -> None:
    (identity,) = await house.subscribe(ZOE)
    data = house.subscribers.personal_data
    assert data is not None
    party = Party("subscriber", str(identity))
    async with house.database.write() as session:
        said = [house.words(each.what) for each in await data.keeps(session, party)]
        await data.erase(session, party)
        await data.erase(session, party)
        assert await data.keeps(session, party) == ()
        assert await reason_of(session, ZOE) is Reason.OBJECTED
    assert len(said) == 2
    assert "sans votre adresse" in said[0]
