"""The message « Invitations en attente » says by itself that they have left, or did not."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from core.chat import Post, Redraw, Response
from core.clock import FixedClock
from core.db import Database
from core.ledger import views
from core.ledger.draft import Channel, ChatAddress
from core.reference import Reference
from digest.seminars.inviting.names import waiting_view
from tests.inviting import HOLD, InvitingHouse
from tests.seminars import ODILE, plain

LEAVE = "invitations.leave"
VIEW = waiting_view("100:1")
"""Odile's private chat, and the message that all her presses are about."""


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> InvitingHouse:
    house = InvitingHouse(database, clock)
    await house.settle_in()
    return house


async def sent(house: InvitingHouse) -> Sequence[Response]:
    """Invite two people; return what the pressed message shows."""
    seminar = await house.draft()
    return await house.through(
        await house.invites(seminar), "Territoires", "Pays d’Orsanne", "Retour aux invités",
        "Aperçu avant envoi", "Publier et inviter 2 personnes",
    )  # fmt: skip


async def wanted(house: InvitingHouse) -> str | None:
    """Return what the message is to show, with its buttons; None when it is left as it is."""
    async with house.database.read() as session:
        body = await views.wanted(session, VIEW)
    if body is None:
        return None
    post = Post.decode(body)
    return plain(f"{post.text} [{', '.join(b.label for row in post.keyboard for b in row)}]")


async def to_show(house: InvitingHouse) -> Sequence[str]:
    async with house.database.read() as session:
        return await views.unshown(session, [Channel.CHAT], house.clock.now())


async def press_elsewhere(house: InvitingHouse, shown: Sequence[Response], label: str) -> None:
    """Press a button of the same screen in another message."""
    (message,) = [one for one in shown if isinstance(one, Redraw)]
    (button,) = [
        each
        for row in message.keyboard
        for each in row
        if house.parts.renderer.plain(each.label) == label
    ]
    assert isinstance(button.reference, Reference)
    (found,) = [e for room in house.rooms for e in room.actions if e.name == button.action]
    async with house.database.write() as session:
        turn = house._turn(session, ODILE, private=True)  # the house's own tests
        turn = replace(turn, incoming=replace(turn.incoming, message_id=2))
        await found.handler(turn, button.reference, button.version)


async def test_the_message_says_that_the_invitations_have_left(house: InvitingHouse) -> None:
    shown = await sent(house)
    assert "[Retenir, Retour aux invités]" in str(await wanted(house))
    assert await to_show(house) == []  # the press draws it
    await house.tick_at(house.clock.now() + HOLD, LEAVE)
    said = str(await wanted(house))
    assert "Les invitations sont parties" in said
    assert "Séminaire – Accueillir, et après ?" in said
    assert "2 personnes sont invitées. [Retour aux invités]" in " ".join(said.split())
    assert await to_show(house) == [VIEW]
    (room,) = [each for each in house.rooms if each.name == "invitations"]
    ((prefix, address),) = room.views.items()
    assert VIEW.startswith(prefix)
    async with house.database.read() as session:
        assert await address(session, VIEW) == ChatAddress(100)
    await house.choose(shown, "Retenir")  # too late: the list of those invited is drawn
    assert await wanted(house) is None


async def test_a_message_that_shows_something_else_is_left_as_it_is(house: InvitingHouse) -> None:
    await house.choose(await sent(house), "Retour aux invités")
    assert await wanted(house) is None
    await house.tick_at(house.clock.now() + HOLD, LEAVE)
    assert await wanted(house) is None
    assert await house.registrations() == {"person:2": "invited", "person:3": "invited"}


async def test_held_back_from_another_message_it_says_so(house: InvitingHouse) -> None:
    await press_elsewhere(house, await sent(house), "Retenir")
    assert "Les invitations ne sont pas parties" in str(await wanted(house))
    assert "retenues" in str(await wanted(house))
    await house.tick_at(house.clock.now() + HOLD, LEAVE)
    assert await house.registrations() == {}


async def test_a_meeting_cancelled_meanwhile_is_said_too(house: InvitingHouse) -> None:
    await sent(house)
    await house.cancel(1)
    await house.tick_at(house.clock.now() + HOLD, LEAVE)
    said = str(await wanted(house))
    assert "Les invitations ne sont pas parties" in said
    assert "La rencontre est annulée." in said
