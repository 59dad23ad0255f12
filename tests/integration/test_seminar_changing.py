"""Meetings changed and cancelled in the animators' chat, once people follow them."""

from datetime import UTC, datetime, timedelta

import pytest

from core.chat import Ask, File, Toast
from core.clock import FixedClock
from core.db import Database
from core.files import kept
from digest.seminars import names
from digest.seminars.models import Seminar
from digest.seminars.scheduling import store as plans
from digest.seminars.scheduling.names import PROGRAMME
from tests.seminar_plans import FILES, PDF, Files, card, edit, row
from tests.seminars import SeminarHouse, seminar_settings

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
ANSWERS = ("steering", "Comité de mars", "vendredi 12 mars 9h30-17h", "Mairie d’Ambert")


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    house = SeminarHouse(database, clock, seminar_settings(), Files(FILES))
    await house.settle_in()
    return house


async def test_moving_says_first_who_is_told(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT, 2, 3)
    echo = await edit(house, "Date et heures", "19 mars 9h-12h")
    assert "2 personnes seront prévenues de la nouvelle date" in house.said(echo)
    (kept_as_it_was,) = await house.push(echo, "Ne rien changer")
    assert "vendredi 12 mars 2027" in house.said(kept_as_it_was)
    assert (await row(house)).version == 1
    echo = await edit(house, "Date et heures", "19 mars 9h-12h")
    toast, moved = await house.push(echo, "C’est bien cela")
    assert house.said(toast) == "C’est noté : 2 personnes seront prévenues."
    assert "vendredi 19 mars 2027, matin, de 9 h 00 à 12 h 00" in house.said(moved)
    seminar = await row(house)
    assert (seminar.version, seminar.starts_at) == (2, datetime(2027, 3, 19, 8, tzinfo=UTC))
    await house.tick()
    slots = await house.slots(names.UPDATE)
    assert slots == [("seminar:1/moved/v2", f"person:{one}") for one in (2, 3)]
    toast, _card = await house.push(echo, "C’est bien cela")
    assert "a changé" in house.said(toast)


async def test_another_place_or_link_says_first_who_is_told(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT, 2)
    screen = await edit(house, "Lieu", "Mairie d’Issoire")
    assert "Nouveau lieu : Mairie d’Issoire" in house.said(screen)
    assert "1 personne sera prévenue." in house.said(screen)
    assert (await row(house)).place == "Salle des fêtes, Ambert"
    toast, _card = await house.push(screen, "Confirmer")
    assert house.said(toast) == "C’est noté : 1 personne sera prévenue."
    screen = await edit(house, "Visioconférence", "https://visio.example/b")
    await house.push(screen, "Confirmer")
    seminar = await row(house)
    assert (seminar.version, seminar.place) == (3, "Mairie d’Issoire")
    assert seminar.video_url == "https://visio.example/b"
    same = await edit(house, "Lieu", "Mairie d’Issoire")
    assert "Rencontre publiée." in house.said(same)
    assert (await row(house)).version == 3


async def test_a_programme_is_told_only_when_it_matters(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT, 2, 3)
    question = await edit(house, "Programme", "9 h Autre chose")
    assert "Faut-il prévenir les 2 personnes concernées ?" in house.said(question)
    assert (await row(house)).programme == "9 h Autre chose"
    (quiet,) = await house.push(question, "Ne pas prévenir")
    assert "9 h Autre chose" in house.said(quiet)
    assert (await row(house)).version == 1
    question = await edit(house, "Programme", "10 h Encore autre chose")
    await house.push(question, "Prévenir")
    assert (await row(house)).version == 2
    await house.tick()
    assert len(await house.rows(names.UPDATE)) == 2


async def test_a_programme_is_a_file(house: SeminarHouse) -> None:
    await house.fill(*ANSWERS)
    shown = await edit(house, "Programme", PDF)
    assert "Le fichier du programme est en cours de lecture." in house.said(shown)
    assert await house.next_due("scheduling.programme") == house.clock.now()
    await house.tick("scheduling.programme")
    await house.tick("scheduling.programme")
    assert "Programme joint : Programme mars.pdf" in house.said(await card(house))
    (told,) = await house.rows(PROGRAMME)
    assert "joint à la rencontre" in (await house.chat_post(told)).text
    async with house.database.read() as session:
        blob = await kept(session, (await session.get_one(Seminar, 1)).programme_hash or "")
    assert blob is not None
    assert blob.data == b"%PDF-1.7\n%%EOF"
    await edit(house, "Programme", "-")
    assert "Programme : à venir" in house.said(await card(house))


async def test_another_programme_of_a_published_meeting_is_asked_about(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT, 2)
    await edit(house, "Programme", PDF)
    await house.tick("scheduling.programme")
    (told,) = await house.rows(PROGRAMME)
    post = await house.chat_post(told)
    assert "Faut-il prévenir la personne concernée" in post.text
    assert [button.label for line in post.keyboard for button in line] == [
        "Prévenir",
        "Ne pas prévenir",
    ]


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (File("document", "x", "x", "gros.pdf", "application/pdf", 20_000_001), "dépasse 20 Mo"),
        (File("document", "x", "x", "a.docx", "application/msword", 10), "n’est pas un PDF"),
        (File("photo", "x", "x"), "n’est pas un PDF"),
    ],
)
async def test_a_file_that_is_no_programme_is_refused_and_asked_again(
    house: SeminarHouse, file: File, why: str
) -> None:
    await house.seminar(STARTS_AT)
    (menu,) = await house.push(await card(house), "Modifier")
    (ask,) = await house.push(menu, "Programme")
    refused, again = await house.answer(ask, file)
    assert why in house.said(refused)
    assert again == ask
    assert (await row(house)).programme.startswith("9 h 30 Ouverture")


