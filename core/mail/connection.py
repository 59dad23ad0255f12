"""One conversation with the SMTP server: opened, used for transactions, closed.

Opened by aiosmtplib; the transactions are ours, because whether a failure came before or after
the first byte of the message decides whether it may be sent again (RFC 5321 §4.2.5, §4.5.3.2).
"""

import asyncio
import contextlib
import ssl
from collections.abc import Sequence

import aiosmtplib
from aiosmtplib import SMTPException, SMTPServerDisconnected

from core.failpoints import reach
from core.mail.conversation import Conversation
from core.mail.rules import accepted
from core.settings import MailSettings

_DONE, _GO_AHEAD = 250, 354
_WANTED = (_DONE, _DONE, _GO_AHEAD)
"""What MAIL, RCPT and DATA are to be answered."""

_CHECK_TIMEOUT = 5.0

TROUBLE = (SMTPException, OSError, ValueError)
"""What aiosmtplib raises before a message leaves; time-outs and TLS errors are OSErrors."""


class Connection:
    """An open, authenticated conversation; `broken` once it cannot carry another mail."""

    def __init__(
        self, client: aiosmtplib.SMTP, transport: asyncio.Transport, used_at: float
    ) -> None:
        self._client = client
        self._timeout = client.timeout or _CHECK_TIMEOUT
        self._limit = client.esmtp_extensions.get("size", "")
        self._says_size = client.supports_extension("size")
        self._pipelines = client.supports_extension("pipelining")
        self._conversation = Conversation(transport)
        self.used_at = used_at

    @property
    def broken(self) -> bool:
        """Whether it is closed on either side, as far as is known."""
        return not self._conversation.is_open

    async def alive(self) -> bool:
        """Ask the server whether it still listens (NOOP)."""
        try:
            code, _ = await self._command(b"NOOP", _CHECK_TIMEOUT)
        except TROUBLE:
            return False
        return accepted(code) and not self.broken

    def room_for(self, message: bytes) -> int | None:
        """Return the server's limit (RFC 1870) if `message` is over it."""
        over = self._limit.isdigit() and 0 < int(self._limit) < len(message)
        return int(self._limit) if over else None

    async def open_envelope(self, sender: str, recipient: str, message: bytes) -> None:
        """Announce a mail up to DATA's go-ahead. Raises one of TROUBLE; nothing left then.

        Where the server takes commands several at once (PIPELINING), they leave together.
        """
        size = f" SIZE={len(message)}" if self._says_size else ""
        commands = (
            f"MAIL FROM:<{sender}>{size}".encode("ascii"),
            f"RCPT TO:<{recipient}>".encode("ascii"),
            b"DATA",
        )
        if self._pipelines:
            await self._announce_at_once(commands)
            return
        for command, wanted in zip(commands, _WANTED, strict=True):
            _check(await self._command(command, self._timeout), wanted)

    async def _announce_at_once(self, commands: Sequence[bytes]) -> None:
        """Read every reply, so that none is taken for another's; the first refusal counts."""
        self._conversation.say(b"\r\n".join((*commands, b"")), len(commands))
        refusal: aiosmtplib.SMTPResponseException | None = None
        for wanted in _WANTED:
            try:
                reply = await self._conversation.reply(self._timeout)
                _check(reply, wanted)
            except aiosmtplib.SMTPResponseException as error:
                refusal = refusal or error
            except TROUBLE:
                self.close()
                if refusal:
                    raise refusal from None
                raise
            else:
                if refusal and wanted == _GO_AHEAD:
                    self.close()  # it waits for a message that has no recipient
        if refusal:
            raise refusal

    async def transmit(self, message: bytes) -> tuple[int, str]:
        """Send the message (CRLF line endings) and return the server's verdict.

        Raises one of TROUBLE when there is none: the mail may have been accepted.
        """
        self._conversation.say(message.replace(b"\r\n.", b"\r\n.."))
        reach("mail.during_send")
        self._conversation.say(b".\r\n" if message.endswith(b"\r\n") else b"\r\n.\r\n", 1)
        return await self._conversation.reply(self._timeout)

    async def reset(self) -> None:
        """Forget a mail that was refused on the way, so that another can follow; or close."""
        try:
            _check(await self._command(b"RSET", _CHECK_TIMEOUT), _DONE)
        except TROUBLE:
            self.close()

    async def quit(self) -> None:
        """Take leave and close."""
        with contextlib.suppress(*TROUBLE):
            await self._command(b"QUIT", _CHECK_TIMEOUT)
        self.close()

    def close(self) -> None:
        """Close without a word."""
        self._conversation.close()
        self._client.close()

    async def _command(self, command: bytes, seconds: float) -> tuple[int, str]:
        self._conversation.say(command + b"\r\n", 1)
        return await self._conversation.reply(seconds)


def _check(reply: tuple[int, str], wanted: int) -> None:
    """Raise SMTPResponseException for another class of reply, or for DATA's another one."""
    code, text = reply
    if code != wanted and not (wanted == _DONE and accepted(code)):
        raise aiosmtplib.SMTPResponseException(code, text)


async def connect(
    settings: MailSettings, tls: ssl.SSLContext | None, now: float = 0.0
) -> Connection:
    """Open a conversation: connect, secure it and authenticate as configured.

    Raises one of TROUBLE.
    """
    client = aiosmtplib.SMTP(
        hostname=settings.host,
        port=settings.port,
        timeout=settings.timeout,
        use_tls=settings.security == "tls",
        start_tls=settings.security == "starttls",
        tls_context=tls,
        username=settings.username or None,
        password=settings.password.get_secret_value() if settings.username else None,
    )
    await client.connect()
    try:
        await client.noop()  # says EHLO if neither TLS nor authentication did
    except TROUBLE:
        client.close()
        raise
    transport = client.transport
    if not isinstance(transport, asyncio.Transport):
        client.close()
        raise SMTPServerDisconnected("Connection lost")
    return Connection(client, transport, now)
