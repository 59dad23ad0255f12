"""The local Bot API over HTTP, as `https://api.telegram.org` speaks."""

import asyncio
import contextlib
import functools
import inspect
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from core.serving import serving
from relais.sandbox.bot_api.errors import ApiError
from relais.sandbox.bot_api.faults import Call, Fault
from relais.sandbox.bot_api.methods import METHODS, Context
from relais.sandbox.bot_api.methods.chats import DOWNLOAD_LIMIT
from relais.sandbox.bot_api.parameters import Parameters, read_parameters
from relais.sandbox.bot_api.state import State
from relais.sandbox.bot_api.webhooks import Webhooks


class _Cut(Exception):  # noqa: N818  # it is an order, not a mistake
    """Close the connection without another byte."""


@contextlib.asynccontextmanager
async def serving_bot_api(
    state: State, *, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[str]:
    """Serve `state` while the block runs; give its root, such as `http://127.0.0.1:8081`.

    Calls in hand are let go when the block ends. The state is not closed: it can be served
    again. Raises ServingError when the port is taken.
    """
    state.changes.closed = False
    async with serving(application(state), host=host, port=port) as real_port:
        try:
            yield f"http://{host}:{real_port}"
        finally:
            state.changes.close()


def application(state: State) -> ASGIApp:
    """Return the application; it pushes webhooks while its lifespan lasts."""
    server = _Server(state)
    return _Closable(
        Starlette(
            routes=[
                Route("/bot{token}/{method}", server.call, methods=["GET", "POST"]),
                Route("/file/bot{token}/{path:path}", server.download),
            ],
            lifespan=server.lifespan,
        )
    )


class _Server:
    def __init__(self, state: State) -> None:
        self.state = state

    @contextlib.asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        pushing = asyncio.create_task(Webhooks(self.state).run(), name="webhooks")
        try:
            yield
        finally:
            pushing.cancel()
            await asyncio.gather(pushing, return_exceptions=True)

    async def call(self, request: Request) -> Response:
        """Log the call, apply its fault if it has one, and do the work."""
        call = Call(request.path_params["method"], {}, self.state.clock.now())
        try:
            parameters = await self._logged(call, request)
            fault = self.state.faults.take(call.method, call.chat_id)
            await self._before(fault)
            body = await self._work(request.path_params["token"], call, parameters)
            await self._after(fault)
            call.status = 200
        except ApiError as error:
            call.status, body = error.code, error.body()
        except (_Cut, ClientDisconnect):  # the caller may die while it speaks
            call.status = 0
            return _Silence()
        finally:
            self.state.changed()
        return _Json(body, status_code=call.status)

    async def _logged(self, call: Call, request: Request) -> Parameters:
        self.state.calls.append(call)
        parameters = await read_parameters(request)
        call.parameters |= parameters.values
        with contextlib.suppress(ApiError):
            call.chat_id = parameters.integer("chat_id")
        self.state.changes.notify()
        return parameters

    async def _work(self, token: str, call: Call, parameters: Parameters) -> dict[str, Any]:
        bot = self.state.bot(token)
        if bot is None:
            raise ApiError(401, "Unauthorized")
        function = METHODS.get(call.method.lower())
        if function is None:
            raise ApiError(404, "Not Found")
        self.state.limiter.check(call.method, call.chat_id)
        result = function(Context(self.state, bot, parameters))
        if inspect.isawaitable(result):
            result = await result
        self.state.changed()
        return {"ok": True, "result": result}

    async def _before(self, fault: Fault | None) -> None:
        if fault is None:
            return
        if fault.effect == "answer":
            raise fault.error()
        if fault.effect == "cut_before":
            raise _Cut
        if fault.effect == "wait_before":
            await self._wait(fault.seconds)

    async def _after(self, fault: Fault | None) -> None:
        if fault is not None and fault.effect == "cut_after":
            raise _Cut
        if fault is not None and fault.effect == "wait_after":
            await self._wait(fault.seconds)

    async def _wait(self, seconds: float) -> None:
        await self.state.changes.until(lambda: False, seconds)

    async def download(self, request: Request) -> Response:
        """Give the bytes of a file to the bot that asks."""
        file = self.state.file_at(request.path_params["path"])
        known = self.state.bot(request.path_params["token"]) is not None
        content = self.state.file_bytes(file["file_id"]) if file and known else None
        if file is None or content is None or len(content) > DOWNLOAD_LIMIT:
            return JSONResponse(ApiError(404, "Not Found").body(), status_code=404)
        return Response(content, media_type="application/octet-stream")


class _Json(JSONResponse):
    """An answer in plain ASCII, as Telegram's are: half a character gets through, escaped."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, separators=(",", ":")).encode()


class _Silence(Response):
    """An answer that never comes: the connection is closed without another byte."""

    async def __call__(self, scope: Scope, _receive: Receive, _send: Send) -> None:
        await scope[_CLOSE]()


_CLOSE = "relais.close"


class _Closable:
    """Lets an answer close the connection; a framework lets nobody near it."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[_CLOSE] = functools.partial(_close, receive, send)
        await self._app(scope, receive, send)


async def _close(receive: Receive, send: Send) -> None:
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionAbortedError("this server cannot cut its connections")
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
