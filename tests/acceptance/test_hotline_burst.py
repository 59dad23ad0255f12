"""Five hundred questions at once, a Bot API in trouble, a kill: what the ledger promises."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.hotline.models import Question
from core.db import Database
from relais.sandbox.bot_api.faults import Fault, Faults, broken, cut, too_many
from tests.hotline_process import (
    CONNECTIONS,
    REPEATED,
    Topic,
    answer,
    crowd,
    deliveries,
    in_private,
    number_in,
    quiet,
    topics,
    unmarked,
    without_repeats,
)
from tests.process import ANIMATOR, GROUP, Message, World, running_world

FOR_LONG = 900.0
"""Seconds after which a burst has stopped for good, however slow the machine is."""

AGENTS, EACH = 50, 10
"""How many ask, and how many questions each."""

on_postgresql = pytest.mark.parametrize("empty_database", ["postgresql"], indirect=True)


@pytest.fixture
async def world(empty_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with running_world(empty_database, tmp_path) as world:
        world.configure(
            hotline={"hold_seconds": 1.0},
            ledger={"heartbeat": 0.5, "backoff_first": 0.2, "backoff_most": 1.0},
        )
        yield world


class Trouble(Faults):
    """A Bot API that asks to wait, fails or cuts its connections from time to time.

    Of so many calls that say something: too many in one of 29, a failure in one of 97, a
    connection cut in one of 101, every other time once the work is done.
    """

    def __init__(self) -> None:
        super().__init__()
        self.calls = self.doubts = 0

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        if method == "getUpdates" or chat_id is None:
            return None
        self.calls += 1
        if self.calls % 29 == 0:
            return too_many(1)
        if self.calls % 97 == 0:
            self.doubts += 1
            return broken(502)
        if self.calls % 101 == 0:
            self.doubts += 1
            return cut(done=self.calls % 2 == 0)
        return None


@dataclass(frozen=True)
class Asked:
    """A question by its sign, with all that its agent says about it, in order."""

    sign: str
    agent: int
    said: tuple[str, ...]

    @property
    def answer(self) -> str:
        return f"Réponse {self.sign} : demandez le gravier à la carrière voisine."


def ask(world: World, agents: list[int], each: int) -> list[Asked]:
    """Let every agent ask so many questions, one after the other, without waiting.

    The first of them is said in three messages, and another is longer than a message may be
    once it has its heading.
    """
    asked: list[Asked] = []
    for agent in agents:
        for rank in range(each):
            sign = f"S{agent}R{rank:02}."
            length = 340 if rank == each - 1 and agent % 5 == 0 else 1
            words = f"{sign} " + "Où trouver du gravier ? " * length + sign
            world.asks(agent, words[:4080] if length > 1 else words)
            said = [words[:4080] if length > 1 else words]
            if rank == 0:
                said += [f"{sign} Pour la cour.", f"{sign} Avant l’été."]
                for more in said[1:]:
                    world.api.state.user_sends(agent, agent, more)
            asked.append(Asked(sign, agent, tuple(said)))
    return asked


async def test_five_hundred_questions_in_a_burst(world: World) -> None:
    agents = await crowd(world, AGENTS)
    trouble = world.api.state.faults = Trouble()
    service = await world.start()
    asked = ask(world, agents, EACH)
    await service.eventually("a beginning", lambda: begun(world, 40), FOR_LONG)
    await service.kill()
    service = await world.start()
    await service.until_none("all asked", lambda: quiet(world), patience=FOR_LONG)
    found = check_the_topics(world, asked)
    check_what_agents_were_told(world, asked, found)
    for question in asked:
        answer(world, ANIMATOR, relays(found[question.sign])[-1], question.answer)
    await service.until_none("all answered", lambda: quiet(world), patience=FOR_LONG)
    assert await service.stop() == 0
    check_the_answers(world, asked)
    await check_the_ledger(world, asked, kills=1, doubts=trouble.doubts)


def begun(world: World, count: int) -> bool:
    """Say whether so many topics are there."""
    return len(world.api.state.topics(GROUP)) >= count


@on_postgresql
async def test_sixty_questions_shared_by_two_processes_one_of_which_is_killed(
    world: World,
) -> None:
    agents = await crowd(world, 12)
    trouble = world.api.state.faults = Trouble()
    first = await world.start()
    second = await world.start(only="bot,ledger")
    asked = ask(world, agents, 5)
    await first.eventually("work", lambda: first.logged("ledger.sent"))
    await second.eventually("work", lambda: second.logged("ledger.sent"))
    await first.kill()
    await second.until_none("all asked", lambda: quiet(world), patience=FOR_LONG)
    third = await world.start()
    await third.started()
    found = check_the_topics(world, asked)
    check_what_agents_were_told(world, asked, found)
    for question in asked:
        answer(world, ANIMATOR, relays(found[question.sign])[-1], question.answer)
    await third.until_none("all answered", lambda: quiet(world), patience=FOR_LONG)
    assert (await second.stop(), await third.stop()) == (0, 0)
    assert second.logged("update_routed")
    check_the_answers(world, asked)
    await check_the_ledger(world, asked, kills=1, doubts=trouble.doubts)


def relays(topic: Topic) -> list[Message]:
    """Return what an agent said, as the topic shows it: all but the card comes under a heading."""
    heading = f"Question n°\u00a0{topic.number} · Agnès Foule-"
    return [each for each in topic.messages if each["text"].startswith(heading)]


def words_of(message: Message) -> str:
    """Return a message without its heading, nor what marks it as perhaps repeated."""
    return unmarked(str(message["text"])).partition("\n")[2]


def check_the_topics(world: World, asked: list[Asked]) -> dict[str, Topic]:
    """Check that each topic holds its own question, all of it, in order; return them by sign."""
    spoken = [each for each in topics(world) if each.messages]
    assert len({each.number for each in spoken}) == len(spoken) == len(asked)
    found = {relays(each)[0]["text"].partition("\n")[2].split()[0]: each for each in spoken}
    for question in asked:
        topic = found[question.sign]
        assert topic.title.startswith(f"Question n°\u00a0{topic.number} · ")
        cards = [each for each in topic.messages if each not in relays(topic)]
        assert topic.messages[: len(cards)] == tuple(cards)
        assert len(without_repeats([each["text"] for each in cards])) == 1
        assert unmarked(cards[0]["text"]).startswith(f"Question n°\u00a0{topic.number}\n")
        assert "De\u00a0: Agnès Foule-" in cards[0]["text"]
        said = without_repeats([each["text"] for each in relays(topic)])
        whole = "".join(each.partition("\n")[2] for each in said)
        assert without_spaces(whole) == without_spaces("".join(question.said))
    return found


def without_spaces(text: str) -> str:
    """Return a text without its white space, which is lost where a long message is cut."""
    return "".join(text.split())


def check_what_agents_were_told(world: World, asked: list[Asked], found: dict[str, Topic]) -> None:
    """Check that each agent knows the number of each of their questions, and was told once."""
    for agent in {each.agent for each in asked}:
        told = [each for each in in_private(world, agent) if "est enregistrée" in each]
        numbers = Counter(number_in(each) for each in without_repeats(told))
        own = [found[each.sign].number for each in asked if each.agent == agent]
        assert numbers == Counter(own)
        added = [each for each in in_private(world, agent) if "Ajouté à votre" in each]
        assert {number_in(each) for each in added} == {own[0]}
        assert len([each for each in added if REPEATED not in each]) <= 2 <= len(added)


def check_the_answers(world: World, asked: list[Asked]) -> None:
    """Check that each agent has each answer under its number, in the order of writing."""
    numbers = {
        relays(each)[0]["text"].partition("\n")[2].split()[0]: each.number
        for each in topics(world)
        if each.messages
    }
    for agent in {each.agent for each in asked}:
        told = [each for each in in_private(world, agent) if "Réponse à votre" in each]
        assert without_repeats(told) == [
            f"Réponse à votre question n° {numbers[each.sign]}, par Sylvie Roumieux\n{each.answer}"
            for each in asked
            if each.agent == agent
        ]


async def check_the_ledger(world: World, asked: list[Asked], *, kills: int, doubts: int) -> None:
    """Nothing is lost, what is settled is never repeated, few rows were in doubt."""
    rows = await deliveries(world)
    assert {row.state for row in rows} == {"sent"}
    kinds = Counter(row.kind for row in rows)
    assert kinds["hotline.topic"] == kinds["hotline.card"] == len(asked)
    assert kinds["hotline.answer"] == len(asked)
    doubtful = [row for row in rows if row.resent]
    assert len(doubtful) <= 2 * CONNECTIONS * kills + doubts
    assert len({row.external_id for row in rows}) == len(rows)
    said = [m["text"] for chat in (GROUP, *{q.agent for q in asked}) for m in world.messages(chat)]
    carried = [each for each in said if each.startswith(("Question n°", "Réponse à votre"))]
    unmarked_ones = Counter(each for each in carried if REPEATED not in each)
    repeated = [each for each, count in unmarked_ones.items() if count > 1]
    assert repeated == [], "what is repeated is always marked"
    assert [each for each in said if REPEATED in each], "there was something in doubt"
    async with world.database.read() as session:
        count = await session.scalar(select(func.count()).select_from(Question))
        answered = await session.scalar(
            select(func.count()).select_from(Question).where(Question.state == "answered")
        )
    assert (count, answered) == (len(asked), len(asked))
