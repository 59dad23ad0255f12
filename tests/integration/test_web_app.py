"""The pages' frame: headers, problems, limits, health, metrics."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core.clock import FixedClock
from core.db import Database
from core.room import Room
from core.settings import Settings, WebSettings
from tests.parts import make_parts
from web.app import build_app
from web.health import Health


async def _echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def _fall(_request: Request) -> Response:
    raise RuntimeError("secret of somebody")


ROOM = Room(
    "test",
    pages=(
        Route("/echo", _echo, methods=["POST"]),
        Route("/desabonnement/x", _echo, methods=["POST"]),
        Route("/rencontres/reponse/x", _echo, methods=["POST"]),
        Route("/telegram/hook", _echo, methods=["POST"]),
        Route("/fall", _fall),
    ),
)


@pytest.fixture
def loops() -> dict[str, bool]:
    return {"tick": True, "http": True}


@pytest.fixture
async def client(
    database: Database, clock: FixedClock, loops: dict[str, bool]
) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(web=WebSettings(forms_per_hour=3))
    app = build_app(make_parts(database, clock, settings), [ROOM], Health(lambda: loops))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://relais.test") as client:
        yield client


async def test_every_page_carries_the_security_headers_and_sets_no_cookie(
    client: httpx.AsyncClient,
) -> None:
    for path in ("/", "/style.css", "/nowhere", "/healthz"):
        answer = await client.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "set-cookie" not in answer.headers


async def test_the_home_page_asks_nothing_of_other_sites(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")
    assert answer.status_code == 200
    assert '<html lang="fr">' in answer.text
    assert "http://" not in answer.text
    assert "https://" not in answer.text


async def test_a_missing_page_says_so_in_french(client: httpx.AsyncClient) -> None:
    answer = await client.get("/nowhere")
    assert answer.status_code == 404
    assert "Page introuvable" in answer.text


async def test_a_slash_at_the_end_never_redirects_to_the_name_that_somebody_sent(
    client: httpx.AsyncClient,
) -> None:
    for path in ("/", "/style.css/", "/healthz/live//"):
        answer = await client.get(path, headers={"Host": "elsewhere.example"})
        assert answer.status_code == 200, path
        assert "elsewhere" not in str(answer.headers)


async def test_a_wrong_method_says_so(client: httpx.AsyncClient) -> None:
    answer = await client.get("/echo")
    assert answer.status_code == 405
    assert "Action impossible" in answer.text
    assert "POST" in answer.headers["allow"]


async def test_a_fall_is_courteous_and_tells_nothing(client: httpx.AsyncClient) -> None:
    answer = await client.get("/fall")
    assert answer.status_code == 500
    assert "Un incident est survenu" in answer.text
    assert "secret" not in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_forms_from_one_address_are_limited_but_not_what_was_sent_to_each_person(
    client: httpx.AsyncClient,
) -> None:
    statuses = [(await client.post("/echo", content=b"x")).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    refused = await client.post("/echo", content=b"x")
    assert "Trop d’envois" in refused.text
    for guarded in ("/desabonnement/x", "/rencontres/reponse/x"):
        assert (await client.post(guarded, content=b"x")).status_code == 200


async def test_a_fifty_megabyte_form_is_refused_before_it_is_read_whole(
    client: httpx.AsyncClient,
) -> None:
    given = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal given
        for _ in range(800):
            given += 65_536
            yield b"x" * 65_536

    answer = await client.post("/echo", content=body())
    assert answer.status_code == 413
    assert "Envoi trop volumineux" in answer.text
    assert given < 1_000_000


async def test_a_webhook_may_be_larger_than_a_form(client: httpx.AsyncClient) -> None:
    answer = await client.post("/telegram/hook", content=b"x" * 500_000)
    assert answer.text == "500000"


async def test_the_style_is_cached_by_its_content(client: httpx.AsyncClient) -> None:
    first = await client.get("/style.css")
    again = await client.get("/style.css", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


async def test_health_says_which_loop_is_down(
    client: httpx.AsyncClient, loops: dict[str, bool]
) -> None:
    good = await client.get("/healthz")
    assert (good.status_code, good.json()["ready"]) == (200, True)
    loops["tick"] = False
    bad = await client.get("/healthz")
    assert (bad.status_code, bad.json()["ready"]) == (503, False)
    assert bad.json()["loops"] == {"tick": False, "http": True}
    assert (await client.get("/healthz/live")).status_code == 200


async def test_health_says_when_the_database_is_gone(clock: FixedClock, tmp_path: Path) -> None:
    spoiled = tmp_path / "spoiled.sqlite3"
    spoiled.write_bytes(b"this is not a database " * 100)
    database = Database(f"sqlite+aiosqlite:///{spoiled}")
    app = build_app(make_parts(database, clock), [], Health(dict))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://relais.test"
    ) as client:
        answer = await client.get("/healthz")
    assert (answer.status_code, answer.json()["database"]) == (503, False)
    await database.close()


async def test_metrics_are_read_from_the_tables(client: httpx.AsyncClient) -> None:
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert 'relais_loop_running{label="tick"} 1.0' in answer.text
