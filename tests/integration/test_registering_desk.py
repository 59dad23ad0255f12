"""« Inscriptions » for the animators, what time brings, and what is held about people."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from core.chat import Ask, Document, Reply, Response, Toast
from core.clock import FixedClock
from core.db import Database
from core.people.models import Department, Membership, Person, Structure
from core.people.roles import Role
from core.reference import NotARowError, Party, Reference
from digest.seminars import registrations
from digest.seminars.models import Guest, Registration, Seminar
from digest.seminars.registering import places
from digest.seminars.registering.decide import Choice
from digest.seminars.registering.names import GONE, PROMOTED, REGISTERED, WHO
from digest.seminars.registering.telling import Doing
from tests.seminars import INES, ODILE, SeminarHouse, seminar_settings

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
INES_PARTY, MARC_PARTY = Party("person", "2"), Party("person", "3")


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    house = SeminarHouse(database, clock, seminar_settings())
    await house.settle_in()
    now = clock.now() - timedelta(days=9)
    async with database.write() as session:
        session.add(Structure(id=1, code="S1", name="=Pays d’Orsanne"))
        session.add(Department(code="63", name="Puy-de-Dôme"))
        await session.flush()
        session.add(Membership(person_id=2, role=Role.AGENT.value, structure_id=1, since=now))
    return house


async def meeting(house: SeminarHouse, **changes: Any) -> None:
    await house.seminar(STARTS_AT)
    if changes:
        async with house.database.write() as session:
            await session.execute(update(Seminar).values(**changes))


async def take(house: SeminarHouse, party: Party, **choice: Any) -> None:
    async with house.database.write() as session:
        row = await session.get_one(Seminar, 1)
        now = house.clock.now()
        await places.take(session, house.parts, row, party, Choice(**choice), Doing(now))


async def row_of(house: SeminarHouse, party: Party) -> Registration:
    async with house.database.read() as session:
        found = await registrations.of_party(session, 1, party)
        assert found is not None
        return found


async def desk(house: SeminarHouse) -> Response:
    (screen,) = await house.press("registrations.desk", 1)
    return screen


async def person(house: SeminarHouse, label: str) -> Response:
    (listed,) = await house.push(await desk(house), "Voir la liste")
    (screen,) = await house.push(listed, label)
    return screen


async def test_the_counts_say_all_that_must_be_organised(house: SeminarHouse) -> None:
    await meeting(
        house, capacity=1, video_url="https://v.example", meals=["Plat", "Salade"], carpool=True
    )
    await take(house, INES_PARTY, half_days=(1,), meal="Salade", carpool="63:offer")
    await take(house, MARC_PARTY)
    said = house.said(await desk(house))
    for line in (
        "1 personne inscrite",
        "1 personne sur la liste d’attente",
        "Complet : 1 place.",
        "12 mars 2027, 9 h 30 : 1",
        "12 mars 2027, 14 h 00 : 0",
        "Plat : 0",
        "Salade : 1",
        "Puy-de-Dôme : 1",
    ):
        assert line in said


async def test_only_animators_and_only_among_themselves(house: SeminarHouse) -> None:
    await meeting(house)
    actions = {one.name: one.role for room in house.rooms for one in room.actions}
    for name in ("desk", "list", "table", "find", "page", "one", "edit", "add"):
        assert actions[f"registrations.{name}"] is Role.ANIMATOR
    (toast,) = await house.press("registrations.desk", 1, private=False)
    assert isinstance(toast, Toast)


async def test_somebody_who_phoned_is_registered_excused_represented(house: SeminarHouse) -> None:
    await meeting(house)
    (ask,) = await house.push(await desk(house), "Inscrire quelqu’un")
    (found,) = await house.answer(ask, "inès roche")
    assert house.labels(found)[0] == "Inès Roche, =Pays d’Orsanne"
    (screen,) = await house.push(found, house.labels(found)[0])
    assert "Inscrit(e)" in house.said(screen)
    (told,) = await house.rows(REGISTERED)
    prepared = await house.prepared(told)
    assert prepared.values == {WHO: "Odile Vernhet"}
    (screen,) = await house.push(screen, "Annuler l’inscription")
    assert (await row_of(house, INES_PARTY)).state == "cancelled"
    assert [row.recipient for row in await house.rows(GONE)] == ["person:2"]
    (screen,) = await house.push(screen, "Inscrire")
    (screen,) = await house.push(screen, "Excuser")
    assert "Excusé(e)" in house.said(screen)
    (ask,) = await house.push(screen, "Représenté(e) par…")
    (reply,) = await house.answer(ask, "Léa Faure")
    assert "Représenté(e) par Léa Faure" in house.said(reply)
    assert (await row_of(house, INES_PARTY)).represented_by == "Léa Faure"


async def test_somebody_s_choices_are_changed_for_them(house: SeminarHouse) -> None:
    await meeting(house, video_url="https://v.example", meals=["Plat", "Salade"])
    await take(house, INES_PARTY)
    screen = await person(house, "✓ Inès Roche")
    (screen,) = await house.push(screen, "Salade")
    row = await row_of(house, INES_PARTY)
    assert row.meal == "Salade"
    morning = next(label for label in house.labels(screen) if "9" in label and "mars" in label)
    (screen,) = await house.push(screen, morning.replace("\u00a0", " "))
    assert (await row_of(house, INES_PARTY)).half_days == [2]
    await house.push(screen, "À distance")
    row = await row_of(house, INES_PARTY)
    assert (row.mode, row.meal) == ("remote", None)


async def test_the_list_goes_page_after_page_and_the_table_holds_no_address(
    house: SeminarHouse,
) -> None:
    await meeting(house, questions=["Votre sujet ?"], meals=["Cassoulet"])
    await take(house, INES_PARTY, meal="Cassoulet", answers={"Votre sujet ?": "=1+1"})
    async with house.database.write() as session:
        for number in range(20, 30):
            session.add(Guest(id=number, email=f"g{number}@x.example", language="fr",
                              created_at=house.clock.now(), name=f"Invitée {number}"))  # fmt: skip
    for number in range(20, 30):
        await take(house, Party("guest", str(number)))
    (first,) = await house.push(await desk(house), "Voir la liste")
    assert "11 réponses, page 1 sur 2" in house.said(first)
    (second,) = await house.push(first, "Page suivante →")
    assert house.labels(second)[:3] == ["✓ Invitée 27", "✓ Invitée 28", "✓ Invitée 29"]
    (document,) = await house.push(await desk(house), "Tableau (CSV)")
    assert isinstance(document, Document)
    text = document.data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[0] == [
        "Nom", "Structure", "Fonction", "Réponse", "Participation", "Représenté(e) par",
        "Réponses aux questions",
    ]  # fmt: skip
    assert rows[1] == [
        "Inès Roche", "'=Pays d’Orsanne", "", "inscrit(e)", "sur place", "", "Votre sujet ? =1+1",
    ]  # fmt: skip
    assert len(rows) == 12
    assert "@" not in text
    assert "Cassoulet" not in text


async def test_forged_and_late_presses_change_nothing(house: SeminarHouse) -> None:
    await meeting(house)
    await take(house, INES_PARTY)
    await house.seminar(STARTS_AT)
    with pytest.raises(NotARowError):
        await house.press_on("registrations.one", Reference("seminars", "choice", "2-l-1"))
    with pytest.raises(NotARowError):
        await house.press_on("registrations.edit", Reference("seminars", "choice", "1-s-leave"))
    (toast,) = await house.press_on("registrations.add", Reference("seminars", "choice", "1-p-99"))
    assert isinstance(toast, Toast)
    screen = await person(house, "✓ Inès Roche")
    house.clock.set(STARTS_AT)
    (toast,) = await house.push(screen, "Excuser")
    assert "closes" in house.said(toast)
    late = Ask("registrations.instead", {"registration": (await row_of(house, INES_PARTY)).id})
    (reply,) = await house.answer(late, "Léa")
    assert isinstance(reply, Reply)
    assert "closes" in house.said(reply)
    assert (await row_of(house, INES_PARTY)).state == "registered"


async def test_meals_and_cars_are_forgotten_a_week_after(house: SeminarHouse) -> None:
    await meeting(house, meals=["Plat"], carpool=True)
    assert await house.next_due("registrations.forget") is None
    await take(house, INES_PARTY, meal="Plat", carpool="63:seek")
    due = await house.next_due("registrations.forget")
    assert due == STARTS_AT + timedelta(hours=7, days=7)
    await house.tick_at(due - timedelta(seconds=1), "registrations.forget")
    assert (await row_of(house, INES_PARTY)).meal == "Plat"
    for _ in range(2):
        await house.tick_at(due, "registrations.forget")
    row = await row_of(house, INES_PARTY)
    assert (row.meal, row.carpool, row.state) == (None, None, "registered")
    assert await house.next_due("registrations.forget") is None
    assert "Repas" not in house.said(await desk(house))


async def test_a_place_freed_by_an_erasure_goes_to_the_next(house: SeminarHouse) -> None:
    await meeting(house, capacity=1, questions=["Votre sujet ?"])
    await take(house, INES_PARTY, answers={"Votre sujet ?": "Ma santé"})
    await take(house, MARC_PARTY)
    assert await house.next_due("registrations.promote") is None
    assert house.room.personal_data is not None
    async with house.database.write() as session:
        await house.room.personal_data.erase(session, INES_PARTY)
    row = await row_of(house, INES_PARTY)
    assert (row.state, row.answers) == ("cancelled", {})
    assert await house.next_due("registrations.promote") is not None
    for _ in range(2):
        await house.tick("registrations.promote")
    assert (await row_of(house, MARC_PARTY)).state == "registered"
    assert len(await house.rows(PROMOTED)) == 1
    assert await house.next_due("registrations.promote") is None


async def test_a_capacity_that_grows_promotes_by_itself(house: SeminarHouse) -> None:
    await meeting(house, capacity=0)
    await take(house, INES_PARTY)
    await take(house, MARC_PARTY)
    async with house.database.write() as session:
        await session.execute(update(Seminar).values(capacity=1))
    await house.tick("registrations.promote")
    assert await house.registrations() == {"person:2": "registered", "person:3": "waiting"}


async def test_all_that_is_held_is_exported(house: SeminarHouse) -> None:
    await meeting(house, carpool=True, meals=["Plat"])
    await take(house, INES_PARTY, meal="Plat", carpool="63:offer", answers={"Pourquoi ?": "Bois"})
    await house.press_on(
        "registrations.channel", Reference("registrations", "channel", "chat"), sender=INES
    )
    assert house.room.personal_data is not None
    async with house.database.read() as session:
        held = await house.room.personal_data.export(session, INES_PARTY)
    assert held["preferred_channel"] == "chat"
    (row,) = held["registrations"]
    assert (row["meal"], row["carpool"], row["answers"]) == (
        "Plat",
        "63:offer",
        {"Pourquoi ?": "Bois"},
    )
    async with house.database.write() as session:
        await house.room.personal_data.erase(session, INES_PARTY)
    async with house.database.read() as session:
        assert (await session.get_one(Person, 2)).preferred_channel is None


async def test_the_card_leads_there_once_published(house: SeminarHouse) -> None:
    await meeting(house)
    (card,) = await house.press("scheduling.card", 1, sender=ODILE)
    assert "👥 Inscriptions" in house.labels(card)
