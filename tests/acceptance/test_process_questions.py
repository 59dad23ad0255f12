"""Questions, and the real service killed with SIGKILL on their way: what the ledger promises."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from core.db import Database
from core.ledger.models import Delivery
from relais.sandbox.bot_api.faults import cut, slow
from tests.process import AGENTS, GROUP, KILLED, Message, World, running_world

CLAIRE = AGENTS[0]
WORDS = "Qui connaît un photographe pour notre brochure de bienvenue"
REPEATED = "(renvoyé)"
CONNECTIONS = 4


@pytest.fixture
async def world(empty_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with running_world(empty_database, tmp_path) as world:
        yield world


@pytest.mark.parametrize(
    ("failpoint", "marked"),
    [
        ("inbox.after_receive", 0),
        ("inbox.before_commit", 0),
        ("inbox.after_commit", 0),
        ("ledger.after_claim", 0),
        ("ledger.before_send:3", 1),  # the third: the relay, after the topic and the card
    ],
)
async def test_a_question_is_relayed_once_whatever_kills_the_service(
    world: World, failpoint: str, marked: int
) -> None:
    first = await world.start(failpoint)
    world.asks(CLAIRE, WORDS)
    assert await first.ended() == KILLED
    assert world.saying(GROUP, WORDS) == []
    again = await world.start()
    await again.eventually("the relay", lambda: world.saying(GROUP, WORDS))
    await again.eventually("the answer", lambda: world.saying(CLAIRE, "est enregistrée"))
    assert await again.stop() == 0
    assert len(world.saying(GROUP, WORDS)) == 1
    assert len(world.saying(GROUP, "À prendre en charge")) == 1
    assert len(world.topics()) == 1
    assert len(world.saying(GROUP, REPEATED)) == marked
    told = world.saying(CLAIRE, "est enregistrée")
    assert len([each for each in told if REPEATED not in each["text"]]) <= 1


KILLS = (
    "inbox.after_receive",
    "inbox.before_commit:4",
    "inbox.after_commit:4",
    "ledger.after_claim:2",
    "ledger.before_send:5",
    "ledger.after_send:6",
    "ledger.after_settle:6",
)


def burst() -> dict[str, int]:
    """Return twenty questions by their sign, two for each agent; some are as long as can be."""
    signs = [f"Q{number:02}" for number in range(20)]
    return {sign: AGENTS[index % len(AGENTS)] for index, sign in enumerate(signs)}


def words_of(sign: str) -> str:
    """Return a question; every fifth takes two messages once it has its heading."""
    return f"{sign} " + ("Comment faire ? " * (250 if int(sign[1:]) % 5 == 0 else 1)) + f"{sign}."


async def test_twenty_questions_survive_a_kill_at_every_step(world: World) -> None:
    first = await world.start(KILLS[0])
    for sign, agent in burst().items():
        world.asks(agent, words_of(sign))
    assert await first.ended() == KILLED
    for failpoint in KILLS[1:]:
        assert await (await world.start(failpoint)).ended() == KILLED, failpoint
    await kill_during_a_send(world)
    world.api.state.faults.add(cut(done=True, method="sendMessage", chat_id=GROUP))
    last = await world.start()
    await last.eventually("every question", lambda: len(relayed(world)) == 20)
    await last.eventually("every answer", lambda: len(answered(world)) == 20)
    await last.until_none("the ledger settled", world.unsettled)
    assert await last.stop() == 0
    await check_the_relays(world, kills=len(KILLS) + 2)


async def kill_during_a_send(world: World) -> None:
    """Kill the service when the Bot API has done what it asks, and has not said so."""
    world.api.state.faults.add(slow(60, done=True, method="sendMessage", chat_id=GROUP))
    service = await world.start()

    def in_hand() -> bool:
        return any(call.status is None for call in world.api.state.called("sendMessage", GROUP))

    await service.eventually(
        "a send without an answer", lambda: in_hand() and not world.api.state.faults.left
    )
    await service.kill()


def relayed(world: World) -> set[str]:
    """Return the signs of the questions whose last words are in the group."""
    return {sign for sign in burst() if world.saying(GROUP, f"{sign}.")}


def answered(world: World) -> set[str]:
    """Return the numbers of questions that agents were told."""
    told = [m["text"] for agent in AGENTS for m in world.saying(agent, "est enregistrée")]
    return {found[1] for text in told if (found := re.search(r"question n°\s(\d+)", text))}


async def check_the_relays(world: World, kills: int) -> None:
    async with world.database.read() as session:
        rows = list(await session.scalars(select(Delivery).order_by(Delivery.id)))
    assert {row.state for row in rows} == {"sent"}
    assert len([row for row in rows if row.kind == "hotline.topic"]) == 20
    doubtful = [row for row in rows if row.resent]
    assert len(doubtful) <= 2 * CONNECTIONS * kills
    said = [m for m in world.messages(GROUP) if not m["service"]]
    unmarked = Counter(key(m) for m in said if REPEATED not in m["text"])
    assert max(unmarked.values()) == 1, "what is repeated is always marked"
    repeated = {each for each, count in Counter(key(m) for m in said).items() if count > 1}
    assert len(repeated) <= len(doubtful)
    marked = {key(m) for m in said if REPEATED in m["text"]}
    assert repeated <= marked
    assert len(marked) <= len(doubtful)
    check_the_order(said)


def key(message: Message) -> str:
    """Return what a message says, without what marks it as perhaps repeated."""
    return str(message["text"]).replace(REPEATED, "").strip()


def check_the_order(said: list[Message]) -> None:
    """Check that a question's card came before its words, and these in their order."""
    for number in {int(n) for m in said for n in re.findall(r"Question n°\s(\d+)", m["text"])}:
        own = [key(m) for m in said if re.search(rf"Question n°\s{number}\b", m["text"])]
        first_seen = list(dict.fromkeys(own))
        assert "À prendre en charge" in first_seen[0]
        assert "(suite)" not in first_seen[1]
        assert all("(suite)" in each for each in first_seen[2:])