async def test_a_file_that_cannot_be_read_loses_nothing(house: SeminarHouse) -> None:
    await house.fill(*ANSWERS)
    await edit(house, "Programme", "9 h")
    await edit(house, "Programme", File("document", "broken", "u", "a.pdf", "", 10))
    await house.tick("scheduling.programme")
    await edit(house, "Programme", File("document", "lost", "v", "b.pdf", "", 10))
    await house.tick("scheduling.programme")
    assert len(await house.rows(PROGRAMME)) == 1
    await house.tick_at(house.clock.now() + timedelta(minutes=31), "scheduling.programme")
    first, second = [(await house.chat_post(one)).text for one in await house.rows(PROGRAMME)]
    assert "endommagé" in first
    assert "n’a pas pu être lu dans Telegram" in second
    assert (await row(house)).programme == "9 h"


async def test_who_speaks_is_added_and_removed(house: SeminarHouse) -> None:
    await house.fill(*ANSWERS)
    (menu,) = await house.push(await card(house), "Modifier")
    (people,) = await house.push(menu, "Intervenants et animateurs")
    (ask,) = await house.push(people, "Ajouter une intervention")
    (people,) = await house.answer(ask, "Inès ROCHE, agente, Pays d’Orsanne")
    (ask,) = await house.push(people, "Ajouter une animation")
    (people,) = await house.answer(ask, "Anne Duval")
    said = house.said(people)
    assert "– Inès ROCHE, agente, Pays d’Orsanne" in said
    assert "– Anne Duval (anime)" in said
    assert "Intervenants et animateurs : Inès ROCHE, Anne Duval" in house.said(await card(house))
    async with house.database.read() as session:
        assert [each.party for each in await plans.speakers(session, 1)] == ["person:2", None]
    (menu,) = await house.push(await card(house), "Modifier")
    (people,) = await house.push(menu, "Intervenants et animateurs")
    (people,) = await house.push(people, "Retirer Anne Duval")
    assert "Anne Duval" not in house.said(people)


async def test_more_places_call_those_who_wait(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    await edit(house, "Nombre de places", "1")
    for person in (2, 3):
        await house.register(1, person)
    assert sorted((await house.registrations()).values()) == ["registered", "waiting"]
    await edit(house, "Nombre de places", "2")
    assert sorted((await house.registrations()).values()) == ["registered", "registered"]


async def test_other_reminders_of_a_published_meeting(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    await edit(house, "Rappels", "3")
    planned = [(name, state) for name, _v, state, _why in await house.announcements()]
    assert ("J-7", "dropped") in planned
    assert ("J-3", "planned") in planned


async def test_cancelling_asks_first_then_tells(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT, 2, 3)
    (question,) = await house.push(await card(house), "Annuler la rencontre")
    assert "Annuler cette rencontre ? 2 personnes seront prévenues" in house.said(question)
    (back,) = await house.push(question, "Non")
    assert "Rencontre publiée." in house.said(back)
    (gone,) = await house.push(question, "Oui, annuler")
    assert "Rencontre annulée." in house.said(gone)
    assert (await row(house)).version == 2
    toast, _card = await house.push(question, "Oui, annuler")
    assert "a changé" in house.said(toast)
    (toast,) = await house.press("seminars.publish", 1, version=2)
    assert house.said(toast) == "Cette rencontre est annulée : elle ne peut plus être modifiée."
    await house.tick()
    assert len(await house.rows(names.CANCELLATION)) == 2


async def test_a_draft_is_given_up_without_a_word(house: SeminarHouse) -> None:
    await house.fill(*ANSWERS)
    (question,) = await house.push(await card(house), "Abandonner ce brouillon")
    assert "Personne d’autre ne l’a vu, et personne ne sera prévenu." in house.said(question)
    (gone,) = await house.push(question, "Oui, abandonner")
    assert "Brouillon abandonné." in house.said(gone)
    assert "annulée" not in house.said(gone)
    assert house.labels(gone) == ["Toutes les rencontres"]
    await house.tick()
    assert await house.rows(names.CANCELLATION) == []


async def test_what_is_cancelled_or_begun_does_not_change(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT)
    await house.fill(*ANSWERS)
    (menu,) = await house.push(await card(house, 1), "Modifier")
    house.clock.set(STARTS_AT + timedelta(days=1))
    (toast,) = await house.push(menu, "Date et heures")
    assert "Trop tard" in house.said(toast)
    (toast,) = await house.press("seminars.cancel", 1)
    assert "Trop tard" in house.said(toast)
    (toast,) = await house.press("seminars.publish", 2, version=2)
    assert "Trop tard" in house.said(toast)
    await house.press("scheduling.cancel", 2, version=2)
    (late,) = await house.answer(Ask("scheduling.title", {"seminar": 2}), "Autre")
    assert house.said(late) == "Cette rencontre est annulée : elle ne peut plus être modifiée."
    (unknown,) = await house.answer(Ask("scheduling.title", {"seminar": 99}), "Autre")
    assert house.said(unknown) == "Cette rencontre n’existe plus."
    (toast,) = await house.press("scheduling.menu", 99)
    assert isinstance(toast, Toast)
