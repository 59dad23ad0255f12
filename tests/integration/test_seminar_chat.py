"""Seminars in chat: coming to one, or not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core.acts import Act
from core.chat import Reply, Response, Toast
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import MailAddress, Ready
from digest.seminars.registering.names import REGISTERED
from tests.seminars import (
    INES,
    INES_MAIL,
    MARC,
    ODILE,
    STRANGER,
    SeminarHouse,
    plain,
    readable,
    seminar_settings,
)

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
ANSWERS = ("steering", "Comité de mars", "vendredi 12 mars 9h30-17h", "Mairie d’Ambert")


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    house = SeminarHouse(database, clock, seminar_settings())
    await house.settle_in()
    return house


async def acts(house: SeminarHouse) -> list[tuple[str, str, str]]:
    async with house.database.read() as session:
        rows = await session.scalars(select(Act).order_by(Act.id))
        return [(row.actor, row.verb, row.subject) for row in rows]


def html(house: SeminarHouse, response: Response) -> str:
    assert isinstance(response, Reply)
    return house.parts.renderer.chat(response.text)


async def test_an_agent_comes_then_does_not_come(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT)
    (card,) = await house.command("agenda", INES)
    assert "vendredi 12 mars 2027" in house.said(card)
    assert house.labels(card) == [
        "Je m’inscris",
        "Voir la page",
        "Me prévenir ici plutôt que par courriel",
    ]
    toast, redrawn = await house.press("seminars.join", seminar, sender=INES)
    assert house.said(toast) == "C’est noté : vous êtes inscrit(e)."
    assert "Vous êtes inscrit(e)." in house.said(redrawn)
    assert house.labels(redrawn)[:2] == ["Mes demi-journées", "J’annule mon inscription"]
    (card,) = await house.push(redrawn, "Retour à la rencontre", INES)
    assert house.labels(card) == [
        "J’annule mon inscription",
        "Voir la page",
        "Ma réponse",
        "📅 Mon calendrier",
    ]
    (mail,) = await house.rows(REGISTERED)
    assert await house.prepared(mail) == Ready(MailAddress(INES_MAIL))
    text = readable(await house.body(mail))
    assert "Subject: Votre inscription : séminaire « Accueillir, et après ? »" in text
    toast, _ = await house.press("seminars.join", seminar, sender=INES)
    assert house.said(toast) == "Vous êtes déjà inscrit(e)."
    assert len(await house.rows(REGISTERED)) == 1
    toast, redrawn = await house.press("seminars.leave", seminar, sender=INES)
    assert house.said(toast) == "C’est noté : vous n’êtes plus inscrit(e)."
    assert house.labels(redrawn) == ["Je m’inscris", "Voir la page"]
    toast, _ = await house.press("seminars.leave", seminar, sender=INES)
    assert house.said(toast) == "Vous n’êtes pas inscrit(e)."
    await house.press("seminars.join", seminar, sender=INES)
    assert len(await house.rows(REGISTERED)) == 2
    assert (await acts(house))[2:] == [
        ("person:2", "seminars.joined", "seminars:seminar:1"),
        ("person:2", "seminars.left", "seminars:seminar:1"),
        ("person:2", "seminars.joined", "seminars:seminar:1"),
    ]


async def test_who_has_no_mailbox_registers_without_a_mail(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT)
    await house.press("seminars.join", seminar, sender=MARC)
    assert await house.registrations() == {"person:3": "registered"}
    assert await house.rows(REGISTERED) == []


async def test_a_stranger_is_told_how_to_be_linked(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT)
    (reply,) = await house.command("agenda", STRANGER)
    assert "Demandez une invitation" in house.said(reply)
    for action in ("seminars.join", "seminars.leave"):
        (toast,) = await house.press(action, seminar, sender=STRANGER)
        assert "Demandez une invitation" in house.said(toast)
    assert await house.registrations() == {}


async def test_who_has_left_the_network_may_only_give_up_a_place(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT, 2, video_url="https://visio.example/salle")
    former = replace(INES, roles=frozenset())
    (reply,) = await house.command("agenda", former)
    assert house.said(reply).startswith("Désolé, votre rôle")
    (toast,) = await house.press("seminars.join", seminar, sender=replace(MARC, roles=frozenset()))
    assert house.said(toast).startswith("Désolé, votre rôle")
    toast, card = await house.press("seminars.leave", seminar, sender=former)
    assert house.said(toast) == "C’est noté : vous n’êtes plus inscrit(e)."
    assert "Lien de visioconférence" not in house.said(card)
    assert await house.registrations() == {"person:2": "cancelled"}


async def test_the_video_link_is_shown_to_who_comes_where_only_the_network_reads(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS_AT, video_url="https://visio.example/salle")
    (alone,) = await house.command("agenda", INES)
    assert "visio.example" not in html(house, alone)
    await house.press("seminars.join", seminar, sender=INES)
    (alone,) = await house.command("agenda", INES)
    assert "https://visio.example/salle" in html(house, alone)
    (among_others,) = await house.command("agenda", INES, private=False)
    assert "visio.example" not in html(house, among_others)


async def test_in_a_group_a_press_tells_only_the_one_who_pressed(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT, 1)
    (card,) = await house.command("agenda", ODILE, private=False)
    assert "Vous êtes inscrit(e)" not in house.said(card)
    assert house.labels(card) == ["Je m’inscris", "Voir la page", "Annuler la rencontre"]
    (toast,) = await house.press("seminars.join", seminar, sender=INES, private=False)
    assert isinstance(toast, Toast)


async def test_nobody_registers_for_another_date_than_the_one_that_they_read(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS_AT)
    (card,) = await house.command("agenda", INES)
    await house.move(seminar, STARTS_AT + timedelta(days=7))
    toast, redrawn = await house.push(card, "Je m’inscris", INES)
    assert "a changé depuis ce message" in house.said(toast)
    assert "19 mars 2027" in house.said(redrawn)
    assert await house.registrations() == {}
    await house.push(redrawn, "Je m’inscris", INES)
    assert await house.registrations() == {"person:2": "registered"}


async def test_nobody_registers_for_what_has_begun_or_is_cancelled(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT)
    cancelled = await house.seminar(STARTS_AT)
    await house.cancel(cancelled)
    house.clock.set(STARTS_AT)
    for identity in (seminar, cancelled, 99):
        for action in ("seminars.join", "seminars.leave"):
            (toast,) = await house.press(action, identity, sender=INES)
            assert "closes" in house.said(toast)
    (card,) = await house.command("agenda", INES)
    assert house.labels(card) == ["Voir la page", "Me prévenir ici plutôt que par courriel"]


async def test_the_agenda_shows_what_comes_and_no_more_than_a_screen(house: SeminarHouse) -> None:
    (empty,) = await house.command("agenda", INES)
    assert house.said(empty) == "Aucune rencontre n’est prévue pour le moment."
    for week in range(8):
        await house.seminar(STARTS_AT + timedelta(days=7 * week), title=f"Séance {week}")
    replies = await house.command("agenda", INES)
    assert len(replies) == 7
    assert "Séance 0" in house.said(replies[0])
    assert house.said(replies[-1]) == "Et 2 autres rencontres, à voir sur le site."
    assert house.labels(replies[-1]) == ["Toutes les rencontres"]


async def test_coming_seminars_are_offered_to_the_letter(house: SeminarHouse) -> None:
    now = house.clock.now()
    await house.fill(*ANSWERS)
    await house.seminar(now + timedelta(days=89))
    await house.seminar(now + timedelta(days=91))
    cancelled = await house.seminar(now + timedelta(days=20))
    await house.cancel(cancelled)
    assert house.room.contributions is not None
    async with house.database.read() as session:
        offered = await house.room.contributions(session, now - timedelta(days=14), now)
    (one,) = offered
    assert plain(one.title) == "Séminaire : Accueillir, et après ?"
    assert str(one.reference) == "seminars:seminar:2"
    assert one.section.value == "agenda"
    assert one.starts_at == now + timedelta(days=89)
    assert one.place == "Salle des fêtes, Ambert"
    assert one.url == "https://relais.test/rencontres/2"
