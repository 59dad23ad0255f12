"""Places: the last ones, the waiting list, giving up, being told."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import Channel, ChatAddress, MailAddress, Ready, Skip
from core.people.models import Person
from core.reference import Party
from digest.seminars import names, registrations
from digest.seminars.models import Registration, Seminar
from digest.seminars.registering import places
from digest.seminars.registering.decide import Choice, Mode
from digest.seminars.registering.names import GONE, PROMOTED, REGISTERED, WAITING, WHO
from digest.seminars.registering.telling import Doing
from digest.subscribers.rules import Reason
from digest.subscribers.suppression import suppress
from tests.seminars import INES_MAIL, SeminarHouse, plain, readable, seminar_settings

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
INES, MARC, PAUL = (Party("person", str(number)) for number in (2, 3, 4))


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    house = SeminarHouse(database, clock, seminar_settings())
    await house.settle_in()
    return house


async def meeting(house: SeminarHouse, capacity: int | None, **changes: object) -> int:
    identity = await house.seminar(STARTS_AT, **changes)
    async with house.database.write() as session:
        await session.execute(update(Seminar).values(capacity=capacity))
    return identity


async def take(
    house: SeminarHouse, party: Party, seminar: int = 1, by: Party | None = None, **choice: object
) -> str:
    chosen = Choice(**choice)  # type: ignore[arg-type]  # what each test names
    async with house.database.write() as session:
        row = await session.get_one(Seminar, seminar)
        return await places.take(
            session, house.parts, row, party, chosen, Doing(house.clock.now(), by=by)
        )


async def leave(house: SeminarHouse, party: Party) -> bool:
    async with house.database.write() as session:
        row = await session.get_one(Seminar, 1)
        return await places.leave(session, house.parts, row, party, Doing(house.clock.now()))


async def row_of(house: SeminarHouse, party: Party) -> Registration:
    async with house.database.read() as session:
        found = await registrations.of_party(session, 1, party)
        assert found is not None
        return found


async def test_the_last_place_then_the_waiting_list_then_a_promotion(house: SeminarHouse) -> None:
    await meeting(house, 1)
    assert await take(house, PAUL) == "registered"
    assert await take(house, INES) == "waiting"
    (told,) = await house.rows(WAITING)
    assert await house.prepared(told) == Ready(MailAddress(INES_MAIL))
    text = readable(await house.body(told))
    assert "Subject: Liste d’attente : séminaire" in text
    assert told.values["rank"] == "1"
    assert "/rencontres/reponse/" in told.values["answer_url"]
    assert await leave(house, PAUL)
    assert await house.registrations() == {"person:4": "cancelled", "person:2": "registered"}
    assert await house.prepared(told) == Skip("registered")
    (promoted,) = await house.rows(PROMOTED)
    assert promoted.slot == "seminar:1/promoted/1"
    assert await house.prepared(promoted) == Ready(MailAddress(INES_MAIL))
    assert "vous n’êtes plus sur la liste d’attente" in readable(await house.body(promoted))


async def test_a_promotion_is_told_once_whatever_runs_again(house: SeminarHouse) -> None:
    await meeting(house, 1)
    await take(house, PAUL)
    await take(house, INES)
    async with house.database.write() as session:
        row = await session.get_one(Seminar, 1)
        row.capacity = 3
        assert await places.promote(session, house.parts, row, house.clock.now()) == 1
    async with house.database.write() as session:
        row = await session.get_one(Seminar, 1)
        assert await places.promote(session, house.parts, row, house.clock.now()) == 0
    assert len(await house.rows(PROMOTED)) == 1


async def test_who_waits_passes_in_order_and_a_second_wait_is_the_last(house: SeminarHouse) -> None:
    await meeting(house, 1)
    for party in (PAUL, INES, MARC):
        await take(house, party)
    await leave(house, INES)
    assert await take(house, INES) == "waiting"
    assert (await row_of(house, MARC)).queue == 2
    assert (await row_of(house, INES)).queue == 3
    async with house.database.read() as session:
        assert await registrations.rank(session, await row_of(house, MARC)) == 1
        assert await registrations.rank(session, await row_of(house, INES)) == 2
    await leave(house, PAUL)
    assert (await house.registrations())["person:3"] == "registered"
    assert (await house.registrations())["person:2"] == "waiting"
    (told,) = await house.rows(PROMOTED)
    assert told.recipient == "person:3"
    assert told.channel == Channel.CHAT
    assert await house.prepared(told) == Ready(ChatAddress(300))
    assert "Une place s’est libérée" in plain((await house.chat_post(told)).text)


async def test_remote_takes_no_place_and_gives_one_back(house: SeminarHouse) -> None:
    await meeting(house, 1, video_url="https://visio.example/abc")
    assert await take(house, INES) == "registered"
    assert await take(house, MARC) == "waiting"
    assert await take(house, PAUL, mode=Mode.REMOTE) == "registered"
    assert await take(house, INES, mode=Mode.REMOTE) == "registered"
    assert (await house.registrations())["person:3"] == "registered"
    assert len(await house.rows(REGISTERED)) == 1  # changing one's choices is not news


async def test_who_comes_remotely_waits_for_a_place_on_site_without_losing_theirs(
    house: SeminarHouse,
) -> None:
    await meeting(house, 1, video_url="https://visio.example/abc")
    await take(house, PAUL)
    assert await take(house, INES, mode=Mode.REMOTE) == "registered"
    since = (await row_of(house, INES)).registered_at
    house.clock.set(house.clock.now() + timedelta(hours=1))
    for _ in range(2):  # twice is once
        assert await take(house, INES, mode=Mode.SITE, meal="Repas") == "registered"
    assert await take(house, MARC) == "waiting"
    row = await row_of(house, INES)
    assert (row.mode, row.queue, row.registered_at) == ("remote", 1, since)
    (told,) = [each for each in await house.rows(WAITING) if each.recipient == "person:2"]
    assert await house.prepared(told) == Ready(MailAddress(INES_MAIL))
    mail = await house.body(told)
    assert "vous êtes sur la liste d’attente, au rang" in readable(mail)
    assert "En attendant, vous restez inscrit(e) pour participer à distance." in readable(mail)
    assert "sans attendre" not in readable(mail)
    assert b"ACCEPTED" in mail  # the place that they have stays in their calendar
    await leave(house, PAUL)
    row = await row_of(house, INES)
    assert (row.state, row.mode, row.queue, row.meal) == ("registered", "site", None, "Repas")
    assert row.registered_at == since
    assert (await house.registrations())["person:3"] == "waiting", "the first one passes first"
    (promoted,) = await house.rows(PROMOTED)
    assert await house.prepared(promoted) == Ready(MailAddress(INES_MAIL))
    assert await house.prepared(told) == Skip("registered")
    mail = await house.body(promoted)
    assert "Vous êtes attendu(e) sur place." in readable(mail)
    assert b"METHOD:REQUEST" in mail
    await house.tick("registrations.promote")
    assert len(await house.rows(PROMOTED)) == 1


async def test_who_no_longer_waits_for_a_place_on_site_comes_remotely_still(
    house: SeminarHouse,
) -> None:
    await meeting(house, 1, video_url="https://visio.example/abc")
    await take(house, PAUL)
    await take(house, INES, mode=Mode.REMOTE)
    await take(house, INES)
    assert await take(house, INES, mode=Mode.REMOTE) == "registered"
    row = await row_of(house, INES)
    assert (row.mode, row.queue) == ("remote", None)
    (waiting,) = await house.rows(WAITING)
    assert await house.prepared(waiting) == Skip("registered")
    last = (await house.rows(REGISTERED))[-1]
    assert await house.prepared(last) == Ready(MailAddress(INES_MAIL)), "they have an answer still"
    await leave(house, PAUL)
    assert (await row_of(house, INES)).mode == "remote"
    assert await house.rows(PROMOTED) == []


async def test_a_representative_who_comes_remotely_may_wait_for_a_place_on_site(
    house: SeminarHouse,
) -> None:
    await meeting(house, 1, video_url="https://visio.example/abc")
    await take(house, PAUL)
    await take(house, INES, mode=Mode.REMOTE)
    await take(house, INES)
    async with house.database.write() as session:
        row = await session.get_one(Seminar, 1)
        state = await places.represent(
            session, house.parts, row, INES, "Léa Faure", Doing(house.clock.now())
        )
    found = await row_of(house, INES)
    assert (state, found.mode, found.queue) == ("represented", "remote", 1)
    await leave(house, PAUL)
    found = await row_of(house, INES)
    assert (found.state, found.mode, found.queue) == ("represented", "site", None)


async def test_who_put_somebody_on_the_waiting_list_is_named_not_who_represents_them(
    house: SeminarHouse,
) -> None:
    await meeting(house, 0)
    async with house.database.write() as session:
        row, now = await session.get_one(Seminar, 1), house.clock.now()
        odile = Party("person", "1")
        await places.represent(session, house.parts, row, INES, "Léa Faure", Doing(now, by=odile))
    (told,) = await house.rows(WAITING)
    assert await house.prepared(told) == Ready(MailAddress(INES_MAIL), {WHO: "Odile Vernhet"})


async def test_a_way_that_is_not_offered_becomes_the_one_that_is(house: SeminarHouse) -> None:
    await meeting(house, 1)
    await take(house, INES, mode=Mode.REMOTE)
    assert (await row_of(house, INES)).mode == "site"


async def test_a_promotion_that_chat_refuses_is_told_by_mail_once(house: SeminarHouse) -> None:
    await meeting(house, 1)
    async with house.database.write() as session:
        (await session.get_one(Person, 2)).preferred_channel = Channel.CHAT.value
    await take(house, PAUL)
    await take(house, INES)
    await leave(house, PAUL)
    (in_chat,) = await house.rows(PROMOTED)
    assert in_chat.channel == Channel.CHAT
    for _ in range(2):
        await house.refused(in_chat, "blocked")
    _, by_mail = await house.rows(PROMOTED)
    assert await house.prepared(by_mail) == Ready(MailAddress(INES_MAIL))
    assert "Subject: Une place pour vous" in readable(await house.body(by_mail))
    await house.refused(by_mail, "550")
    assert len(await house.rows(PROMOTED)) == 2, "nor back again"


async def test_an_answer_to_an_address_in_error_is_told_in_chat(house: SeminarHouse) -> None:
    await meeting(house, None)
    async with house.database.write() as session:
        await suppress(session, INES_MAIL, Reason.BOUNCED, "5.1.1", house.clock.now())
    await take(house, INES)
    (by_mail,) = await house.rows(REGISTERED)
    assert await house.rechecked(by_mail) == Skip("bounced")
    _, in_chat = await house.rows(REGISTERED)
    assert await house.prepared(in_chat) == Ready(ChatAddress(200))
    assert "Vous êtes inscrit(e)" in (await house.chat_post(in_chat)).text
    await leave(house, INES)
    assert await house.prepared(in_chat) == Skip("cancelled")


async def test_giving_up_is_confirmed_once(house: SeminarHouse) -> None:
    await meeting(house, None)
    await take(house, INES)
    assert await leave(house, INES)
    assert not await leave(house, INES)
    (gone,) = await house.rows(GONE)
    assert await house.prepared(gone) == Ready(MailAddress(INES_MAIL))
    assert "Subject: Inscription annulée : séminaire" in readable(await house.body(gone))
    (registered,) = await house.rows(REGISTERED)
    assert await house.prepared(registered) == Skip("cancelled")


async def test_only_the_last_answer_leaves(house: SeminarHouse) -> None:
    await meeting(house, None)
    await take(house, INES)
    await leave(house, INES)
    await take(house, INES)
    first, last = await house.rows(REGISTERED)
    assert await house.prepared(first) == Skip("superseded")
    assert await house.prepared(last) == Ready(MailAddress(INES_MAIL))


async def test_excused_and_represented(house: SeminarHouse) -> None:
    await meeting(house, 1)
    await take(house, INES)
    now = house.clock.now()
    async with house.database.write() as session:
        row = await session.get_one(Seminar, 1)
        state = await places.represent(session, house.parts, row, INES, "Léa Faure", Doing(now))
    assert state == "represented"
    (gone,) = await house.rows(GONE)
    assert await house.prepared(gone) == Ready(MailAddress(INES_MAIL), {WHO: "Léa Faure"})
    assert "Léa Faure" not in str(gone.values)
    assert await take(house, PAUL) == "waiting"  # who represents somebody takes the place
    async with house.database.write() as session:
        row = await session.get_one(Seminar, 1)
        assert await places.excuse(session, house.parts, row, INES, Doing(now))
        assert not await places.excuse(session, house.parts, row, INES, Doing(now))
        assert await places.excuse(session, house.parts, row, MARC, Doing(now))
    assert await house.registrations() == {
        "person:2": "excused",
        "person:4": "registered",
        "person:3": "excused",
    }
    assert (await row_of(house, INES)).represented_by == ""


async def test_who_is_registered_by_a_colleague_is_told_by_whom(house: SeminarHouse) -> None:
    await meeting(house, None)
    await take(house, INES, by=Party("person", "1"))
    (told,) = await house.rows(REGISTERED)
    assert await house.prepared(told) == Ready(MailAddress(INES_MAIL), {WHO: "Odile Vernhet"})
    assert (await row_of(house, INES)).registered_by == "person:1"


async def test_nobody_is_promoted_once_it_has_begun(house: SeminarHouse) -> None:
    await meeting(house, 1)
    await take(house, INES)
    await take(house, MARC)
    house.clock.set(STARTS_AT)
    await leave(house, INES)
    assert (await house.registrations())["person:3"] == "waiting"


async def test_the_last_places_go_to_the_first_and_the_others_wait_in_order(
    house: SeminarHouse,
) -> None:
    seminar = await meeting(house, 5)
    async with house.database.write() as session:
        session.add_all(
            Person(
                id=100 + number,
                given_name="Personne",
                family_name=str(number),
                email=f"p{number}@relais.test",
            )
            for number in range(60)
        )
    async with house.database.read() as session:
        wanted = select(Person.id).where(Person.given_name == "Personne")
        parties = [Party("person", str(one)) for one in await session.scalars(wanted)]
    states = await asyncio.gather(*(take(house, party, seminar) for party in parties))
    assert sorted(states) == ["registered"] * 5 + ["waiting"] * 55
    async with house.database.read() as session:
        wanted_rows = select(Registration).order_by(Registration.queue)
        rows = (await session.scalars(wanted_rows)).all()
    queues = sorted(row.queue for row in rows if row.queue is not None)
    assert queues == list(range(1, 56))
    assert len(await house.rows(WAITING)) == 55
    house.clock.set(house.clock.now() + timedelta(hours=1))
    ranks = sorted(int(row.values["rank"]) for row in await house.rows(WAITING))
    assert ranks == list(range(1, 56))


async def test_the_link_of_an_answer_is_good_for_nothing_else(house: SeminarHouse) -> None:
    url = names.answer_url(house.parts, 7)
    token = url.removeprefix("https://relais.test/rencontres/reponse/")
    assert house.parts.tokens.read(names.ANSWER, token, names.LEAVE_LIFE) == 7
    async with house.visitor() as visitor:
        assert (await visitor.get(f"/rencontres/desinscription/{token}")).status_code == 400
