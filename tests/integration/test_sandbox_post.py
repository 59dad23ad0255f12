"""The sandbox's mailboxes answer: questions, answers, absences and errors, all the way round."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from relais.sandbox.cast import GROUP
from relais.sandbox.mail_catcher import CaughtMail
from relais.sandbox.page.application import application
from relais.sandbox.playground import Playground, Ports, playing

pytestmark = pytest.mark.asyncio(loop_scope="module")

ORIGIN = "http://127.0.0.1:8765"
LUCIE = "lucie@ailleurs.example"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def playground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Playground]:
    folder: Path = tmp_path_factory.mktemp("sandbox")
    async with playing(folder, Ports(page=0, relais=free_port(), feeds=0)) as playground:
        yield playground


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(playground: Playground) -> AsyncIterator[httpx.AsyncClient]:
    app = application(playground)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=transport, base_url=ORIGIN, headers={"Origin": ORIGIN}
        ) as client,
    ):
        yield client


async def until(found: Callable[[], Any], what: str) -> Any:
    for _ in range(400):
        if value := found():
            return value
        await asyncio.sleep(0.1)
    raise AssertionError(f"never seen: {what}")


def in_group(playground: Playground, words: str) -> list[dict[str, Any]]:
    return [
        message
        for message in playground.chat.messages(GROUP)
        if words in str(message.get("text", "")).replace("\u00a0", " ")
    ]


async def mails(playground: Playground, count: int) -> list[CaughtMail]:
    """Return so many mails to Lucie, the latest first, once they are there."""

    def there() -> bool:
        boxes = {box.address: box.count for box in playground.mail.mailboxes()}
        return boxes.get(LUCIE, 0) >= count

    await until(there, f"{count} mails")
    return await playground.mail.messages(LUCIE)


async def test_a_question_by_mail_goes_all_the_way_round(
    playground: Playground, page: httpx.AsyncClient
) -> None:
    asked = {"from": f"Lucie <{LUCIE}>", "subject": "Bail", "text": "Qui a un modèle de bail ?"}
    refused = await page.post("/api/letters", data=asked)
    assert (refused.status_code, refused.json()) == (409, {"error": "impossible"})
    assert (await page.post("/api/letters", data={**asked, "from": LUCIE})).status_code == 200
    [relay] = await until(
        lambda: in_group(playground, "(par courriel)\nQui a un modèle de bail ?"), "the question"
    )
    [told] = await mails(playground, 1)
    assert told.subject == "Re: Bail"

    said = {"chat": "group", "as": "animator", "text": "Le Pays d’Orsanne en a un."}
    thread = {"thread_id": str(relay["message_thread_id"]), "reply_to": str(relay["message_id"])}
    assert (await page.post("/api/messages", data={**said, **thread})).status_code == 201
    answer, _ = await mails(playground, 2)
    assert "Le Pays d’Orsanne en a un." in answer.text

    more = await page.post(f"/api/mails/{answer.id}/answer", data={"text": "Et l’état des lieux ?"})
    assert more.status_code == 200
    await until(lambda: in_group(playground, "(par courriel)\nEt l’état des lieux ?"), "the answer")
    [added] = in_group(playground, "Et l’état des lieux ?")
    assert added["message_thread_id"] == relay["message_thread_id"], "the same question"

    assert (await page.post(f"/api/mails/{answer.id}/absence")).status_code == 200
    assert (await page.post(f"/api/mails/{answer.id}/bounce")).status_code == 200
    await until(lambda: in_group(playground, "n’a pas pu être remise par courriel"), "the bounce")
    assert not in_group(playground, "absente du bureau")
    assert len(await playground.mail.messages(LUCIE)) == 2, "robots are not answered"


async def test_what_cannot_be_is_refused_by_name(page: httpx.AsyncClient) -> None:
    unknown = await page.post("/api/mails/none/bounce")
    assert (unknown.status_code, unknown.json()) == (404, {"error": "unknown"})
    empty = await page.post("/api/letters", data={"from": LUCIE, "subject": "", "text": " "})
    assert (empty.status_code, empty.json()) == (409, {"error": "impossible"})
