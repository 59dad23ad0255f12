"""Peers in processes of their own, so that their work is not counted as ours.

A peer is a module that prints its port on its first line, then answers each line of its standard
input by one line, and ends when its input does.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable


class Peer:
    """A running peer: where it listens, and what it can be asked."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self._process = process
        self.port = port

    async def ask(self, line: str) -> str:
        """Say a line, and return the line answered. Raises ConnectionError when it is dead."""
        if self._process.stdin is None:
            raise ConnectionError("the peer has no input")
        self._process.stdin.write(f"{line}\n".encode())
        return await _line(self._process)


@contextlib.asynccontextmanager
async def peer(module: str, *arguments: str) -> AsyncIterator[Peer]:
    """Run a peer while the block lasts. Raises ConnectionError when it does not start."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", module, *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Peer(process, int(await _line(process)))
    finally:
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()


async def _line(process: asyncio.subprocess.Process) -> str:
    line = await process.stdout.readline() if process.stdout else b""
    if not line:
        raise ConnectionError("a peer ended before it answered")
    return line.decode().strip()


async def serve_as_peer(port: int, answer: Callable[[str], Awaitable[str]]) -> None:
    """Be a peer: tell the port, then answer lines until the input ends."""
    print(port, flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(await answer(line.strip()), flush=True)
