"""Bad input and absent peers, through the real service: a clear line, and all else goes on."""

import asyncio
import re
import socket
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from core.db import Database
from relais.sandbox.bot_api.faults import broken, too_many
from tests.bot_api import TOKEN
from tests.process import (
    AGENTS,
    ANIMATOR,
    GROUP,
    PATIENCE,
    SECRET,
    World,
    running_world,
)

CLAIRE, PAUL = AGENTS[:2]
EMAIL = "zenobie.quintefeuille@commune-inventee.fr"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/relais.sqlite3")
    yield database
    await database.close()


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with running_world(database, tmp_path) as world:
        yield world


async def test_what_nobody_can_use_is_answered_clearly_and_all_else_goes_on(world: World) -> None:
    world.configure(telegram={"max_attempts": 2})
    service = await world.start()
    await service.answers("/healthz/live")
    state = world.api.state
    state.push_update({"kind_of_tomorrow": {"id": 1}})
    state.push_update({"message": {"message_id": "not a number", "chat": 12}})
    state.push_update({"message": {"chat": {"id": CLAIRE}, "from": {"id": CLAIRE}}})
    state.push_update({"callback_query": None})
    for path in ("/desabonnement/x", "/abonnement/confirmer/x"):
        refused = await world.get(path)
        assert refused.status_code == 400
        assert "lien" in refused.text
    assert (await world.get("/rencontres/99999999999999999999")).status_code == 404
    newline = await world.post("/abonnement", email="paul@example.org\r\nBcc: all@example.org")
    assert newline.status_code == 400
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client:
        huge = await client.post(f"{world.url}/abonnement", content=b"email=" + b"x" * 50_000_000)
    assert huge.status_code == 413
    first = await world.post("/abonnement", email=EMAIL)
    second = await world.post("/abonnement", email=EMAIL)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.text == second.text
    world.asks(CLAIRE, "Une question malgré tout")
    await service.eventually("the relay", lambda: world.saying(GROUP, "Une question malgré tout"))
    mails = await world.mails_to(EMAIL, 1)
    assert await service.stop() == 0
    assert len(mails) == len(await world.mail.messages()) == 1
    assert "Traceback" not in service.output


async def test_a_bot_api_in_trouble_holds_up_the_chat_and_loses_nothing(world: World) -> None:
    faults = world.api.state.faults
    for fault in (broken(500, method="getMe"), broken(502, method="getUpdates")):
        faults.add(fault)
    for method in ("getMe", "getUpdates"):
        faults.add(too_many(1, method=method))
    service = await world.start()
    await service.answers("/healthz/live")
    await world.post("/abonnement", email=EMAIL)
    await world.mails_to(EMAIL, 1)
    world.asks(CLAIRE, "Qui connaît un photographe")
    faults.add(too_many(1, method="sendMessage", chat_id=GROUP))
    await service.eventually("the relay", lambda: world.saying(GROUP, "un photographe"))
    await service.eventually("the answer", lambda: world.saying(CLAIRE, "est enregistrée"))
    assert await service.stop() == 0
    assert len(world.saying(GROUP, "un photographe")) == 1
    assert faults.left == 0
    assert len(service.logged("telegram_unreachable")) == 2, "one loop asks for both"
    assert "Traceback" not in service.output


async def test_a_mail_server_away_for_a_while_delays_mails_and_nothing_else(world: World) -> None:
    await world.mail.stop()
    service = await world.start()
    await service.answers("/healthz/live")
    assert (await world.post("/abonnement", email=EMAIL)).status_code == 200
    await service.reports("ledger.retry")
    world.asks(CLAIRE, "Une question pendant la panne")
    await service.eventually("the relay", lambda: world.saying(GROUP, "pendant la panne"))
    await world.mail.start()
    assert len(await world.mails_to(EMAIL, 1)) == 1
    assert await service.stop() == 0
    assert "Traceback" not in service.output


async def test_a_locked_database_delays_everything_and_stops_nothing(world: World) -> None:
    service = await world.start()
    await service.answers("/healthz")
    locker = sqlite3.connect(world.folder / "relais.sqlite3", isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    world.asks(CLAIRE, "Une question pendant le blocage")
    for _ in range(5):
        assert await service.status("/healthz/live") == 200
        await asyncio.sleep(0.1)
    assert world.saying(GROUP, "le blocage") == []
    locker.execute("ROLLBACK")
    locker.close()
    await service.eventually("the relay", lambda: world.saying(GROUP, "le blocage"))
    assert await service.stop() == 0
    assert len(world.saying(GROUP, "le blocage")) == 1


async def test_a_port_in_use_is_said_and_the_other_loops_go_on(world: World) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", world.port))
        other.listen()
        service = await world.start()
        world.asks(CLAIRE, "Une question sans les pages")
        await service.eventually("the relay", lambda: world.saying(GROUP, "sans les pages"))
        await service.eventually("a line", lambda: "cannot listen on" in service.output)
    await service.answers("/healthz")
    assert await service.stop() == 0
    assert "Traceback" not in service.output
    assert str(world.port) in service.output


async def test_a_typo_in_the_configuration_is_two_clear_lines(world: World) -> None:
    world.configure(mail={"hots": "localhost"})
    service = await world.start()
    assert await service.ended() == 1
    assert service.output.splitlines() == [
        "relais: mail.hots: unknown key; did you mean host?",
        "        `config.example.toml` documents every key",
    ]


async def test_a_file_that_is_no_database_is_left_as_it_is(world: World) -> None:
    file = world.folder / "other.sqlite3"
    file.write_text("Ceci n’est pas une base de données.\n" * 100, encoding="utf-8")
    before = file.read_bytes()
    service = await world.start(RELAIS_DATABASE__URL=f"sqlite+aiosqlite:///{file}")
    assert await service.ended() == 1
    said = service.output.splitlines()
    assert "relais: the database cannot be used: file is not a database" in said
    assert "Traceback" not in service.output
    assert file.read_bytes() == before


async def test_nothing_that_people_are_or_write_is_in_the_log(world: World) -> None:
    words = "cornichonnerie intercommunale"
    service = await world.start()
    await service.answers("/healthz/live")
    world.api.state.faults.add(broken(500, method="sendMessage", chat_id=GROUP), times=2)
    world.asks(CLAIRE, words)
    await service.eventually("the relay", lambda: world.saying(GROUP, words))
    relay = world.saying(GROUP, words)[0]
    world.api.state.user_sends(
        GROUP, ANIMATOR, "Réponse confidentielle", reply_to=int(relay["message_id"])
    )
    await service.eventually("the answer", lambda: world.saying(CLAIRE, "confidentielle"))
    world.api.state.push_update({"message": {"text": words, "chat": {"id": PAUL}}})
    await world.post("/abonnement", email=EMAIL)
    await world.post("/abonnement", email=f"{EMAIL}\nnewline")
    mail = (await world.mails_to(EMAIL, 1))[0]
    found = re.search(r"/abonnement/confirmer/(\S+)", mail.text)
    assert found is not None
    confirmed = await world.post(f"/abonnement/confirmer/{found[1]}")
    assert confirmed.status_code == 200
    assert await service.stop() == 0
    secrets = (words, "confidentielle", EMAIL, "zenobie", "Odile", "Vernhet", "orsanne", TOKEN)
    for secret in (*secrets, TOKEN.partition(":")[2], SECRET, found[1], "newline"):
        assert secret not in service.output, secret
