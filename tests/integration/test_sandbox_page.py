"""The sandbox's page, by its endpoints, on a playground that really runs."""

import asyncio
import re
import smtplib
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select

from digest.subscribers.models import Subscriber
from digest.subscribers.names import unsubscription_url
from relais.sandbox.cast import GROUP
from relais.sandbox.page.application import BODY_LIMIT, FILE_LIMIT, application, file_kind
from relais.sandbox.playground import DESK, WATCH, Playground, Ports, playing

pytestmark = pytest.mark.asyncio(loop_scope="module")

ORIGIN = "http://127.0.0.1:8765"
PNG = b"\x89PNG\r\n\x1a\n and so on"


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
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url=ORIGIN, headers={"Origin": ORIGIN}
        ) as client,
    ):
        yield client


async def state_of(page: httpx.AsyncClient) -> dict[str, Any]:
    answer = await page.get("/api/state")
    assert answer.status_code == 200
    state: dict[str, Any] = answer.json()
    return state


async def until(
    page: httpx.AsyncClient, found: Callable[[dict[str, Any]], Any], seconds: float = 15
) -> Any:
    """Return the first true value of what is looked for in the page's state."""
    async with asyncio.timeout(seconds):
        while True:
            if value := found(await state_of(page)):
                return value
            await asyncio.sleep(0.05)


def topic(state: Mapping[str, Any], name: str) -> Any:
    return next(t for t in state["chats"]["group"]["topics"] if t["name"].startswith(name))


