"""Stopping, starting again, and the service in several processes on one PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.hotline.models import Question
from core.db import Database
from relais.sandbox.bot_api.faults import slow
from tests.process import AGENTS, ANIMATOR, GROUP, World, running_world

CLAIRE = AGENTS[0]
on_sqlite = pytest.mark.parametrize("empty_database", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("empty_database", ["postgresql"], indirect=True)


@pytest.fixture
async def world(empty_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with running_world(empty_database, tmp_path) as world:
        yield world


async def test_told_to_stop_in_the_middle_it_ends_within_ten_seconds_and_goes_on_later(
    world: World,
) -> None:
    first = await world.start()
    await first.answers("/healthz")
    world.api.state.faults.add(slow(0.5, done=True, method="sendMessage", chat_id=GROUP), times=4)
    for number in range(12):
        world.asks(AGENTS[number % 6], f"Q{number:02} en plein travail.")
        await world.post("/abonnement", email=f"abonne{number}@commune.fr")
    await first.eventually("a relay", lambda: world.relayed("en plein travail."))
    async with asyncio.timeout(10):
        assert await first.stop() == 0
    assert first.logged("service.stopped")[0]["clean"] is True
    second = await world.start()
    await second.eventually("every relay", lambda: len(world.relayed("en plein travail.")) == 12)
    await second.eventually(
        "every answer",
        lambda: sum(len(world.saying(agent, "est enregistrée")) for agent in AGENTS) == 12,
    )
    for number in range(12):
        assert len(await world.mails_to(f"abonne{number}@commune.fr", 1)) == 1
    assert await second.stop() == 0
    assert len(world.relayed("en plein travail.")) == 12
    assert world.saying(GROUP, "(renvoyé)") == []
    assert len(await world.mail.messages()) == 12


@on_sqlite
@pytest.mark.parametrize("chat_id", [GROUP, CLAIRE])
async def test_a_peer_that_never_answers_does_not_keep_it_from_stopping(
    world: World, chat_id: int
) -> None:
    world.configure(telegram={"timeout": 30.0})
    service = await world.start()
    await service.eventually("the board", lambda: world.saying(GROUP, "Questions en cours"))
    world.api.state.faults.add(slow(60, done=True, method="sendMessage", chat_id=chat_id))
    world.asks(CLAIRE, "Une question au mauvais moment")
    await service.eventually("the fault", lambda: not world.api.state.faults.left)
    async with asyncio.timeout(10):
        assert await service.stop() == 0
    again = await world.start()
    await again.eventually("the relay", lambda: world.saying(GROUP, "au mauvais moment"))
    await again.eventually("what may have left", lambda: world.saying(chat_id, "(renvoyé)"))
    assert await again.stop() == 0
    cards = world.saying(GROUP, "À prendre en charge")
    told = world.saying(CLAIRE, "est enregistrée")
    twice, once = (cards, told) if chat_id == GROUP else (told, cards)
    assert ["(renvoyé)" in each["text"] for each in twice] == [False, True]
    assert ["(renvoyé)" in each["text"] for each in once] == [False]
    assert len(world.saying(GROUP, "au mauvais moment")) == 1


@on_postgresql
async def test_two_processes_share_the_work_of_one(world: World) -> None:
    front = await world.start(only="bot,web")
    back = await world.start(only="ledger,digest,watch")
    await front.answers("/healthz")
    world.asks(CLAIRE, "Une question à deux processus")
    relay = (await back.eventually("the relay", lambda: world.saying(GROUP, "deux processus")))[0]
    world.api.state.user_sends(
        GROUP, ANIMATOR, "Réponse de l’équipe", reply_to=int(relay["message_id"])
    )
    await back.eventually("the answer", lambda: world.saying(CLAIRE, "Réponse de l’équipe"))
    await world.post("/abonnement", email="abonnee@commune.fr")
    assert len(await world.mails_to("abonnee@commune.fr", 1)) == 1
    assert back.logged("update_routed") == front.logged("ledger.sent") == []
    assert [await front.stop(), await back.stop()] == [0, 0]
    assert len(world.saying(GROUP, "deux processus")) == 1
    assert len(world.saying(CLAIRE, "Réponse de l’équipe")) == 1


@on_postgresql
async def test_of_two_receivers_one_waits_and_takes_over_when_the_other_is_killed(
    world: World,
) -> None:
    first = await world.start(only="bot,ledger")
    world.asks(CLAIRE, "Première question")
    await first.eventually("the relay", lambda: world.saying(GROUP, "Première question"))
    second = await world.start(only="bot,ledger")
    await second.reports("inbox_purged")
    for number in range(5):
        world.asks(AGENTS[number], f"Ensuite Q{number}.")
    await second.eventually("the relays", lambda: len(world.saying(GROUP, "Ensuite Q")) == 5)
    assert second.logged("updates_received") == []
    assert "another process receives" not in first.output + second.output
    await second.until_none("the ledger settled", world.unsettled)
    await first.kill()
    world.asks(AGENTS[5], "Dernière question")
    await second.eventually("the relay", lambda: world.saying(GROUP, "Dernière question"))
    assert await second.stop() == 0
    async with world.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Question)) == 7
    assert len(world.saying(GROUP, "Ensuite Q")) == 5
