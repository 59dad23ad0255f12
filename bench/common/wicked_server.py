"""Two hundred sites, a third of them wicked, in a process of their own.

`python -m bench.common.wicked_server`: each path `/N` behaves as `manner(N)` says, for ever. Asked
anything, it answers how many requests each manner has had, as JSON.
"""

import asyncio
import contextlib
import gzip
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping

from bench.common.feed_server import feed
from bench.common.peers import serve_as_peer

SITES = 200
GOOD_ONES_IN = 3
"""Of so many sites, all but one are good."""

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_BOMB = gzip.compress(bytes(200_000_000), 9)
_ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 20}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><rss version='2.0'><channel><item><title>&i;</title></item></channel></rss>"
).encode()
_CHALLENGE = (
    b"<!doctype html><html><head><title>Just a moment...</title></head>"
    b"<body><div id='challenge-error-text'>Enable JavaScript and cookies to continue</div>"
    b"<script src='/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1'></script></body></html>"
)


def _answered(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    named = {"Content-Length": str(len(body)), "Content-Type": "application/rss+xml", **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status}\r\n{lines}Connection: close\r\n\r\n".encode() + body


def says(answer: bytes) -> Answer:
    """Return a manner that always says the same."""

    async def manner(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    return manner


async def hang(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Never answer."""
    await reader.read()


async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer a byte at a time, without end."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n<rss>")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.2)


async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer a hundred megabytes."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n<rss>")
    for _ in range(100):
        writer.write(b" " * 1_000_000)
        await writer.drain()


async def vanish(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Cut the connection in the middle of an answer."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n<rss version='2.0'>")
    await writer.drain()
    writer.transport.abort()


WICKED: Mapping[str, Answer] = {
    "hang": hang,
    "drip": drip,
    "flood": flood,
    "vanish": vanish,
    "no HTTP": says(b"220 mail.example.org ESMTP\r\n\r\n"),
    "loop": says(_answered(b"", "302 Found", Location="/2")),
    "inside": says(_answered(b"", "301 Moved", Location="http://[::1]:1/latest/")),
    "file": says(_answered(b"", "302 Found", Location="file:///etc/passwd")),
    "gzip bomb": says(_answered(_BOMB, Content_Encoding="gzip")),
    "entity bomb": says(_answered(_ENTITIES)),
    "nesting": says(_answered(b"<rss version='2.0'><channel>" + b"<item>" * 200_000)),
    "comments": says(_answered(b"<rss version='2.0'><channel>" + b"<!-- " * 500_000)),
    "lie about encoding": says(_answered(b"no gzip at all", Content_Encoding="gzip")),
    "lie about change": says(_answered(b"", "304 Not Modified")),
    "challenge": says(_answered(_CHALLENGE, Content_Type="text/html")),
    "page": says(_answered(b"<html><body>Bonjour</body></html>", Content_Type="text/html")),
    "empty": says(_answered(b"")),
    "noise": says(_answered(bytes(range(256)) * 4000)),
    "headers": says(b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * 2_000_000 + b"\r\n\r\n"),
    "broken": says(_answered(b"", "500 Internal Server Error")),
    "busy": says(_answered(b"", "429 Too Many Requests", Retry_After="7200")),
    "gone": says(_answered(b"", "410 Gone")),
    "deep json": says(
        _answered(b'{"version":"https://jsonfeed.org/version/1.1","items":' * 50_000)
    ),
}
"""What may be met on the web."""


def manner(site: int) -> str:
    """Return how a site behaves: « good », or the name of a wicked manner."""
    turn, rest = divmod(site, GOOD_ONES_IN)
    names = list(WICKED)
    return "good" if rest < GOOD_ONES_IN - 1 else names[turn % len(names)]


class Sites:
    """Answers for all of them, and counts."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        with contextlib.suppress(
            ConnectionError, TimeoutError, ValueError, asyncio.IncompleteReadError
        ):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            site = int(head.split(" ", 2)[1].strip("/"))
            self.asked[manner(site)] += 1
            if manner(site) == "good":
                writer.write(_answered(feed(site)))
            else:
                await WICKED[manner(site)](reader, writer)
            await writer.drain()
        with contextlib.suppress(ConnectionError):
            writer.close()
            await writer.wait_closed()

    async def told(self, _line: str) -> str:
        """Return how often each manner was met."""
        return json.dumps(self.asked)


async def main() -> None:
    """Serve until the standard input ends."""
    sites = Sites()
    server = await asyncio.start_server(sites.answer, "127.0.0.1", 0)
    async with server:
        await serve_as_peer(server.sockets[0].getsockname()[1], sites.told)


if __name__ == "__main__":
    asyncio.run(main())
