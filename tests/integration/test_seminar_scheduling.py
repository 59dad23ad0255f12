"""Meetings planned, changed and cancelled in the animators' chat."""

from datetime import UTC, datetime, timedelta

import pytest

from core.chat import Ask, Redraw, Reply, Toast
from core.clock import FixedClock
from core.db import Database
from core.errors import InputError
from core.people.roles import Role
from digest.seminars import store
from digest.seminars.models import InvitedGroup, Seminar, Speaker
from digest.seminars.scheduling import store as plans
from tests.seminar_plans import FILES, Files, acts, card, edit, row, switch
from tests.seminars import ODILE, SeminarHouse, seminar_settings

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
ANSWERS = ("steering", "Comité de mars", "vendredi 12 mars 9h30-17h", "Mairie d’Ambert")


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    house = SeminarHouse(database, clock, seminar_settings(), Files(FILES))
    await house.settle_in()
    return house


def test_only_animators_plan(house: SeminarHouse) -> None:
    (room,) = [room for room in house.rooms if room.name == "scheduling"]
    (command,) = room.commands
    assert (command.name, command.aliases, command.role) == (
        "rencontre", ("seminaire",), Role.ANIMATOR,
    )  # fmt: skip
    assert {action.role for action in room.actions} == {Role.ANIMATOR}
    assert {form.role for form in room.forms} == {Role.ANIMATOR}


async def test_an_animator_plans_checks_and_publishes(house: SeminarHouse) -> None:
    (empty,) = await house.command("seminaire")
    assert "Aucune rencontre pour le moment." in house.said(empty)
    assert await house.push(empty, "Nouvelle rencontre") == [Ask("seminars.new")]
    (echo,) = await house.answer(Ask("seminars.new"), *ANSWERS[:3])
    assert house.said(echo) == (
        "<b>Comité de pilotage – Comité de mars</b>\n\n"
        "Voici la date telle que je l’ai comprise :\n"
        "– vendredi 12 mars 2027, matin, de 9 h 30 à 12 h 30\n"
        "– vendredi 12 mars 2027, après-midi, de 14 h 00 à 17 h 00\n\n"
        "Est-ce bien cela ?"
    )
    noted, rest = await house.push(echo, "C’est bien cela")
    assert "Date retenue :" in house.said(noted)
    assert rest == Ask("scheduling.rest", {"seminar": 1})
    (shown,) = await house.answer(rest, "Mairie d’Ambert", "40", "9 h 30 Accueil")
    assert isinstance(shown, Reply)
    assert str(shown.about) == "seminars:seminar:1"
    said = house.said(shown)
    for line in (
        "Brouillon : personne d’autre ne voit encore cette rencontre.",
        "Lieu : Mairie d’Ambert",
        "Places sur place : 40",
        "9 h 30 Accueil",
        "Inscriptions : réservées aux personnes invitées ; rien n’en est annoncé,",
        "Personnes invitées : aucun groupe choisi",
        "Rappels aux personnes inscrites : J-7",
    ):
        assert line in said
    labels = house.labels(shown)
    assert labels[:2] == ["Publier", "Modifier"]
    assert labels[-2:] == ["Abandonner ce brouillon", "Toutes les rencontres"]
    untold, published = await house.push(shown, "Publier")
    assert "personne ne le sait encore" in house.said(untold)
    assert isinstance(published, Redraw)
    assert "Rencontre publiée." in house.said(published)
    assert "Personne n’est inscrit." in house.said(published)
    assert house.labels(published)[:2] == ["Voir la page", "Modifier"]
    assert await house.next_due() is not None
    assert await acts(house) == [
        ("person:1", "seminars.created", "seminars:seminar:1"),
        *[("person:1", "seminars.changed", "seminars:seminar:1")] * 3,
        ("person:1", "seminars.published", "seminars:seminar:1"),
    ]


async def test_what_is_passed_can_be_given_later(house: SeminarHouse) -> None:
    (echo,) = await house.answer(Ask("seminars.new"), *ANSWERS[:3])
    _noted, rest = await house.push(echo, "C’est bien cela")
    (shown,) = await house.answer(rest, "-", "-", "-")
    said = house.said(shown)
    for line in ("Lieu : Lieu à préciser", "Places sur place : sans limite", "Programme : à venir"):
        assert line in said


