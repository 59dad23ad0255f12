"""Coming in by invitation, the welcome, the help and the menus."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from bot.answers.models import Answer
from bot.entrance.welcome import useful_answers
from bot.hotline.models import Question
from core.agenda import Meeting
from core.chat import Text
from core.clock import FixedClock
from core.db import Database
from core.people.invitations import invite
from core.people.models import Membership, Person
from core.settings import Settings
from digest.seminars import store
from digest.seminars.decide import Kind
from digest.seminars.next_meeting import next_meeting
from tests.entrance import (
    CLAIRE,
    GROUP,
    JEANNE,
    LEA,
    OTHER,
    STRANGER,
    Doorway,
    key,
    labels,
    open_doorway,
    words,
)
from tests.parts import make_parts

CODE = "une-invitation"
ODILE = 7
PARIS = ZoneInfo("Europe/Paris")

WORKSHOP = Meeting(
    kind=Text("chat/seminars.html", "kind_workshop"),
    title="Remobiliser les élus",
    starts_at=datetime(2027, 2, 4, 9, 30, tzinfo=PARIS),
    place="En visioconférence",
    url="https://relais.test/rencontres/3",
)


@pytest.fixture
async def door(database: Database, clock: FixedClock) -> Doorway:
    door = await open_doorway(database, clock, WORKSHOP)
    await invited(door, ODILE)
    return door


async def invited(door: Doorway, person: int, code: str = CODE) -> None:
    async with door.database.write() as session:
        await invite(session, person, door.clock.now(), timedelta(days=7), lambda: code)


async def test_the_first_message_tells_about_data(door: Doorway) -> None:
    welcome, _ = await door.say(STRANGER, f"/start {CODE}")
    assert welcome.text.startswith(
        "Bonjour Odile, et bienvenue à la permanence du réseau (Réseau de test). "
        "Votre compte est relié.\n\n<b>Vos données personnelles</b>"
    )
    for heading in ("Qui", "Quoi", "Pourquoi", "Combien de temps", "Vos droits"):
        assert f"\n{heading}\u00a0" in welcome.text
    assert "contact@relais.test" in welcome.text
    assert await door.linked(STRANGER) == "Odile Vernhet"
    assert await door.acts() == ["person:7 account.link people:person:7"]


async def test_a_new_agent_meets_colleagues_and_learns_the_next_meeting(door: Doorway) -> None:
    _, begin = await door.say(STRANGER, f"/start {CODE}")
    assert begin.text.startswith("Pour poser une question, écrivez-la ici")
    assert (
        "<b>Des collègues à connaître</b>\n\n"
        "Paul Meyrat – Vallées de la Brune-Claire\n"
        "Claire Vidal – Pays d’Orsanne\n"
        "Marc Besse – Hauts de Lestoire\n"
    ) in begin.text
    assert begin.text.endswith(
        "<b>Le prochain rendez-vous du réseau</b>\n\n"
        "Atelier – Remobiliser les élus\n"
        "Jeudi 4 février 2027 à 9\u00a0h\u00a030 – En visioconférence\n\n"
        "https://relais.test/rencontres/3"
    )
    assert labels([begin]) == [
        "Poser une question",
        "Rencontres à venir",
        "Aide",
    ]


async def test_a_new_agent_gets_the_most_useful_answers(door: Doorway) -> None:
    await with_answers(door)
    _, _, answers = await door.say(STRANGER, f"/start {CODE}")
    assert answers.text == (
        "Les réponses validées les plus utiles, à lire quand vous voudrez\u00a0:"
    )
    assert labels([answers]) == [
        *("Question 5", "Question 3", "Question 12", "Question 11", "Question 10"),
        *("Question 9", "Question 8", "Question 7", "Question 6", "Question 4"),
    ]
    assert key([answers], "Question 5").data == "answers.answer:answers:answer:5:0"


async def test_the_most_useful_answers_are_those_that_were_enough(door: Doorway) -> None:
    async with door.database.read() as session:
        assert await useful_answers(session, 10) == []
    await with_answers(door)
    async with door.database.read() as session:
        buttons = await useful_answers(session, 2)
    assert [str(button.reference) for button in buttons] == [
        "answers:answer:5",
        "answers:answer:3",
    ]


async def with_answers(door: Doorway) -> None:
    """Add twelve validated answers and a draft; the fifth was enough twice, the third once."""
    now = door.clock.now()
    async with door.database.write() as session:
        for number in range(1, 14):
            session.add(
                Answer(
                    id=number,
                    code=f"R{number}",
                    state="draft" if number == 13 else "validated",
                    question=f"Question {number}",
                    answer="Oui.",
                    stated_on=now.date(),
                    created_at=now,
                    updated_at=now + timedelta(minutes=number),
                )
            )
        for enough in (3, 5, 5, 13, 13, 13, 99):
            session.add(
                Question(
                    asker_id=1,
                    text="Une question",
                    opened_at=now,
                    last_message_at=now,
                    answered_by=f"answers:answer:{enough}",
                )
            )


async def test_the_seminars_tell_their_next_meeting(database: Database, clock: FixedClock) -> None:
    parts = replace(make_parts(database, clock), settings=Settings())
    tell = next_meeting(parts)
    async with database.write() as session:
        assert await tell(session, clock.now()) is None
        for title, days in (("Plus tard", 20), ("Bientôt", 5)):
            starts_at = clock.now() + timedelta(days=days)
            seminar = await store.create(
                session,
                kind=Kind.WORKSHOP,
                title=title,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=3),
                place="Halle",
                now=clock.now(),
            )
            await store.publish(session, parts, seminar, clock.now())
        meeting = await tell(session, clock.now())
    assert meeting is not None
    assert (meeting.title, meeting.place) == ("Bientôt", "Halle")
    assert parts.renderer.plain(meeting.kind) == "Atelier"
    assert meeting.url.endswith("/rencontres/2")


async def test_a_used_expired_or_unknown_invitation_is_refused(
    door: Doorway, clock: FixedClock
) -> None:
    unknown = await door.say(STRANGER, "/start autre-code")
    assert words(unknown) == (
        "Ce lien d’invitation n’est pas valable\u00a0: il a déjà servi, il a expiré ou il est "
        "incomplet.\n\nDemandez-en un nouveau à contact@relais.test, ou demandez un accès avec "
        "votre adresse professionnelle."
    )
    assert labels(unknown) == ["Demander un accès"]
    await door.say(OTHER, f"/start {CODE}")
    assert words(await door.say(STRANGER, f"/start {CODE}")) == words(unknown)
    await invited(door, ODILE, "une-autre")
    clock.set(clock.now() + timedelta(days=7))
    assert words(await door.say(STRANGER, "/start une-autre")) == words(unknown)
    assert await door.linked(STRANGER) is None


async def test_a_second_start_changes_nothing(door: Doorway) -> None:
    back = "Bonjour. Votre compte est déjà relié à la permanence."
    await door.say(STRANGER, f"/start {CODE}")
    assert words(await door.say(STRANGER, f"/start {CODE}")).startswith(back)
    await invited(door, ODILE, "encore")
    assert words(await door.say(CLAIRE, "/start encore")).startswith(back)
    assert await door.linked(CLAIRE) == "Claire Vidal"


async def test_a_stranger_learns_how_to_get_in(door: Doorway) -> None:
    for said in ("/start", "/aide", "/menu"):
        how = await door.say(STRANGER, said)
        assert words(how) == (
            "Bonjour. Vous êtes à la permanence du réseau (Réseau de test), réservée aux agents "
            "des territoires et à l’équipe d’animation.\n\n"
            "L’équipe vous a remis un lien d’invitation\u00a0? Ouvrez-le\u00a0: il suffit. Sinon, "
            "vous pouvez demander un accès avec votre adresse professionnelle.\n\n"
            "Une difficulté\u00a0? Écrivez à contact@relais.test."
        )
        assert labels(how) == ["Demander un accès"]


async def test_nobody_is_linked_from_a_group(door: Doorway) -> None:
    assert "conversation privée" in words(await door.say(STRANGER, f"/start {CODE}", GROUP))
    assert await door.linked(STRANGER) is None


async def test_who_has_left_is_told_so(door: Doorway) -> None:
    departed = (
        "D’après l’annuaire, vous n’avez plus de fonction dans le réseau\u00a0: la permanence ne "
        "peut plus vous répondre ici. Merci de votre participation au réseau. S’il s’agit d’une "
        "erreur, écrivez à contact@relais.test."
    )
    for said in ("/start", "/aide"):
        assert words(await door.say(LEA, said)) == departed
    await invited(door, 4, "pour-lea")
    assert words(await door.say(STRANGER, "/start pour-lea")).endswith(departed)


async def test_who_is_blocked_is_told_so_and_holds_no_role(door: Doorway) -> None:
    blocked = (
        "Votre accès à la permanence est suspendu. Pour en connaître la raison ou le faire "
        "rétablir, écrivez à contact@relais.test."
    )
    async with door.database.write() as session:
        await session.execute(
            update(Person).where(Person.id.in_([1, 7])).values(blocked_at=door.clock.now())
        )
    for said in ("/start", "/aide"):
        told = words(await door.say(CLAIRE, said))
        assert told.startswith("Votre accès à la permanence est suspendu")
    assert words(await door.say(STRANGER, f"/start {CODE}")) == blocked
    assert await door.linked(STRANGER) is None


async def test_help_shows_each_what_they_may_do(door: Doorway) -> None:
    agent = await door.say(CLAIRE, "aide")
    assert words(agent).startswith("Pour poser une question, écrivez-la ici")
    private = ["Poser une question", "Rencontres à venir"]
    assert labels(agent) == [*private, "Aide"]
    desk = ["La lettre", "Annuaire"]
    animator = await door.say(JEANNE, "/menu")
    assert words(animator).startswith("Les boutons ci-dessous montrent tout")
    assert labels(animator) == ["Rencontres à venir", *desk, "Aide"]
    group = await door.say(JEANNE, "/aide", GROUP)
    assert words(group).startswith("Chaque question a son sujet dans ce groupe.")
    assert labels(group) == [*desk, "Aide"]
    assert labels(await door.say(CLAIRE, "/aide", GROUP)) == []


async def test_a_button_of_the_menu_does_what_its_command_does(door: Doorway) -> None:
    menu = await door.say(CLAIRE, "/menu")
    assert "Pour poser une question" in words(
        await door.press(CLAIRE, key(menu, "Poser une question"))
    )


async def test_a_button_of_the_menu_is_refused_to_who_lost_the_role(
    door: Doorway, clock: FixedClock
) -> None:
    menu = await door.say(JEANNE, "/menu")
    async with door.database.write() as session:
        await session.execute(
            update(Membership).where(Membership.person_id == 2).values(until=clock.now())
        )
    assert words(await door.press(JEANNE, key(menu, "Annuaire"))).startswith("Désolé,")
