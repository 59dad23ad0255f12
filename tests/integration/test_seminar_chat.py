"""Seminars in chat: planning one, coming to one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core.acts import Act
from core.chat import Ask, Redraw, Reply, Response, Toast
from core.clock import FixedClock
from core.db import Database
from core.errors import InputError
from core.ledger.draft import MailAddress, Ready
from core.people.roles import Role
from digest.seminars import names
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


def test_only_animators_plan_and_everybody_may_look(database: Database, clock: FixedClock) -> None:
    (room,) = [r for r in SeminarHouse(database, clock, seminar_settings()).rooms if r.commands]
    assert [(c.name, c.aliases, c.role) for c in room.commands] == [
        ("rencontre", ("seminaire",), Role.ANIMATOR),
        ("agenda", (), None),
    ]
    assert {a.name: a.role for a in room.actions} == {
        "seminars.publish": Role.ANIMATOR,
        "seminars.cancel": Role.ANIMATOR,
        "seminars.join": None,
        "seminars.leave": None,
    }
    assert [form.role for form in room.forms] == [Role.ANIMATOR]


async def test_an_animator_plans_checks_and_publishes(house: SeminarHouse) -> None:
    assert await house.command("seminaire") == [Ask("seminars.new")]
    (card,) = await house.fill(*ANSWERS)
    assert isinstance(card, Reply)
    assert str(card.about) == "seminars:seminar:1"
    said = house.said(card)
    assert "<b>Comité de pilotage – Comité de mars</b>" in said
    assert "Date : vendredi 12 mars 2027, de 9 h 30 à 17 h 00" in said
    assert "Lieu : Mairie d’Ambert" in said
    assert "Brouillon" in said
    assert house.labels(card) == ["Publier", "Annuler la rencontre"]
    assert await house.next_due() is None
    (published,) = await house.press("seminars.publish", 1)
    assert isinstance(published, Redraw)
    assert "Publiée. Personne n’est encore inscrit." in house.said(published)
    assert house.labels(published) == ["Voir la page", "Annuler la rencontre"]
    assert await house.next_due() == datetime(2027, 3, 5, 8, tzinfo=UTC)
    assert await acts(house) == [
        ("person:1", "seminars.created", "seminars:seminar:1"),
        ("person:1", "seminars.published", "seminars:seminar:1"),
    ]


async def test_a_draft_is_found_again(house: SeminarHouse) -> None:
    await house.fill(*ANSWERS)
    card, ask = await house.command("rencontre")
    assert "Comité de mars" in house.said(card)
    assert ask == Ask("seminars.new")


async def test_every_kind_is_a_button_and_only_those_are(house: SeminarHouse) -> None:
    form = house.form("seminars.new")
    kind = form.fields[0]
    labels = [house.parts.renderer.plain(b.label) for row in kind.choices for b in row]
    assert labels == ["Séminaire", "Comité de pilotage", "Comité technique", "Atelier"]
    for button in (b for row in kind.choices for b in row):
        assert kind.parse(button.action, house.clock.now()) == button.action
    with pytest.raises(InputError, match="kind_unknown"):
        kind.parse("fête", house.clock.now())


async def test_every_misunderstanding_has_its_sentence(house: SeminarHouse) -> None:
    form = house.form("seminars.new")
    typed = {"kind": "x", "title": " ", "when": "un jour", "place": "\n"}
    for field in form.fields:
        with pytest.raises(InputError) as caught:
            field.parse(typed[field.name], house.clock.now())
        words = type(field.question)(field.question.template, caught.value.what)
        assert house.parts.renderer.chat(words)


async def test_a_video_link_is_a_place(house: SeminarHouse) -> None:
    (card,) = await house.fill("workshop", "À distance", "12/03 9h", "https://visio.example/abc")
    said = house.said(card)
    assert "Lieu : En visioconférence" in said
    assert '<a href="https://visio.example/abc">' in said


async def test_what_people_type_is_escaped(house: SeminarHouse) -> None:
    (card,) = await house.fill("workshop", "<b>&", "12/03 9h", "<i>")
    assert "&lt;b&gt;&amp;" in house.said(card)
    assert "Lieu : &lt;i&gt;" in house.said(card)


async def test_a_press_on_what_changed_meanwhile_does_nothing(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT)
    await house.move(seminar, STARTS_AT + timedelta(days=1))
    for action in ("seminars.publish", "seminars.cancel"):
        (toast,) = await house.press(action, seminar, version=1)
        assert isinstance(toast, Toast)
        assert "a changé" in house.said(toast)
    (toast,) = await house.press("seminars.cancel", 99)
    assert "a changé" in house.said(toast)
    (toast,) = await house.press("seminars.publish", seminar, version=2)
    assert "déjà publiée" in house.said(toast)


async def test_a_draft_whose_date_is_past_is_not_published(house: SeminarHouse) -> None:
    await house.fill(*ANSWERS)
    house.clock.set(STARTS_AT)
    (toast,) = await house.press("seminars.publish", 1)
    assert "Trop tard" in house.said(toast)


async def test_cancelling_takes_one_press_and_the_second_says_so(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT, 2, 3)
    (card,) = await house.press("seminars.cancel", seminar)
    assert isinstance(card, Redraw)
    assert "2 personnes étaient inscrites" in house.said(card)
    assert card.keyboard == ()
    (toast,) = await house.press("seminars.cancel", seminar)
    assert "déjà annulée" in house.said(toast)
    (toast,) = await house.press("seminars.publish", seminar)
    assert "déjà annulée" in house.said(toast)
    await house.tick()
    assert len(await house.rows(names.CANCELLATION)) == 2


async def test_an_agent_comes_then_does_not_come(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT)
    (card,) = await house.command("agenda", INES)
    assert "vendredi 12 mars 2027" in house.said(card)
    assert house.labels(card) == ["Je m’inscris", "Voir la page"]
    toast, redrawn = await house.press("seminars.join", seminar, sender=INES)
    assert house.said(toast) == "C’est noté : vous êtes inscrit(e)."
    assert "Vous êtes inscrit(e)." in house.said(redrawn)
    mine = ["J’annule mon inscription", "Voir la page", "📅 Mon calendrier"]
    assert house.labels(redrawn) == mine
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


async def test_another_group_is_not_shown_the_video_link(house: SeminarHouse) -> None:
    await house.seminar(STARTS_AT, video_url="https://visio.example/salle")
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
    assert house.labels(card) == ["Voir la page"]


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
