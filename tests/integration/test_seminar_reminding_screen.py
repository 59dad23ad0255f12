"""The animators' screen about reminders: what was said, what will be, and changing that."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core.chat import Redraw, Toast
from core.clock import FixedClock
from core.db import Database
from core.ledger.models import Delivery
from core.reference import Reference
from digest.seminars import names
from digest.seminars.models import Announcement, Registration, Seminar
from digest.seminars.reminding.card import buttons
from tests.seminars import SeminarHouse, seminar_settings

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
J30 = datetime(2027, 2, 10, 8, tzinfo=UTC)
J7 = datetime(2027, 3, 5, 8, tzinfo=UTC)
J1 = datetime(2027, 3, 11, 8, tzinfo=UTC)
ODILE, INES, MARC, PAUL = 1, 2, 3, 4


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    house = SeminarHouse(database, clock, seminar_settings([7, 1], chase=[30]))
    await house.settle_in()
    return house


async def invite(house: SeminarHouse, seminar: int, *people: int) -> None:
    now = house.clock.now()
    async with house.database.write() as session:
        session.add_all(
            Registration(
                seminar_id=seminar, party=f"person:{person}", state="invited", invited_at=now
            )
            for person in people
        )


async def screen(house: SeminarHouse, seminar: int, version: int = 1) -> str:
    (shown,) = await house.press("reminders.open", seminar, version)
    return house.said(shown)


async def labels(house: SeminarHouse, seminar: int) -> list[str]:
    (shown,) = await house.press("reminders.back", seminar)
    return house.labels(shown)


async def row_of(house: SeminarHouse, name: str) -> int:
    async with house.database.read() as session:
        wanted = select(Announcement.id).where(Announcement.name == name)
        return (await session.scalars(wanted.order_by(Announcement.id.desc()))).first() or 0


async def press(house: SeminarHouse, verb: str, name: str, version: int = 1) -> str:
    """Press a button about an announcement; return what was said."""
    reference = Reference("reminders", "announcement", str(await row_of(house, name)))
    found = await house.press_on(f"reminders.{verb}", reference, version)
    return house.said(found[0])


async def test_the_screen_says_what_will_be_said_when_and_to_how_many(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS_AT, INES)
    await invite(house, seminar, MARC, PAUL)
    said = await screen(house, seminar)
    assert "<b>Séminaire – Accueillir, et après ?</b>" in said
    assert (
        "🕘 Relance J-30, envoi prévu le mercredi 10 février 2027 à 9 h 00 : 2 personnes à ce jour."
        in said
    )
    assert (
        "🕘 Rappel J-7, envoi prévu le vendredi 5 mars 2027 à 9 h 00 : 1 personne à ce jour."
        in said
    )
    assert (
        "🕘 Rappel J-1, envoi prévu le jeudi 11 mars 2027 à 9 h 00 : 1 personne à ce jour." in said
    )
    assert "2 personnes invitées n’ont pas encore répondu." in said
    assert await labels(house, seminar) == [
        "Envoyer la relance J-30 maintenant", "Retirer la relance J-30",
        "Envoyer le rappel J-7 maintenant", "Retirer le rappel J-7",
        "Envoyer le rappel J-1 maintenant", "Retirer le rappel J-1",
        "Relancer maintenant",
    ]  # fmt: skip


async def test_the_screen_says_what_was_said_and_what_was_not_and_why(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS_AT, INES, PAUL)
    await house.tick_at(J7)
    async with house.database.write() as session:
        for row in await session.scalars(select(Delivery).where(Delivery.kind == names.REMINDER)):
            row.state = "skipped" if row.recipient == f"person:{PAUL}" else "sent"
            row.reason = "no_address" if row.state == "skipped" else None
            row.resent = row.state == "sent"
    said = await screen(house, seminar)
    assert "✅ Rappel J-7, le vendredi 5 mars 2027 à 9 h 00 : 2 personnes." in said
    assert "1 renvoyé dans le doute." in said
    assert "1 non envoyé : aucune adresse connue." in said


async def test_what_was_missed_is_shown_with_its_reason(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT, INES)
    await house.tick_at(J1)
    said = await screen(house, seminar)
    assert (
        "⚠️ Rappel J-7 : message non envoyé, un autre, plus proche de la date, "
        "partait en même temps." in said
    )
    house.clock.set(STARTS_AT)
    assert await labels(house, seminar) == []


async def test_what_the_meeting_had_begun_before_is_missed_visibly(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT, INES)
    await house.tick_at(STARTS_AT)
    assert "⚠️ Rappel J-1 : message non envoyé, la rencontre avait commencé." in await screen(
        house, seminar
    )


async def test_a_reminder_is_brought_forward_once_confirmed(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT, INES, MARC)
    house.clock.set(J7 - timedelta(days=2))
    asked = await press(house, "advance", "J-7")
    assert asked.splitlines() == [
        "Envoyer dès maintenant le rappel J-7 à 2 personnes inscrites ?",
        "L’envoi est immédiat.",
    ]
    await house.tick()
    assert await house.rows(names.REMINDER) == []
    assert await press(house, "advance_now", "J-7") == "C’est noté."
    await house.tick()
    assert [slot for slot, _ in await house.slots(names.REMINDER)] == [
        f"seminar:{seminar}/J-7/v1"
    ] * 2
    await house.tick_at(J7)
    assert len(await house.rows(names.REMINDER)) == 2
    assert (
        await press(house, "advance_now", "J-7")
        == "Trop tard : ce message est déjà parti ou a été retiré."
    )


async def test_a_reminder_brought_forward_at_night_leaves_the_next_working_morning(
    house: SeminarHouse,
) -> None:
    await house.seminar(STARTS_AT, INES)
    house.clock.set(datetime(2027, 2, 26, 21, tzinfo=UTC))  # a Friday
    asked = await press(house, "advance", "J-7")
    assert "L’envoi aura lieu le lundi 1er mars 2027 à 9 h 00" in asked
    await press(house, "advance_now", "J-7")
    await house.tick()
    assert await house.rows(names.REMINDER) == []
    await house.tick_at(datetime(2027, 3, 1, 8, tzinfo=UTC))
    assert len(await house.rows(names.REMINDER)) == 1


async def test_a_reminder_that_was_removed_never_leaves_unless_it_is_put_back(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS_AT, INES)
    assert await press(house, "remove", "J-7") == "C’est retiré : rien ne partira."
    assert await press(house, "remove", "J-1") == "C’est retiré : rien ne partira."
    assert "Rappel J-7 : message retiré par l’équipe." in await screen(house, seminar)
    assert "Remettre le rappel J-1" in await labels(house, seminar)
    await house.tick_at(J7)
    assert await press(house, "restore", "J-1") == "C’est rétabli : le message partira à sa date."
    assert (
        await press(house, "restore", "J-7")
        == "Trop tard : ce message est déjà parti ou a été retiré."
    )
    await house.tick_at(J1)
    assert [slot for slot, _ in await house.slots(names.REMINDER)] == [f"seminar:{seminar}/J-1/v1"]


async def test_who_has_not_answered_is_chased_now_once_a_day_at_most(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT, INES)
    await invite(house, seminar, ODILE, MARC)
    (asked,) = await house.press("reminders.chase", seminar)
    assert isinstance(asked, Redraw)
    assert "Relancer 2 personnes invitées qui n’ont pas répondu ?" in house.said(asked)
    assert house.labels(asked) == ["Oui, relancer", "Revenir aux rappels"]
    (done, _) = await house.press("reminders.chase_now", seminar)
    assert house.said(done) == "C’est noté."
    await house.tick()
    day = house.clock.now().date()
    slot = f"seminar:{seminar}/relance/{day}/v1"
    assert await house.slots(names.CHASE) == [(slot, "person:1"), (slot, "person:3")]
    for verb in ("chase", "chase_now"):
        (refused,) = await house.press(f"reminders.{verb}", seminar)
        assert house.said(refused) == "Une relance part déjà ce jour-là : une par jour au plus."
    house.clock.set(house.clock.now() + timedelta(days=1))
    (done, _) = await house.press("reminders.chase_now", seminar)
    assert house.said(done) == "C’est noté."


async def test_there_is_nobody_to_chase_once_all_have_answered(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT, INES)
    (refused,) = await house.press("reminders.chase", seminar)
    assert house.said(refused) == (
        "Personne à relancer : toutes les personnes invitées ont répondu."
    )
    house.clock.set(STARTS_AT)
    (refused,) = await house.press("reminders.chase_now", seminar)
    assert house.said(refused) == "Trop tard : cette rencontre a commencé, ou elle est annulée."


async def test_a_press_on_an_older_message_is_answered_so(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT, INES)
    await house.move(seminar, STARTS_AT + timedelta(days=14))
    for verb in ("advance", "advance_now", "remove", "restore"):
        assert "ses boutons ne sont plus valables" in await press(house, verb, "J-7")
    (refused,) = await house.press("reminders.chase_now", seminar)
    assert "ses boutons ne sont plus valables" in house.said(refused)
    (gone,) = await house.press("reminders.open", 99)
    assert isinstance(gone, Toast)


async def test_what_a_move_replaced_is_not_shown_twice(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT, INES)
    await house.move(seminar, STARTS_AT + timedelta(days=14))
    said = await screen(house, seminar, 2)
    assert said.count("Rappel J-7") == 1
    assert "Rappel J-7, envoi prévu le vendredi 19 mars 2027 à 9 h 00" in said
    assert "🕘 Annonce d’un changement" in said


async def test_once_cancelled_the_screen_says_that_nothing_else_leaves(
    house: SeminarHouse,
) -> None:
    seminar = await house.seminar(STARTS_AT, INES)
    await house.cancel(seminar)
    await house.tick()
    said = await screen(house, seminar, 2)
    assert "✅ Annonce de l’annulation" in said
    assert "Rencontre annulée : rien d’autre ne partira." in said
    assert "Rappel" not in said


async def test_the_buttons_are_for_animators(house: SeminarHouse) -> None:
    seminar = await house.seminar(STARTS_AT, INES)
    mine = [action for room in house.rooms for action in room.actions]
    assert {action.role for action in mine if action.name.startswith("reminders.")} == {"animator"}
    async with house.database.read() as session:
        row = await session.get_one(Seminar, seminar)
        ((button,),) = buttons(row, house.clock.now())
        assert house.parts.renderer.plain(button.label) == "Rappels"
        row.state = "draft"
        assert buttons(row, house.clock.now()) == ()
