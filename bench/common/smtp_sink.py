"""An SMTP server that takes everything and keeps nothing: `python -m bench.common.smtp_sink`.

For machines without Postfix's `smtp-sink`. Asked anything, it says how many mails it took.
"""

import asyncio

from bench.common.peers import serve_as_peer

_GREETING = b"220 sink ESMTP\r\n"
_HELLO = b"250-sink\r\n250 8BITMIME\r\n"
_OK = b"250 OK\r\n"
_START = b"354 go ahead\r\n"
_BYE = b"221 bye\r\n"
_END = b"\r\n.\r\n"


class Conversation(asyncio.Protocol):
    """One connection; `taken` is told of each mail."""

    def __init__(self, taken: list[int]) -> None:
        self._taken = taken
        self._received = bytearray()
        self._in_data = False
        self._looked = 0
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        if isinstance(transport, asyncio.WriteTransport):
            self._transport = transport
            transport.write(_GREETING)

    def data_received(self, data: bytes) -> None:
        """Answer whatever is complete."""
        self._received += data
        while self._message() if self._in_data else self._command():
            pass

    def took(self, message: bytes) -> None:
        """Be told of a mail, before it is accepted; here, forget it."""

    def _message(self) -> bool:
        """Take a mail up to its final dot, without looking twice at the same bytes."""
        end = self._received.find(_END, self._looked)
        if end < 0:
            self._looked = max(0, len(self._received) - len(_END))
            return False
        self.took(bytes(self._received[:end]))
        del self._received[: end + len(_END)]
        self._in_data = False
        self._taken[0] += 1
        self._say(_OK)
        return True

    def _command(self) -> bool:
        end = self._received.find(b"\r\n")
        if end < 0:
            return False
        verb = bytes(self._received[:4]).upper()
        starts = verb == b"DATA"
        del self._received[: end if starts else end + 2]  # an empty mail is a dot after this CRLF
        if starts:
            self._in_data, self._looked = True, 0
        self._say({b"EHLO": _HELLO, b"DATA": _START, b"QUIT": _BYE}.get(verb, _OK))
        if verb == b"QUIT" and self._transport is not None:
            self._transport.close()
        return True

    def _say(self, words: bytes) -> None:
        if self._transport is not None:
            self._transport.write(words)


async def main() -> None:
    """Listen until the standard input ends."""
    taken = [0]
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Conversation(taken), "127.0.0.1", 0)

    async def count(_line: str) -> str:
        return str(taken[0])

    await serve_as_peer(server.sockets[0].getsockname()[1], count)


if __name__ == "__main__":
    asyncio.run(main())
