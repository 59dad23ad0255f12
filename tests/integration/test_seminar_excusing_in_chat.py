"""« Je suis excusé(e) » under an invitation in chat: one press, checked anew."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.chat import Redraw, Toast
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import Channel
from digest.seminars import names
from tests.inviting import HOLD, STARTS_AT, InvitingHouse
from tests.seminars import INES, MARC, STRANGER, plain, seminar_settings

EXCUSE = "registrations.excuse"


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> InvitingHouse:
    house = InvitingHouse(database, clock)
    await house.settle_in()
    return house


async def invitation(house: InvitingHouse) -> int:
    """Invite everybody; return the meeting."""
    seminar = await house.draft()
    await house.change(seminar, open_to_all=False)
    await house.through(
        await house.invites(seminar), "Territoires", "Pays d’Orsanne", "Retour aux invités",
        "Aperçu avant envoi", "Publier et inviter",
    )  # fmt: skip
    await house.tick_at(house.clock.now() + HOLD, "invitations.leave")
    await house.tick()
    return seminar


async def test_one_press_excuses_and_says_how_to_be_represented(house: InvitingHouse) -> None:
    seminar = await invitation(house)
    (in_chat,) = [row for row in await house.rows(names.INVITATION) if row.channel == Channel.CHAT]
    labels = [[each.label for each in row] for row in (await house.chat_post(in_chat)).keyboard]
    assert labels == [["Je viens", "Je suis excusé(e)"], ["Répondre autrement"], ["Voir la page"]]
    for _ in range(2):  # twice is once
        said, shown = await house.press(EXCUSE, seminar, sender=MARC)
        assert isinstance(said, Toast)
        assert said.alert
        assert "C’est noté : vous êtes excusé(e)." in house.said(said)
        assert "« Je suis représenté(e)… »" in house.said(said)
        assert len(house.parts.renderer.plain(said.text)) <= 200  # Telegram shows no more
        assert isinstance(shown, Redraw)
        assert "Je suis représenté(e)…" in house.labels(shown)
    assert await house.registrations() == {"person:2": "invited", "person:3": "excused"}


async def test_a_chase_in_chat_has_the_same_buttons(database: Database, clock: FixedClock) -> None:
    house = InvitingHouse(database, clock, seminar_settings(chase=(7,)))
    await house.settle_in()
    await invitation(house)
    await house.tick_at(STARTS_AT - timedelta(days=6))
    (chase,) = [row for row in await house.rows(names.CHASE) if row.channel == Channel.CHAT]
    labels = [each.label for row in (await house.chat_post(chase)).keyboard for each in row]
    assert labels[:3] == ["Je viens", "Je suis excusé(e)", "Répondre autrement"]


async def test_who_presses_and_what_they_saw_are_checked(house: InvitingHouse) -> None:
    seminar = await invitation(house)
    former = replace(MARC, roles=frozenset())
    uninvited = replace(INES, account="400", person_id=4)
    for sender, said in (
        (STRANGER, "Demandez une invitation"),
        (former, "votre rôle"),
        (uninvited, "sur invitation"),
    ):
        (toast,) = await house.press(EXCUSE, seminar, sender=sender)
        assert said in house.said(toast)
    await house.move(seminar, STARTS_AT + timedelta(days=7))
    toast, shown = await house.press(EXCUSE, seminar, version=1, sender=MARC)
    assert "a changé depuis ce message" in house.said(toast)
    assert "22 mars 2027" in plain(house.said(shown))
    assert (await house.registrations())["person:3"] == "invited"
    await house.cancel(seminar)
    (toast,) = await house.press(EXCUSE, seminar, version=2, sender=MARC)
    assert "closes" in house.said(toast)
    assert (await house.registrations())["person:3"] == "invited"