async def test_a_date_is_corrected_before_it_counts(house: SeminarHouse) -> None:
    (echo,) = await house.answer(Ask("seminars.new"), *ANSWERS[:3])
    (again,) = await house.push(echo, "Corriger")
    (other,) = await house.answer(again, "12 et 15 mars 9h-12h")
    assert "– lundi 15 mars 2027, matin, de 9 h 00 à 12 h 00" in house.said(other)
    toast, _card = await house.push(echo, "C’est bien cela")
    assert house.said(toast) == "Un autre changement a été demandé depuis ce message."
    toast, screen = await house.press("seminars.publish", 1)
    assert house.said(toast) == "Confirmez d’abord la date."
    _noted, rest = await house.push(screen, "C’est bien cela")
    await house.answer(rest, "Ambert", "-", "-")
    async with house.database.read() as session:
        days = [each.day.day for each in await store.half_days(session, 1)]
    assert days == [12, 15]


async def test_a_draft_is_found_again_in_the_list(house: SeminarHouse) -> None:
    await house.fill(*ANSWERS)
    await house.seminar(STARTS_AT + timedelta(days=3), title="Publiée " + "é" * 140 + " 🎉")
    (listed,) = await house.command("rencontre")
    said = house.said(listed)
    assert "– vendredi 12 mars 2027 : Comité de pilotage, Comité de mars <i>(brouillon)</i>" in said
    assert "– lundi 15 mars 2027 : Séminaire, Publiée éé" in said
    (shown,) = await house.push(listed, "12 mars 2027 : Comité de mars")
    assert "Brouillon" in house.said(shown)
    (back,) = await house.push(shown, "Toutes les rencontres")
    assert house.said(back) == said


