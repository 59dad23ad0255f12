"""One's own answer in chat: only what the meeting asks, screen after screen."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from core.chat import Ask, Redraw, Reply, Response, Toast
from core.clock import FixedClock
from core.db import Database
from core.errors import InputError
from core.people.models import Department, Membership, Person, Structure
from core.people.roles import Role
from core.reference import NotARowError, Party, Reference
from digest.seminars import registrations
from digest.seminars.models import Registration, Seminar
from digest.seminars.registering.choosing import parse_answer
from digest.seminars.registering.names import GONE, REGISTERED
from tests.seminars import INES, MARC, ODILE, STRANGER, SeminarHouse, seminar_settings

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
RICH = {
    "video_url": "https://visio.example/abc",
    "meals": ["Plat du jour", "Plat végétarien"],
    "questions": ["Quel est votre sujet ?"],
    "carpool": True,
}
MINE = Reference("seminars", "seminar", "1")


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    house = SeminarHouse(database, clock, seminar_settings())
    await house.settle_in()
    now = clock.now() - timedelta(days=9)
    async with database.write() as session:
        session.add(Structure(id=1, code="S1", name="Pays d’Orsanne"))
        session.add_all(
            [Department(code="63", name="Puy-de-Dôme"), Department(code="15", name="Cantal")]
        )
        await session.flush()
        session.add_all(
            Membership(person_id=one, role=Role.AGENT.value, structure_id=1, since=now)
            for one in (2, 3)
        )
    return house


async def meeting(house: SeminarHouse, **changes: Any) -> None:
    await house.seminar(STARTS_AT)
    if changes:
        async with house.database.write() as session:
            await session.execute(update(Seminar).values(**changes))


async def row_of(house: SeminarHouse, person: int) -> Registration:
    async with house.database.read() as session:
        found = await registrations.of_party(session, 1, Party("person", str(person)))
        assert found is not None
        return found


async def pushed(house: SeminarHouse, shown: Response, label: str, sender: Any = INES) -> Response:
    responses: Sequence[Response] = await house.push(shown, label, sender)
    return responses[-1]


async def joined(house: SeminarHouse) -> Response:
    """Register Inès; return the screen of her answer."""
    (card,) = await house.command("agenda", INES)
    return await pushed(house, card, "Je m’inscris")


async def test_one_press_registers_then_offers_only_what_is_asked(house: SeminarHouse) -> None:
    await meeting(house, **RICH)
    screen = await joined(house)
    assert (await row_of(house, 2)).state == "registered"
    assert house.labels(screen) == [
        "✓ Sur place",
        "À distance",
        "Mes demi-journées",
        "Mon repas",
        "Covoiturage",
        "Quel est votre sujet ?",
        "J’annule mon inscription",
        "Je suis excusé(e)",
        "Je suis représenté(e)…",
        "Inscrire un(e) collègue",
        "Retour à la rencontre",
    ]


async def test_half_days_are_ticked_one_by_one_and_the_last_one_stays(house: SeminarHouse) -> None:
    await meeting(house)
    screen = await pushed(house, await joined(house), "Mes demi-journées")
    morning, afternoon, _ = house.labels(screen)
    assert morning.startswith("✓ 12 mars 2027, 9\u00a0h\u00a030")
    screen = await pushed(house, screen, _plain(morning))
    assert (await row_of(house, 2)).half_days == [2]
    assert not house.labels(screen)[0].startswith("✓")
    screen = await pushed(house, screen, _plain(afternoon))
    assert (await row_of(house, 2)).half_days == [2]
    await pushed(house, screen, _plain(morning).removeprefix("✓ "))
    assert (await row_of(house, 2)).half_days is None


async def test_meal_mode_and_question(house: SeminarHouse) -> None:
    await meeting(house, **RICH)
    screen = await pushed(house, await joined(house), "Mon repas")
    screen = await pushed(house, screen, "Plat végétarien")
    assert "Repas : Plat végétarien" in house.said(screen)
    asked, ask = await house.push(screen, "Quel est votre sujet ?", INES)
    assert "Quel est votre sujet ?" in house.said(asked)
    (answer,) = await house.answer(ask, "La mobilité <b>", sender=INES)
    assert "<i>La mobilité &lt;b&gt;</i>" in house.said(answer)
    row = await row_of(house, 2)
    assert (row.meal, row.answers) == (
        "Plat végétarien",
        {"Quel est votre sujet ?": "La mobilité <b>"},
    )
    screen = await pushed(house, answer, "À distance")
    assert "Mon repas" not in house.labels(screen)
    row = await row_of(house, 2)
    assert (row.mode, row.meal) == ("remote", None)
    assert len(await house.rows(REGISTERED)) == 1


async def test_cars_are_shared_by_choice_and_seen_by_those_who_share(house: SeminarHouse) -> None:
    await meeting(house, **RICH)
    screen = await pushed(house, await joined(house), "Covoiturage")
    assert "vous acceptez que votre nom" in house.said(screen)
    screen = await pushed(house, screen, "Puy-de-Dôme")
    assert "Personne d’autre n’y est encore" in house.said(screen)
    assert (await row_of(house, 2)).carpool == "63:seek"
    (card,) = await house.command("agenda", MARC)
    marc = await pushed(house, await pushed(house, card, "Je m’inscris", MARC), "Covoiturage", MARC)
    assert "Inès" not in house.said(marc)
    marc = await pushed(house, marc, "Cantal", MARC)
    assert "Puy-de-Dôme – Inès Roche, Pays d’Orsanne (cherche une place)" in house.said(marc)
    assert "ines@orsanne.example" in house.said(marc)
    marc = await pushed(house, marc, "Je propose des places", MARC)
    assert (await row_of(house, 3)).carpool == "15:offer"
    await pushed(house, marc, "Ne pas figurer sur la liste", MARC)
    assert (await row_of(house, 3)).carpool is None


async def test_excused_and_represented(house: SeminarHouse) -> None:
    await meeting(house)
    screen = await pushed(house, await joined(house), "Je suis excusé(e)")
    assert "Vous êtes excusé(e)." in house.said(screen)
    (gone,) = await house.rows(GONE)
    assert gone.recipient == "person:2"
    (ask,) = await house.push(screen, "Je suis représenté(e)…", INES)
    (answer,) = await house.answer(ask, " Léa Faure ", sender=INES)
    assert "Vous êtes représenté(e) par Léa Faure." in house.said(answer)
    assert isinstance(ask, Ask)
    with pytest.raises(InputError, match="name_empty"):
        house.form(ask.form).fields[0].parse(" ", house.clock.now())


async def test_a_colleague_is_registered_and_told(house: SeminarHouse) -> None:
    await meeting(house)
    screen = await pushed(house, await joined(house), "Inscrire un(e) collègue")
    assert house.labels(screen)[:-1] == ["Marc Vidal"]
    toast, screen = await house.push(screen, "Marc Vidal", INES)
    assert house.said(toast) == "C’est noté : Marc Vidal est inscrit(e), et en est prévenu(e)."
    assert (await row_of(house, 3)).registered_by == "person:2"
    assert [row.recipient for row in await house.rows(REGISTERED)] == ["person:2", "person:3"]
    (refused,) = await house.press_on(
        "registrations.choose", Reference("seminars", "choice", "1-p-4"), sender=INES
    )
    assert "n’est plus de votre structure" in house.said(refused)


async def test_a_full_meeting_puts_on_the_waiting_list_and_tells_the_rank(
    house: SeminarHouse,
) -> None:
    await meeting(house, capacity=0)
    (card,) = await house.command("agenda", INES)
    toast, screen = await house.push(card, "Je m’inscris", INES)
    assert "liste d’attente, au rang 1" in house.said(toast)
    assert "liste d’attente, au rang 1" in house.said(screen)
    again, _ = await house.press("seminars.join", 1, sender=INES)
    assert house.said(again) == "Vous êtes déjà inscrit(e)."
    assert (await row_of(house, 2)).queue == 1


async def test_a_meeting_on_invitation_has_no_button_for_the_others(house: SeminarHouse) -> None:
    await meeting(house, open_to_all=False)
    (nothing,) = await house.command("agenda", INES)
    assert "Accueillir" not in house.said(nothing)
    (card,) = await house.command("agenda", ODILE)
    assert "sur invitation" in house.said(card)
    assert "Je m’inscris" not in house.labels(card)
    (toast,) = await house.press("seminars.join", 1, sender=INES)
    assert "sur invitation" in house.said(toast)
    async with house.database.write() as session:
        row = await registrations.opened(session, 1, Party("person", "2"))
        row.state, row.invited_at = "invited", house.clock.now()
    (card,) = await house.command("agenda", INES)
    assert "vous n’avez pas encore répondu" in house.said(card)
    await pushed(house, card, "Je m’inscris")
    assert (await row_of(house, 2)).state == "registered"


async def test_where_one_is_told_is_ones_own_choice(house: SeminarHouse) -> None:
    await meeting(house)
    (card,) = await house.command("agenda", INES)
    (toast,) = await house.push(card, "Me prévenir ici plutôt que par courriel", INES)
    assert "arriveront ici" in house.said(toast)
    async with house.database.read() as session:
        assert (await session.get_one(Person, 2)).preferred_channel == "chat"
    (card,) = await house.command("agenda", INES)
    assert "Me prévenir par courriel plutôt qu’ici" in house.labels(card)
    (card,) = await house.command("agenda", MARC)
    assert not any("prévenir" in label for label in house.labels(card))
    with pytest.raises(NotARowError):
        await house.press_on(
            "registrations.channel", Reference("registrations", "channel", "pigeon"), sender=INES
        )


async def test_who_comes_remotely_asks_in_chat_for_a_place_on_site_and_gives_it_up(
    house: SeminarHouse,
) -> None:
    await meeting(house, **RICH, capacity=0)
    await house.press("seminars.join", 1, sender=INES)
    (screen,) = await house.press("registrations.mine", 1, sender=INES)
    _said, screen = await house.push(screen, "À distance", INES)
    assert (await row_of(house, 2)).state == "registered"
    said, screen = await house.push(screen, "Sur place", INES)
    assert "Votre situation a changé" in house.said(said)
    text = house.said(screen)
    assert "inscrit(e) pour participer à distance, et sur la liste d’attente" in text
    assert "au rang 1." in text
    assert "Pour ne plus attendre, appuyez sur « À distance »." in text
    _said, screen = await house.push(screen, "À distance", INES)
    assert "attente" not in house.said(screen)
    row = await row_of(house, 2)
    assert (row.state, row.mode, row.queue) == ("registered", "remote", None)


async def test_presses_are_checked_anew(house: SeminarHouse) -> None:
    await meeting(house)
    former = replace(INES, roles=frozenset())
    actions = ("mine", "card", "half_days", "meals", "cars", "others", "excuse", "represent")
    for action in actions:
        for sender, private, said in (
            (STRANGER, True, "Demandez une invitation"),
            (former, True, "Désolé, votre rôle"),
            (INES, False, "conversation privée"),
        ):
            (toast,) = await house.press(
                f"registrations.{action}", 1, sender=sender, private=private
            )
            assert isinstance(toast, Toast)
            assert said in house.said(toast)
    for forged in ("1-h", "1-h-1-2", "x", "1-z-é"):
        with pytest.raises(NotARowError):
            await house.press_on(
                "registrations.choose", Reference("seminars", "choice", forged), sender=INES
            )
    (toast,) = await house.press_on(
        "registrations.choose", Reference("seminars", "choice", "1-h-1"), sender=INES
    )
    assert house.said(toast) == "Vous n’êtes pas inscrit(e)."
    house.clock.set(STARTS_AT)
    (toast,) = await house.press("registrations.excuse", 1, sender=INES)
    assert "closes" in house.said(toast)
    (reply,) = await house.answer(
        Ask("registrations.represented", {"seminar": 1}), "Léa", sender=INES
    )
    assert isinstance(reply, Reply)
    assert "closes" in house.said(reply)


async def test_a_choice_of_before_a_change_is_shown_anew(house: SeminarHouse) -> None:
    await meeting(house)
    screen = await pushed(house, await joined(house), "Mes demi-journées")
    await house.move(1, STARTS_AT + timedelta(days=7))
    toast, redrawn = await house.push(screen, _plain(house.labels(screen)[0]), INES)
    assert "a changé depuis ce message" in house.said(toast)
    assert isinstance(redrawn, Redraw)
    assert "19 mars 2027" in house.said(redrawn)
    assert (await row_of(house, 2)).half_days is None


def test_answers_are_neither_empty_nor_endless(clock: FixedClock) -> None:
    for text, why in ((" \n", "answer_empty"), ("x" * 1001, "answer_long")):
        with pytest.raises(InputError, match=why):
            parse_answer(text, clock.now())


def _plain(label: str) -> str:
    return label.replace("\u00a0", " ").replace("\u202f", " ")
