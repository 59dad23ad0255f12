"""People who come and go: an agent who blocks the bot, a stranger who takes it elsewhere."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.db import Database
from relais.sandbox.bot_api.faults import too_many
from tests.bot_api import TOKEN
from tests.hotline_process import (
    answer,
    deliveries,
    plain,
    quiet,
    topic_of,
    topics,
    without_repeats,
)
from tests.process import AGENTS, ANIMATOR, GROUP, KILLED, World, running_world

CLAIRE, PAUL = AGENTS[:2]
WORDS = "Qui nous prête un broyeur de branches pour le printemps ?"


@pytest.fixture
async def world(empty_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with running_world(empty_database, tmp_path) as world:
        world.configure(hotline={"hold_seconds": 0.0})
        yield world


async def test_when_an_agent_blocks_the_bot_the_topic_says_so_and_when_they_are_back(
    world: World,
) -> None:
    first = await world.start("inbox.before_commit:2")
    world.asks(CLAIRE, WORDS)
    relay = (await first.eventually("the relay", lambda: world.saying(GROUP, WORDS)))[0]
    world.api.state.user_blocks(CLAIRE)
    assert await first.ended() == KILLED
    service = await world.start()
    await service.eventually("a notice", lambda: world.saying(GROUP, "a bloqué la permanence"))
    answer(world, ANIMATOR, relay, "La commune voisine en a un.")
    await service.eventually("a failure", lambda: world.saying(GROUP, "Réponse non remise"))
    [topic] = topics(world)
    owed = "État : sans réponse depuis le"
    await service.eventually("it is owed", lambda: owed in topic_of(world, topic.number).said[0])
    await service.kill()
    world.api.state.user_unblocks(CLAIRE)
    service = await world.start()
    await service.eventually("back", lambda: world.saying(GROUP, "est de nouveau joignable"))
    answer(world, ANIMATOR, relay, "La commune voisine prête le sien.")
    await service.eventually("the answer", lambda: world.saying(CLAIRE, "prête le sien."))
    await service.until_none("all done", lambda: quiet(world))
    assert await service.stop() == 0
    assert world.saying(CLAIRE, "en a un.") == [], "the topic said that it did not arrive"
    assert len(world.saying(CLAIRE, "prête le sien.")) == 1
    gone = "Odile Vernhet a bloqué la permanence sur Telegram : vos réponses ne lui parviennent"
    other = "Joignez cette personne par un autre moyen."
    assert without_repeats(topic_of(world, topic.number).said[2:]) == [
        f"{gone} plus. {other}",
        "Envoyé à l’agent.",
        (
            f"Réponse non remise\n\nVotre réponse à la question n° {topic.number} n’est pas "
            "parvenue à Odile Vernhet : cette personne a bloqué la permanence sur Telegram, ou "
            "son compte n’est plus relié. Joignez-la par un autre moyen. "
            "La question reste sans réponse."
        ),
        "Odile Vernhet est de nouveau joignable : vos réponses lui parviennent.",
        "Envoyé à l’agent.",
    ]
    assert len(await deliveries(world, "hotline.answer")) == 2


async def test_a_stranger_s_group_is_left_after_one_sentence(world: World) -> None:
    first = await world.start("inbox.after_commit")
    state = world.api.state
    stranger = state.add_user("Inconnue")
    group = state.user_adds_bots(stranger, "Les amis du gravier")
    assert await first.ended() == KILLED
    state.faults.add(too_many(1, method="leaveChat", chat_id=group))
    service = await world.start()
    me = int(TOKEN.partition(":")[0])
    await service.eventually("leaving", lambda: state.member(group, me)["status"] == "left")
    state.user_sends(group, stranger, "Revenez, répondez-nous !")
    world.asks(PAUL, WORDS)
    await service.eventually("the relay", lambda: world.saying(GROUP, WORDS))
    await service.until_none("all done", lambda: quiet(world))
    assert await service.stop() == 0
    said = [plain(each["text"]) for each in world.messages(group) if not each["service"]]
    assert len(said) == 1
    assert said[0].startswith("Bonjour ! Je suis la permanence du réseau")
    assert "je quitte donc cette discussion." in said[0]
    assert world.saying(GROUP, "gravier") == []
