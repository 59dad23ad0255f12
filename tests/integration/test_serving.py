"""Serving an application on a real socket: start, stop, and what can go wrong."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from core.serving import ServingError, _listening, serving


async def _hello(request: Request) -> PlainTextResponse:
    client = request.client.host if request.client else ""
    return PlainTextResponse(f"bonjour {client}")


async def _get(port: int, **headers: str) -> str:
    async with httpx.AsyncClient() as client:
        return (await client.get(f"http://127.0.0.1:{port}/", headers=headers)).text


HELLO = Starlette(routes=[Route("/", _hello)])


async def test_it_gives_the_port_it_really_listens_on() -> None:
    async with serving(HELLO) as port:
        assert await _get(port) == "bonjour 127.0.0.1"


async def test_the_port_is_free_again_afterwards() -> None:
    async with serving(HELLO) as port:
        pass
    async with serving(HELLO, port=port) as again:
        assert again == port
        assert await _get(port) == "bonjour 127.0.0.1"


async def test_a_port_in_use_is_said_with_what_to_do() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ServingError, match=f"cannot listen on 127.0.0.1:{port}") as caught:
            async with serving(HELLO, port=port):
                pass
    assert "choose another one" in caught.value.hint


async def test_resources_live_as_long_as_the_application() -> None:
    story: list[str] = []

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        story.append("opened")
        yield
        story.append("closed")

    async with serving(Starlette(lifespan=lifespan)):
        assert story == ["opened"]
    assert story == ["opened", "closed"]


async def test_an_application_that_does_not_start_is_an_error_not_the_end_of_the_process() -> None:
    async def no_database() -> None:
        raise RuntimeError("no database")

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await no_database()
        yield

    with pytest.raises(ServingError, match="did not start"):
        async with serving(Starlette(lifespan=lifespan)):
            pass


async def test_a_request_in_flight_is_answered_before_the_end() -> None:
    started, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_request: Request) -> PlainTextResponse:
        started.set()
        await go_on.wait()
        return PlainTextResponse("fini")

    async with serving(Starlette(routes=[Route("/", slow)])) as port:
        answer = asyncio.create_task(_get(port))
        await started.wait()
        asyncio.get_running_loop().call_later(0.05, go_on.set)
    assert await answer == "fini"


async def test_a_request_that_never_ends_does_not_prevent_the_end() -> None:
    started = asyncio.Event()

    async def endless(_request: Request) -> PlainTextResponse:
        started.set()
        await asyncio.Event().wait()
        return PlainTextResponse("jamais")

    async with serving(Starlette(routes=[Route("/", endless)]), stop_timeout=1) as port:
        answer = asyncio.create_task(_get(port))
        await started.wait()
    assert await asyncio.wait_for(answer, 10) == "Internal Server Error"


async def test_answers_leave_without_waiting_for_acknowledgements() -> None:
    loop = asyncio.get_running_loop()
    without_delay: asyncio.Future[int] = loop.create_future()

    class Peer(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            accepted = transport.get_extra_info("socket")
            option = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            without_delay.set_result(option)

    with _listening("127.0.0.1", 0) as listener:
        server = await loop.create_server(Peer, sock=listener)
        _, writer = await asyncio.open_connection(*listener.getsockname())
        assert await without_delay == 1
        writer.close()
        await writer.wait_closed()
        server.close()


async def test_signal_handlers_are_left_alone() -> None:
    before = signal.getsignal(signal.SIGTERM)
    async with serving(HELLO):
        assert signal.getsignal(signal.SIGTERM) == before


async def test_a_forwarded_address_is_believed_only_from_a_trusted_proxy() -> None:
    async with serving(HELLO) as port:
        assert await _get(port, **{"X-Forwarded-For": "192.0.2.7"}) == "bonjour 127.0.0.1"
    async with serving(HELLO, trusted_proxies=["127.0.0.1"]) as port:
        assert await _get(port, **{"X-Forwarded-For": "192.0.2.7"}) == "bonjour 192.0.2.7"