def said(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = state["chats"]["agent"]["topics"][0]["messages"]
    return messages


def in_last_topic(state: Mapping[str, Any], words: str) -> Any:
    messages = state["chats"]["group"]["topics"][-1]["messages"]
    return next((message for message in messages if words in message["text"]), None)


def pressable(state: Mapping[str, Any], words: str) -> Any:
    """Return the first message of the watch that has a button with these words."""
    for message in topic(state, WATCH)["messages"]:
        for row in message["buttons"]:
            for button in row:
                if button["text"] == words:
                    return message["message_id"], button["callback_data"]
    return None


def offering(state: Mapping[str, Any], words: str) -> Any:
    """Return the first message to the agent that has a button with these words."""
    for message in said(state):
        for button in (button for row in message["buttons"] for button in row):
            if button["text"] == words:
                return message["message_id"], button["callback_data"]
    return None


async def press(
    page: httpx.AsyncClient, player: str, pressed: Any, chat: str = "group"
) -> list[dict[str, Any]]:
    form = {"chat": chat, "as": player, "message_id": str(pressed[0]), "data": pressed[1]}
    answers: list[dict[str, Any]] = (await page.post("/api/presses", data=form)).json()["answers"]
    return answers


async def test_the_page_is_one_french_document_that_loads_nothing_from_elsewhere(
    page: httpx.AsyncClient,
) -> None:
    answer = await page.get("/")
    assert answer.status_code == 200
    assert '<html lang="fr">' in answer.text
    assert "Ouvrir le lien d’invitation" in answer.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert re.findall(r'(?:src|href)="(https?://(?!127\.0\.0\.1)[^"]+)"', answer.text) == []
    assert re.findall(r"<script(?![^>]*src=)|<[^>]+ (?:style|onclick)=", answer.text) == []
    for name in re.findall(r'(?:src|href)="(/[^"]+\.(?:js|css))"', answer.text):
        assert (await page.get(name)).status_code == 200


async def test_every_step_of_the_visit_stands_on_the_page(page: httpx.AsyncClient) -> None:
    shown = re.findall(r'data-step="(\w+)"', (await page.get("/")).text)
    assert shown == list((await state_of(page))["guide"])


async def test_modules_are_served_as_javascript(page: httpx.AsyncClient) -> None:
    for name in ("page.js", "chat.js", "mail.js", "dom.js"):
        answer = await page.get(f"/{name}")
        assert answer.headers["content-type"].startswith("text/javascript")


async def test_an_unchanged_state_is_not_sent_again(
    page: httpx.AsyncClient, playground: Playground
) -> None:
    await until(page, lambda state: len(topic(state, WATCH)["messages"]) > 5)
    await asyncio.sleep(0.5)  # the sample feeds are shown to the end
    first = await page.get("/api/state")
    again = await page.get("/api/state", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    playground.chat.user_sends(
        GROUP, 5001, "Une note", thread_id=topic(first.json(), DESK)["thread_id"]
    )
    changed = await page.get("/api/state", headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200


async def test_other_names_and_other_sites_are_refused(page: httpx.AsyncClient) -> None:
    rebound = await page.get("/api/state", headers={"Host": "evil.example"})
    assert (rebound.status_code, rebound.json()) == (421, {"error": "not_here"})
    foreign = await page.post("/api/start", headers={"Origin": "http://evil.example"})
    assert (foreign.status_code, foreign.json()) == (403, {"error": "not_the_page"})
    assert "content-security-policy" in foreign.headers


async def test_the_story_of_a_question(page: httpx.AsyncClient) -> None:
    assert (await state_of(page))["guide"]["invited"] is False
    assert (await page.post("/api/start", data={"nothing": ""})).status_code == 201
    await until(page, lambda state: state["guide"]["invited"])

    question = {"chat": "agent", "as": "agent", "text": "Les ZRR existent-elles encore ?"}
    assert (await page.post("/api/messages", data=question)).status_code == 201
    offered = await until(page, lambda state: offering(state, "Poser ma question à l’équipe"))
    await press(page, "agent", offered, "agent")
    await until(page, lambda state: state["guide"]["asked"])
    relayed = await until(page, lambda state: in_last_topic(state, "Les ZRR existent-elles"))
    reply = {
        "chat": "group",
        "as": "animator",
        "thread_id": str(relayed["thread_id"]),
        "reply_to": str(relayed["message_id"]),
        "text": "Non : le zonage FRR les a remplacées.",
    }
    assert (await page.post("/api/messages", data=reply)).status_code == 201
    received = await until(
        page, lambda state: [m for m in said(state) if "le zonage FRR les a" in m["text"]]
    )
    assert received[0]["from"]["is_bot"]
    guide = (await state_of(page))["guide"]
    assert guide["asked"]
    assert guide["answered"]


async def test_a_stranger_is_refused_and_an_animator_keeps(page: httpx.AsyncClient) -> None:
    waiting = await until(page, lambda state: pressable(state, "Garder"))
    (refusal,) = await press(page, "stranger", waiting)
    assert "réservée aux membres du réseau" in refusal["text"]
    assert refusal["show_alert"]
    assert pressable(await state_of(page), "Garder") == waiting
    for _ in range(2):
        await press(page, "animator", await until(page, lambda s: pressable(s, "Garder")))
        await asyncio.sleep(0.2)
    await until(page, lambda state: state["guide"]["sorted"])


async def test_what_telegram_would_not_allow_is_refused_by_name(page: httpx.AsyncClient) -> None:
    for form in (
        {"chat": "agent", "as": "agent", "text": "   "},
        {"chat": "elsewhere", "as": "agent", "text": "Bonjour"},
        {"chat": "group", "as": "nobody", "text": "Bonjour"},
        {"chat": "group", "as": "agent", "text": "Odile n’est pas de ce groupe"},
        {"chat": "agent", "as": "agent", "text": "Bonjour", "reply_to": "999999"},
        {"chat": "group", "as": "animator", "text": "Bonjour", "thread_id": "999999"},
    ):
        answer = await page.post("/api/messages", data=form)
        assert (answer.status_code, answer.json()) == (409, {"error": "impossible"})
    gone = {"chat": "group", "as": "animator", "message_id": "999999", "data": "x"}
    assert (await page.post("/api/presses", data=gone)).status_code == 409


async def test_a_photo_is_seen_and_a_document_is_saved(page: httpx.AsyncClient) -> None:
    form = {"chat": "agent", "as": "agent", "text": "Notre affiche"}
    sent = await page.post(
        "/api/messages", data=form, files={"file": ("affiche.png", PNG, "image/png")}
    )
    message = next(
        m for m in said(await state_of(page)) if m["message_id"] == sent.json()["message_id"]
    )
    (file,) = message["files"]
    assert (file["kind"], file["name"], message["text"]) == (
        "photo",
        "affiche.png",
        "Notre affiche",
    )
    shown = await page.get(f"/files/{file['file_id']}")
    assert shown.content == PNG
    assert shown.headers["content-type"] == "image/png"

    page_file = {"file": ("piege.html", b"<script>alert(1)</script>", "text/html")}
    await page.post("/api/messages", data={**form, "text": ""}, files=page_file)
    (file,) = said(await state_of(page))[-1]["files"] or said(await state_of(page))[-2]["files"]
    saved = await page.get(f"/files/{file['file_id']}")
    assert saved.headers["content-type"] == "application/octet-stream"
    assert saved.headers["content-disposition"] == "attachment"
    assert saved.headers["content-security-policy"].startswith("sandbox")
    assert (await page.get("/files/none")).status_code == 404


async def test_a_file_too_heavy_is_refused(page: httpx.AsyncClient) -> None:
    form = {"chat": "agent", "as": "agent"}
    heavy = {"file": ("lourd.bin", bytes(FILE_LIMIT + 1), "application/zip")}
    answer = await page.post("/api/messages", data=form, files=heavy)
    assert (answer.status_code, answer.json()) == (413, {"error": "too_large"})
    heavier = {"file": ("lourd.bin", bytes(BODY_LIMIT + 1), "application/zip")}
    assert (await page.post("/api/messages", data=form, files=heavier)).status_code == 413


@pytest.mark.parametrize(
    ("mime_type", "kind"),
    [
        ("image/jpeg", "photo"),
        ("image/png", "photo"),
        ("audio/ogg", "voice"),
        ("audio/mpeg", "audio"),
        ("video/mp4", "video"),
        ("image/svg+xml", "document"),
        ("application/pdf", "document"),
    ],
)
async def test_files_are_what_telegram_makes_of_them(mime_type: str, kind: str) -> None:
    assert file_kind(mime_type) == kind


async def subscribe(playground: Playground, page: httpx.AsyncClient, address: str) -> str:
    """Subscribe on the public pages; return the id of the confirmation mail."""
    async with httpx.AsyncClient() as public:
        url = f"{playground.public_url}/abonnement"
        assert (await public.post(url, data={"email": address})).status_code == 200
    await until(page, lambda s: any(box["address"] == address for box in s["mailboxes"]))
    (mail,) = (await page.get("/api/mails", params={"address": address})).json()
    return str(mail["id"])


async def test_a_mail_is_listed_and_read_in_every_form(
    page: httpx.AsyncClient, playground: Playground
) -> None:
    identity = await subscribe(playground, page, "vous@exemple.fr")
    mail = (await page.get(f"/api/mails/{identity}")).json()
    assert "Confirmez" in mail["subject"]
    assert "/abonnement/confirmer/" in mail["text"]
    assert ["To", "vous@exemple.fr"] in mail["headers"]
    assert (mail["has_html"], mail["one_click"]) == (True, False)
    assert (await state_of(page))["guide"]["subscribed"]

    html = await page.get(f"/mails/{identity}")
    policy = html.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-popups")
    assert "default-src 'none'" in policy
    assert html.text.startswith('<base target="_blank">')
    everything = (await page.get("/api/mails")).json()
    assert identity in [line["id"] for line in everything]


async def test_a_mail_that_is_not_there(page: httpx.AsyncClient) -> None:
    for path in ("/api/mails/none", "/mails/none", "/mails/none/files/1"):
        assert (await page.get(path)).status_code == 404
    answer = await page.post("/api/mails/none/unsubscribe", data={"nothing": ""})
    assert (answer.status_code, answer.json()) == (404, {"error": "unknown"})


async def test_the_files_of_a_mail_are_saved_and_its_calendar_part_read(
    page: httpx.AsyncClient, playground: Playground
) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.org", "ics@exemple.fr", "Invitation"
    mail.set_content("Bonjour")
    ics = "BEGIN:VCALENDAR\r\nSEQUENCE:1\r\nEND:VCALENDAR\r\n"
    mail.add_alternative(ics, subtype="calendar", params={"method": "CANCEL"})
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="été.pdf")

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", playground.mail.port) as server:
            server.send_message(mail)

    await asyncio.to_thread(send)
    (line,) = (await page.get("/api/mails", params={"address": "ics@exemple.fr"})).json()
    read = (await page.get(f"/api/mails/{line['id']}")).json()
    assert (read["calendar"]["method"], read["calendar"]["sequence"]) == ("CANCEL", 1)
    ics, file = read["files"]
    assert ics["name"] == "agenda.ics"
    assert (file["name"], file["size"]) == ("été.pdf", 8)
    saved = await page.get(f"/mails/{line['id']}/files/{file['number']}")
    assert (saved.status_code, saved.content) == (200, b"%PDF-1.7")
    assert saved.headers["content-disposition"] == "attachment; filename*=UTF-8''%C3%A9t%C3%A9.pdf"
    assert (await page.get(f"/mails/{line['id']}/files/99")).status_code == 404


async def catch(playground: Playground, page: httpx.AsyncClient, to: str, url: str) -> str:
    """Send a mail that can be unsubscribed at `url`; return its id."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "lettre@example.org", to, "Lettre"
    mail["List-Unsubscribe"] = f"<{url}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content("Bonjour")

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", playground.mail.port) as server:
            server.send_message(mail)

    await asyncio.to_thread(send)
    (line, *_) = (await page.get("/api/mails", params={"address": to})).json()
    return str(line["id"])


async def test_one_click_unsubscribes_as_a_mailbox_would(
    page: httpx.AsyncClient, playground: Playground
) -> None:
    address = "depart@exemple.fr"
    await subscribe(playground, page, address)
    parts = playground.house.parts
    async with parts.database.read() as session:
        subscriber = await session.scalar(select(Subscriber).where(Subscriber.email == address))
    assert subscriber is not None
    url = unsubscription_url(parts, subscriber.id)
    identity = await catch(playground, page, address, url)
    answer = await page.post(f"/api/mails/{identity}/unsubscribe", data={"nothing": ""})
    assert (answer.status_code, answer.json()) == (200, {})
    async with parts.database.read() as session:
        subscriber = await session.scalar(select(Subscriber).where(Subscriber.email == address))
    assert subscriber is not None
    assert subscriber.state == "unsubscribed"
    assert (await state_of(page))["guide"]["unsubscribed"]


async def test_one_click_posts_to_the_service_only(
    page: httpx.AsyncClient, playground: Playground
) -> None:
    away = await catch(playground, page, "x@exemple.fr", "http://127.0.0.1:9/desabonnement/x")
    answer = await page.post(f"/api/mails/{away}/unsubscribe", data={"nothing": ""})
    assert answer.status_code == 404
    url = f"{playground.public_url}/desabonnement/forged"
    forged = await catch(playground, page, "y@exemple.fr", url)
    answer = await page.post(f"/api/mails/{forged}/unsubscribe", data={"nothing": ""})
    assert (answer.status_code, answer.json()) == (502, {"error": "refused"})


async def test_the_clock_moves_and_says_so(page: httpx.AsyncClient) -> None:
    before = (await state_of(page))["ahead"]
    assert (await page.post("/api/advance", data={"hours": "1"})).status_code == 202
    again = await page.post("/api/advance", data={"hours": "1"})
    assert (again.status_code, again.json()) == (409, {"error": "advancing"})
    assert (await state_of(page))["advancing"]
    await until(page, lambda state: not state["advancing"], seconds=60)
    moved = (await state_of(page))["ahead"] - before
    assert moved > 3500, "less the real time that it took"


@pytest.mark.parametrize("hours", ["0", "-1", "", "ten", "100000"])
async def test_time_goes_forward_and_not_too_far(page: httpx.AsyncClient, hours: str) -> None:
    answer = await page.post("/api/advance", data={"hours": hours})
    assert (answer.status_code, answer.json()) == (400, {"error": "impossible"})
