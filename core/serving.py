"""Serving an ASGI application inside the running event loop, and stopping it in bounded time."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator, Sequence

import uvicorn
from starlette.types import ASGIApp

from core.errors import RelaisError

_TICK = 1.0


class ServingError(RelaisError):
    """An HTTP server could not start."""


@contextlib.asynccontextmanager
async def serving(
    app: ASGIApp,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    trusted_proxies: Sequence[str] = (),
    stop_timeout: float = 5.0,
) -> AsyncIterator[int]:
    """Serve `app` while the block runs; give the real port (`port=0` takes any free one).

    Signals are left alone. `X-Forwarded-*` is believed only from `trusted_proxies`. When the
    block ends, requests in flight have `stop_timeout` seconds to end before they are cancelled.
    Raises ServingError when the port is taken or the application does not start.
    """
    with _listening(host, port) as listener:
        server = _Server(_configuration(app, trusted_proxies, stop_timeout))
        task = asyncio.create_task(server.run_on(listener), name="http")
        await _started(server, task)
        try:
            yield listener.getsockname()[1]
        finally:
            await _stop(server, task, stop_timeout)


class _Server(uvicorn.Server):
    """A uvicorn that installs no signal handler, and stops as soon as it is asked to."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.stopping = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        counter = 0
        while not await self.on_tick(counter):
            counter += 10  # uvicorn counts tenths of a second, and dates its answers every ten
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), _TICK)

    async def run_on(self, listener: socket.socket) -> None:
        """Serve until told to stop."""
        try:
            await self.serve(sockets=[listener])
        except SystemExit as exit_:  # what uvicorn does when the application's lifespan fails
            raise ServingError(
                "the web application did not start", hint="the error logged just above says why"
            ) from exit_

    def stop(self) -> None:
        """Take no more connections, and end."""
        self.should_exit = True
        self.stopping.set()


def _configuration(
    app: ASGIApp, trusted_proxies: Sequence[str], stop_timeout: float
) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="on",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        timeout_graceful_shutdown=max(1, round(stop_timeout)),
    )


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends without delay only where the protocol is named: else each answer waits 40 ms
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise ServingError(
                f"cannot listen on {host}:{port}: {error.strerror}",
                hint="stop what uses this port, or choose another one in the configuration",
            ) from error
        yield listener


async def _started(server: _Server, task: asyncio.Task[None]) -> None:
    ready = asyncio.create_task(server.ready.wait())
    try:
        await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        ready.cancel()
    if task.done():
        task.result()


async def _stop(server: _Server, task: asyncio.Task[None], stop_timeout: float) -> None:
    server.stop()
    try:
        await asyncio.wait_for(task, 2 * max(1, stop_timeout))
    except TimeoutError:
        server.force_exit = True
