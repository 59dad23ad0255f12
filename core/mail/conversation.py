"""The replies of an SMTP server, awaited in order: what aiosmtplib's own protocol cannot do.

aiosmtplib opens the conversation (TLS, EHLO, authentication); then this takes its place on the
wire. Commands may be written several at once (RFC 2920), each having its reply awaited.
"""

import asyncio
from collections import deque

from aiosmtplib import (
    SMTPReadTimeoutError,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPStatus,
)

Reply = tuple[int, str]

_LONGEST = 32_768
"""Bytes of a reply: a server that says more is not listened to."""


class Conversation(asyncio.Protocol):
    """Writes commands and reads replies on a transport that is open.

    What a server says unasked ends the conversation: its next reply could be taken for another.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._received = bytearray()
        self._replies: deque[Reply] = deque()
        self._expected = 0
        self._waiter: asyncio.Future[None] | None = None
        self._lost = False
        transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        """Whether it can go on, as far as is known."""
        return not self._lost and not self._transport.is_closing()

    def say(self, words: bytes, replies: int = 0) -> None:
        """Write, to be answered by so many replies. Raises SMTPServerDisconnected."""
        if not self.is_open:
            raise SMTPServerDisconnected("Connection lost")
        self._expected += replies
        self._transport.write(words)

    async def reply(self, timeout: float) -> Reply:  # noqa: ASYNC109  # a timer costs less than a scope
        """Return the next reply: its code and its text, lines apart.

        Raises SMTPServerDisconnected, SMTPReadTimeoutError after `timeout` seconds, or
        SMTPResponseException for what is no reply.
        """
        if not self._replies and not self._lost:
            self._waiter = self._loop.create_future()
            timer = self._loop.call_later(timeout, self._give_up, self._waiter)
            try:
                await self._waiter
            finally:
                timer.cancel()
                self._waiter = None
        if not self._replies:
            raise SMTPServerDisconnected("Connection lost")
        code, text = self._replies.popleft()
        if code == SMTPStatus.invalid_response:
            raise SMTPResponseException(code, text)
        return code, text

    def close(self) -> None:
        """End it without a word."""
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Take what the server says."""
        self._received += data
        while (reply := self._take()) is not None:
            self._replies.append(reply)
            self._expected -= 1
        if self._expected < 0 or (self._received and not self._expected):
            self.close()
        if self._replies:
            self._tell()

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002  # the protocol's
        """Wake up who waits for a reply that will not come."""
        self._lost = True
        self._tell()

    def _take(self) -> Reply | None:
        """Take one whole reply out of what was received, if there is one."""
        end, lines = 0, []
        while (at := self._received.find(b"\n", end)) >= 0:
            line = bytes(self._received[end : at + 1])
            end = at + 1
            if not line[:3].isdigit():
                del self._received[:end]
                return SMTPStatus.invalid_response, "a reply without a code"
            lines.append(line[4:].strip().decode("utf-8", "surrogateescape"))
            if line[3:4] != b"-":
                del self._received[:end]
                return int(line[:3]), "\n".join(lines)
        if len(self._received) <= _LONGEST:
            return None
        self._received.clear()
        return SMTPStatus.invalid_response, "a reply without an end"

    def _tell(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _give_up(self, waiter: asyncio.Future[None]) -> None:
        if not waiter.done():
            waiter.set_exception(SMTPReadTimeoutError("Timed out waiting for server response"))
