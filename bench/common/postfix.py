"""Postfix's own measuring tools, where they are installed (Debian: the package `postfix`)."""

import asyncio
import contextlib
import os
import shutil
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

from bench.common.peers import Peer, peer

_PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/lib/postfix/sbin"
_BACKLOG = "100"
_START = 5.0


def tool(name: str) -> Path | None:
    """Return where a tool is, if it is."""
    found = shutil.which(name, path=_PLACES)
    return Path(found) if found else None


class Sink:
    """A server that takes mail: its port, and how many it took when it can tell."""

    def __init__(self, port: int, counted: Peer | None) -> None:
        self.port = port
        self._counted = counted

    async def taken(self) -> int | None:
        """Return how many mails were taken; Postfix's sink does not tell."""
        return int(await self._counted.ask("count")) if self._counted else None


@contextlib.asynccontextmanager
async def sink() -> AsyncIterator[Sink]:
    """Run a sink in a process of its own: Postfix's, or else ours."""
    program = tool("smtp-sink")
    if program is None:
        async with peer("bench.common.smtp_sink") as own:
            yield Sink(own.port, own)
        return
    port = _free_port()
    privileges = ("-u", "nobody") if os.geteuid() == 0 else ()  # it refuses to run as root
    process = await asyncio.create_subprocess_exec(
        program, *privileges, f"inet:127.0.0.1:{port}", _BACKLOG
    )
    try:
        await _listening(port)
        yield Sink(port, None)
    finally:
        process.terminate()
        await process.wait()


async def source(port: int, *, count: int, size: int, connections: int) -> float | None:
    """Send `count` mails of `size` bytes by `smtp-source`; return the seconds it took.

    None where it is not installed. Its mails are all the same and made in C: a ceiling.
    """
    program = tool("smtp-source")
    if program is None:
        return None
    before = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        program,
        *("-d", "-s", str(connections), "-m", str(count), "-l", str(size)),
        f"inet:127.0.0.1:{port}",
    )
    if await process.wait() != 0:
        raise ConnectionError("smtp-source failed")
    return time.perf_counter() - before


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def _listening(port: int) -> None:
    async with asyncio.timeout(_START):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