async def test_a_date_warns_of_what_it_runs_into(
    database: Database, clock: FixedClock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("school") / "school.csv"
    file.write_text(
        "zone,first,last,name\n"
        "A,2027-05-06,2027-05-09,vacances d’hiver\n"
        "C,2027-05-01,2027-05-30,\n",
        encoding="utf-8",
    )
    settings = seminar_settings()
    of_seminars = {"school_holidays": file, "zones": ["A"]}
    settings = settings.model_copy(
        update={"seminars": settings.seminars.model_copy(update=of_seminars)}
    )
    house = SeminarHouse(database, clock, settings)
    await house.settle_in()
    await house.seminar(datetime(2027, 5, 7, 12, tzinfo=UTC), title="Autre chose")
    (echo,) = await house.answer(
        Ask("seminars.new"), "workshop", "Pont", "du 6 au 8 mai 2027 9h-12h"
    )
    said = house.said(echo)
    for line in (
        "Attention, le jeudi 6 mai 2027 est un jour férié.",
        "Attention, le vendredi 7 mai 2027 est un jour de pont.",
        "Attention, le samedi 8 mai 2027 est un jour férié.",
        "jeudi 6 mai 2027 tombe pendant les vacances scolaires (vacances d’hiver, zone A).",
        "vendredi 7 mai 2027, le réseau a une autre rencontre dans la journée : Autre chose.",
    ):
        assert line in said
    assert "zone C" not in said
    (room,) = [room for room in house.rooms if room.name == "scheduling"]
    (finding,) = await room.checks[0].run()
    assert finding.ok
    assert "2 in" in finding.what
    file.write_text("zone,first,last\nD,2027-05-06,2027-05-09\n", encoding="utf-8")
    (finding,) = await room.checks[0].run()
    assert not finding.ok
    assert "line 2: not a zone" in finding.what
    file.write_text("zone,first,last\n", encoding="utf-8")
    (finding,) = await room.checks[0].run()
    assert "holds none" in finding.what
    file.unlink()
    (finding,) = await room.checks[0].run()
    assert "cannot be read" in finding.what
    assert SeminarHouse(database, clock, settings).rooms


async def test_like_the_last_time_only_the_date_is_asked(house: SeminarHouse) -> None:
    number = await house.seminar(STARTS_AT, title="Séminaire de printemps")
    async with house.database.write() as session:
        seminar = await session.get_one(Seminar, number)
        seminar.capacity, seminar.questions, seminar.carpool = 30, ["Arrivée ?"], True
        group = InvitedGroup(
            seminar_id=number, what="role", value="agent", added_at=house.clock.now()
        )
        session.add(group)
        for part, name in (("animator", "Odile Vernhet"), ("speaker", "Anne Duval")):
            session.add(Speaker(seminar_id=number, part=part, name=name, party="person:1"))
    (listed,) = await house.command("rencontre")
    (choice,) = await house.push(listed, "Comme la dernière fois")
    assert "Le programme et les intervenants restent à préparer." in house.said(choice)
    (ask,) = await house.push(choice, "Séminaire du 12 mars 2027")
    (echo,) = await house.answer(ask, "4 juin 2027")
    assert "– vendredi 4 juin 2027, matin, de 9 h 30 à 12 h 30" in house.said(echo)
    (shown,) = await house.push(echo, "C’est bien cela")
    said = house.said(shown)
    assert "Séminaire de printemps" in said
    assert "Questions : Arrivée ?" in said
    assert "Places sur place : 30" in said
    assert "Personnes invitées : 1 groupe choisi" in said
    assert "Lieu : Salle des fêtes, Ambert" in said
    buttons = [button for line in getattr(shown, "keyboard", ()) for button in line]
    assert buttons[0].action == "invitations.preview"
    async with house.database.read() as session:
        (copied,) = await plans.speakers(session, 2)
    assert (copied.name, copied.part, copied.party) == ("Odile Vernhet", "animator", "person:1")


async def test_drafts_that_were_left_hide_nothing_and_every_meeting_is_found(
    house: SeminarHouse,
) -> None:
    left = {
        f"{day} novembre 2026\N{NO-BREAK SPACE}: Délaissé {one}"
        for day in range(24, 30)
        for one in "abc"
    }
    for label in left:
        day, _, title = label.partition(" novembre 2026\N{NO-BREAK SPACE}: ")
        await house.fill("workshop", title, f"{day}/11/2026 9h", "Ambert")
    house.clock.set(datetime(2026, 12, 1, 8, tzinfo=UTC))
    await house.seminar(STARTS_AT, title="À venir")
    (first,) = await house.command("rencontre")
    assert "12 mars 2027\N{NO-BREAK SPACE}: À venir" in house.labels(first)
    assert "Précédentes" not in house.labels(first)
    (second,) = await house.push(first, "Suivantes")
    assert "Suivantes" not in house.labels(second)
    assert left <= {*house.labels(first), *house.labels(second)}
    (again,) = await house.push(second, "Précédentes")
    assert house.labels(again) == house.labels(first)


async def test_what_follows_a_new_date_keeps_what_another_animator_did_meanwhile(
    house: SeminarHouse,
) -> None:
    (echo,) = await house.answer(Ask("seminars.new"), *ANSWERS[:3])
    _noted, rest = await house.push(echo, "C’est bien cela")
    await edit(house, "Lieu", "Issoire")
    await edit(house, "Nombre de places", "30")
    (card,) = await house.command("rencontre")
    (shown,) = await house.push(card, "12 mars 2027 : Comité de mars")
    await house.push(shown, "Publier")
    await house.register(1, 2)
    (passed,) = await house.answer(rest, "-", "-", "-")
    assert "Lieu : Issoire" in house.said(passed)
    assert "Places sur place : 30" in house.said(passed)
    question, told = await house.answer(rest, "Thiers", "-", "9 h Accueil")
    assert "Si vous confirmez, 1 personne sera prévenue." in house.said(question)
    assert "Faut-il prévenir la personne concernée ?" in house.said(told)
    async with house.database.read() as session:
        assert (await session.get_one(Seminar, 1)).place == "Issoire"


async def test_a_card_seen_before_the_form_was_over_publishes_nothing(house: SeminarHouse) -> None:
    (echo,) = await house.answer(Ask("seminars.new"), *ANSWERS[:3])
    _noted, rest = await house.push(echo, "C’est bien cela")
    (listed,) = await house.command("rencontre")
    (shown,) = await house.push(listed, "12 mars 2027 : Comité de mars")
    await house.answer(rest, "Thiers", "-", "-")
    toast, _ = await house.push(shown, "Publier")
    assert isinstance(toast, Toast)
    async with house.database.read() as session:
        assert (await session.get_one(Seminar, 1)).published_at is None


async def test_hours_of_the_last_time_that_are_past_are_asked_again(house: SeminarHouse) -> None:
    await house.seminar(datetime(2027, 3, 12, 7, tzinfo=UTC))
    house.clock.set(datetime(2026, 11, 23, 7, 30, tzinfo=UTC))
    ask = Ask("scheduling.again", {"like": 1})
    why, again = await house.answer(ask, "23/11/2026")
    assert house.said(why) == "Cette date est déjà passée. Indiquez une date à venir."
    assert again == ask
    (unknown,) = await house.answer(Ask("scheduling.again", {"like": 99}), "24/11/2026")
    assert house.said(unknown) == "Cette rencontre n’existe plus."


async def test_nothing_to_be_like(house: SeminarHouse) -> None:
    (listed,) = await house.command("rencontre")
    (toast,) = await house.push(listed, "Comme la dernière fois")
    assert "Aucune rencontre n’a encore été publiée" in house.said(toast)


async def test_everything_of_a_draft_can_be_changed(house: SeminarHouse) -> None:
    await house.fill(*ANSWERS)
    await edit(house, "Titre", "Comité 🎉 " + "é" * 141)
    await edit(house, "Lieu", "Issoire https://visio.example/a")
    await edit(house, "Visioconférence", "https://visio.example/b")
    await edit(house, "Accès", "Gare à 5 min")
    await edit(house, "Nombre de places", "12 places")
    await edit(house, "Programme", "9 h\n10 h")
    await edit(house, "Repas", "Viande\nVégétarien")
    await edit(house, "Questions", "Arrivée ?")
    await edit(house, "Rappels", "10, 2")
    await edit(house, "Relances", "-")
    await switch(house, "Ouvrir les inscriptions à tous")
    await switch(house, "Proposer le covoiturage")
    await switch(house, "Passer en composition élargie")
    said = house.said(await card(house))
    for line in (
        "Comité de pilotage – Comité 🎉 " + "é" * 141,
        "Lieu : Issoire",
        "Accès : Gare à 5 min",
        "Places sur place : 12",
        "Programme :\n9 h\n10 h",
        "Repas : Viande / Végétarien",
        "Questions : Arrivée ?",
        "Rappels aux personnes inscrites : J-10, J-2",
        "Relances aux personnes sans réponse : aucune",
        "Inscriptions : ouvertes à tous",
        "Covoiturage : proposé",
        "Composition : élargie",
    ):
        assert line in said
    await edit(house, "Genre", "workshop")
    await edit(house, "Rappels", "usual")
    said = house.said(await card(house))
    assert "<b>Atelier – Comité 🎉" in said
    assert "Composition" not in said
    assert "Rappels aux personnes inscrites : J-7" in said
    assert (await row(house)).version > 1


async def test_a_draft_is_published_as_it_was_seen(house: SeminarHouse) -> None:
    (shown,) = await house.fill(*ANSWERS)
    await edit(house, "Lieu", "Issoire")
    toast, current = await house.push(shown, "Publier")
    assert house.said(toast).startswith("Cette rencontre a changé depuis ce message")
    assert "Lieu : Issoire" in house.said(current)
    _untold, published = await house.push(current, "Publier")
    assert "Rencontre publiée." in house.said(published)


async def test_every_kind_is_a_button_and_only_those_are(house: SeminarHouse) -> None:
    kind = house.form("seminars.new").fields[0]
    labels = [house.parts.renderer.plain(b.label) for line in kind.choices for b in line]
    assert labels == ["Séminaire", "Comité de pilotage", "Comité technique", "Atelier"]
    for button in (b for line in kind.choices for b in line):
        assert kind.parse(button.action, house.clock.now()) == button.action
    with pytest.raises(InputError, match="kind_unknown"):
        kind.parse("fête", house.clock.now())


async def test_every_misunderstanding_has_its_sentence(house: SeminarHouse) -> None:
    (room,) = [room for room in house.rooms if room.name == "scheduling"]
    for field in (field for form in room.forms for field in form.fields):
        assert house.parts.renderer.chat(field.question)
        for typed in ("", "x" * 6_000, "12 mars 9h\n" * 30):
            try:
                field.parse(typed, house.clock.now())
            except InputError as error:
                words = type(field.question)(field.question.template, error.what)
                assert house.parts.renderer.chat(words)


async def test_a_video_link_is_a_place(house: SeminarHouse) -> None:
    (shown,) = await house.fill("workshop", "À distance", "12/03 9h", "https://visio.example/abc")
    said = house.said(shown)
    assert "Lieu : En visioconférence" in said
    assert '<a href="https://visio.example/abc">' in said


async def test_what_people_type_is_escaped(house: SeminarHouse) -> None:
    (shown,) = await house.fill("workshop", "<b>&", "12/03 9h", "<i>")
    assert "&lt;b&gt;&amp;" in house.said(shown)
    assert "Lieu : &lt;i&gt;" in house.said(shown)


async def test_the_video_link_stays_among_animators(house: SeminarHouse) -> None:
    await house.fill("workshop", "À distance", "12/03 9h", "https://visio.example/abc")
    (listed,) = await house.command("rencontre")
    label = "12 mars 2027 : À distance"
    (elsewhere,) = await house.push(listed, label, ODILE, private=False)
    assert "visio.example" not in house.said(elsewhere)
