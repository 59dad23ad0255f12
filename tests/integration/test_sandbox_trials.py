"""What one can try on the sandbox's page beyond the visit, on a playground that really runs."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from relais.sandbox.page.application import application
from relais.sandbox.playground import Playground, Ports, playing

pytestmark = pytest.mark.asyncio(loop_scope="module")

ORIGIN = "http://127.0.0.1:8765"
COLLEAGUE = {"chat": "colleague", "as": "colleague"}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def playground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Playground]:
    folder: Path = tmp_path_factory.mktemp("trials")
    async with playing(folder, Ports(page=0, relais=free_port(), feeds=0)) as playground:
        yield playground


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(playground: Playground) -> AsyncIterator[httpx.AsyncClient]:
    app = application(playground)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url=ORIGIN, headers={"Origin": ORIGIN}
        ) as client,
    ):
        yield client


async def messages(page: httpx.AsyncClient, chat: str) -> list[dict[str, Any]]:
    state = (await page.get("/api/state")).json()
    return [m for topic in state["chats"][chat]["topics"] for m in topic["messages"]]


async def until(
    page: httpx.AsyncClient, chat: str, found: Callable[[list[dict[str, Any]]], Any]
) -> Any:
    """Return the first true value of what is looked for in a chat."""
    async with asyncio.timeout(30):
        while True:
            if value := found(await messages(page, chat)):
                return value
            await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    ("kind", "files"),
    [
        ("photo", [("photo", "Paysage.png")]),
        ("document", [("document", "Paysage.png")]),
        ("voice", [("voice", "")]),
        ("heavy", [("video", "Paysage.png")]),
        ("album", [("photo", "Paysage.png")] * 3),
    ],
)
async def test_ready_made_files_are_sent(
    page: httpx.AsyncClient, kind: str, files: list[tuple[str, str]]
) -> None:
    before = {message["message_id"] for message in await messages(page, "colleague")}
    form = {**COLLEAGUE, "kind": kind, "name": "Paysage.png"}
    assert (await page.post("/api/samples", data=form)).status_code == 200
    sent = [
        m
        for m in await messages(page, "colleague")
        if m["message_id"] not in before and not m["from"]["is_bot"]
    ]
    assert [(m["files"][0]["kind"], m["files"][0]["name"]) for m in sent] == files
    assert len({m["album"] for m in sent}) == 1
    assert (sent[0]["album"] is not None) is (kind == "album")


async def test_what_cannot_be_played_is_refused_by_name(page: httpx.AsyncClient) -> None:
    for path, form in (
        ("/api/samples", {**COLLEAGUE, "kind": "sticker", "name": "x"}),
        ("/api/samples", {"chat": "group", "as": "nobody", "kind": "photo"}),
        ("/api/blocks", {"as": "nobody"}),
        ("/api/topics/999999/delete", {"nothing": ""}),
        ("/api/edits", {**COLLEAGUE, "message_id": "999999", "text": "x"}),
    ):
        answer = await page.post(path, data=form)
        assert (answer.status_code, answer.json()) == (409, {"error": "impossible"})


async def test_one_corrects_one_s_own_messages_only(page: httpx.AsyncClient) -> None:
    said = await page.post(
        "/api/messages", data={"chat": "group", "as": "animator", "text": "Une note"}
    )
    edit = {"chat": "group", "message_id": str(said.json()["message_id"]), "text": "Deux notes"}
    assert (await page.post("/api/edits", data={**edit, "as": "second"})).status_code == 409
    assert (await page.post("/api/edits", data={**edit, "as": "animator", "text": " "})).is_error
    assert (await page.post("/api/edits", data={**edit, "as": "animator"})).is_success
    (note,) = [m for m in await messages(page, "group") if m["text"] == "Deux notes"]
    assert note["edited"]


async def test_the_bot_leaves_a_group_of_strangers_with_a_word(page: httpx.AsyncClient) -> None:
    answer = (await page.post("/api/strangers", data={"nothing": ""})).json()
    assert answer["left"]
    (said,) = answer["said"]
    assert "je quitte donc cette discussion" in said


async def test_a_flood_is_told_to_wait(page: httpx.AsyncClient) -> None:
    flood = {"chat": "stranger", "as": "stranger", "text": "Message", "count": "30"}
    assert (await page.post("/api/floods", data=flood)).is_success
    told = await until(
        page,
        "stranger",
        lambda found: [m for m in found if "merci de patienter une minute" in m["text"]],
    )
    assert len(told) == 1


async def test_a_topic_can_be_deleted_by_mistake(
    page: httpx.AsyncClient, playground: Playground
) -> None:
    thread_id = playground.chat.user_creates_topic(-1001000000001, 5001, "À supprimer")
    assert (await page.post(f"/api/topics/{thread_id}/delete", data={"nothing": ""})).is_success
    state = (await page.get("/api/state")).json()
    assert "À supprimer" not in {topic["name"] for topic in state["chats"]["group"]["topics"]}


async def test_the_bot_is_blocked_then_let_in_again(page: httpx.AsyncClient) -> None:
    for blocked in (True, False):
        answer = await page.post("/api/blocks", data={"as": "head"})
        assert answer.json() == {"blocked": blocked}
