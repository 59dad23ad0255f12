"""When an agent leaves: who takes over their open questions, and what everybody is told."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.hotline import standing
from bot.hotline.models import Question
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import ChatAddress, Ready, Skip
from core.people.models import Membership, Person
from tests.hotline import CLAIRE, JEANNE, MARC, Hotline, open_hotline

ASKED = "Qui a déjà fait une session d’accueil ?"


@pytest.fixture
async def hotline(database: Database, clock: FixedClock) -> Hotline:
    hotline = await open_hotline(database, clock)
    await hotline.say(CLAIRE, ASKED)
    return hotline


async def leave(hotline: Hotline, person_id: int, successor_id: int | None = None) -> None:
    """End what somebody holds, and name who follows them."""
    async with hotline.database.write() as session:
        await session.execute(
            update(Membership)
            .where(Membership.person_id == person_id)
            .values(until=hotline.clock.now())
        )
        (await session.get_one(Person, person_id)).successor_id = successor_id


async def tick(hotline: Hotline) -> None:
    [found] = [each for each in hotline.room.ticks if each.name == "desk.succession"]
    await found.run(hotline.clock.now())


async def asker(hotline: Hotline, number: int = 1) -> int | None:
    async with hotline.database.read() as session:
        return (await session.get_one(Question, number)).asker_id


async def test_the_open_questions_of_who_left_go_to_their_successor(hotline: Hotline) -> None:
    await hotline.in_topic(JEANNE, 1, "Trois territoires.")
    held = (await hotline.rows())[-1]
    await tick(hotline)
    assert await asker(hotline) == 1, "who is here keeps theirs"
    await leave(hotline, 1, successor_id=5)
    for _ in range(2):
        await tick(hotline)
    assert await asker(hotline) == 5
    notice, private = await hotline.rows(after=4)
    assert (notice.kind, notice.recipient, notice.cause) == (
        "hotline.notice",
        "question:1",
        "hotline:topic:1",
    )
    assert notice.post.text.replace("\u00a0", " ") == (
        "Claire Vidal n’est plus agent du réseau : cette question passe à Marc Besse, "
        "qui en est prévenu(e). Vos réponses lui parviendront."
    )
    assert (private.kind, private.recipient) == ("hotline.transferred", "person:5")
    assert ASKED in private.post.text
    assert "Claire" not in private.post.text
    assert await hotline.prepare(private) == Ready(ChatAddress(MARC))
    assert await hotline.prepare(held) == Skip("not their question"), "who left is told no more"
    assert (await hotline.acts())[-1] == "system:relais question.succeed hotline:question:1"

    await hotline.in_topic(JEANNE, 1, "Voici leurs contacts.")
    answer = (await hotline.rows())[-1]
    assert (answer.recipient, answer.stream) == ("person:5", "person:5")


async def test_without_successor_the_topic_says_so_once(hotline: Hotline) -> None:
    await leave(hotline, 1)
    for _ in range(2):
        await tick(hotline)
    [notice] = await hotline.rows(after=3)
    assert notice.post.text.replace("\u00a0", " ") == (
        "Claire Vidal n’est plus agent du réseau et n’a pas de successeur. Désignez-en un dans "
        "l’annuaire (/annuaire) : ses questions lui seront confiées."
    )
    await leave(hotline, 1, successor_id=5)
    await tick(hotline)
    assert await asker(hotline) == 5


async def test_a_successor_who_left_too_is_followed_by_theirs(hotline: Hotline) -> None:
    await leave(hotline, 1, successor_id=5)
    await leave(hotline, 5, successor_id=3)
    await tick(hotline)
    assert await asker(hotline) == 3


async def test_successors_in_a_ring_are_nobody(hotline: Hotline) -> None:
    await leave(hotline, 1, successor_id=5)
    await leave(hotline, 5, successor_id=1)
    await tick(hotline)
    assert await asker(hotline) == 1
    assert "n’a pas de successeur" in (await hotline.rows())[-1].post.text


async def test_a_discreet_question_is_not_shown_to_a_successor(hotline: Hotline) -> None:
    async with hotline.database.write() as session:
        (await session.get_one(Question, 1)).discreet = True
    await leave(hotline, 1, successor_id=5)
    await tick(hotline)
    assert await asker(hotline) == 1
    [notice] = await hotline.rows(after=3)
    assert "Claire" not in notice.post.text
    assert notice.post.text.startswith("La personne qui a posé cette question discrète")


async def test_what_is_closed_stays_with_who_asked(hotline: Hotline, clock: FixedClock) -> None:
    async with hotline.database.write() as session:
        standing.closed(await session.get_one(Question, 1), clock.now(), "asker")
    await leave(hotline, 1, successor_id=5)
    await tick(hotline)
    assert await asker(hotline) == 1
    assert len(await hotline.rows()) == 3


async def test_who_comes_back_is_an_agent_again(hotline: Hotline, clock: FixedClock) -> None:
    await leave(hotline, 1)
    async with hotline.database.write() as session:
        session.add(Membership(person_id=1, role="agent", since=clock.now() - timedelta(days=1)))
    await tick(hotline)
    assert len(await hotline.rows()) == 3
