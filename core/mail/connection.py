"""One conversation with the SMTP server: opened, used for transactions, closed.

Built on aiosmtplib; DATA is ours, because whether a failure came before or after the first byte
of the message decides whether it may be sent again (RFC 5321 §4.2.5, §4.5.3.2).
"""

import contextlib
import ssl

import aiosmtplib
from aiosmtplib import SMTPException

from core.failpoints import reach
from core.settings import MailSettings

_START_INPUT = 354
_CHECK_TIMEOUT = 5.0

TROUBLE = (SMTPException, OSError, ValueError)
"""What aiosmtplib raises before a message leaves; time-outs and TLS errors are OSErrors."""


class Connection:
    """An open, authenticated conversation; `broken` once it cannot carry another mail."""

    def __init__(self, client: aiosmtplib.SMTP, used_at: float) -> None:
        self._client = client
        self.used_at = used_at

    @property
    def broken(self) -> bool:
        """Whether it is closed on either side, as far as is known."""
        return not self._client.is_connected

    async def alive(self) -> bool:
        """Ask the server whether it still listens (NOOP)."""
        try:
            await self._client.noop(timeout=_CHECK_TIMEOUT)
        except TROUBLE:
            return False
        return not self.broken

    def room_for(self, message: bytes) -> int | None:
        """Return the server's limit (RFC 1870) if `message` is over it."""
        limit = self._client.esmtp_extensions.get("size", "")
        over = limit.isdigit() and 0 < int(limit) < len(message)
        return int(limit) if over else None

    async def open_envelope(self, sender: str, recipient: str, message: bytes) -> None:
        """Announce a mail up to DATA's go-ahead. Raises one of TROUBLE; nothing left then."""
        options = [f"SIZE={len(message)}"] if self._client.supports_extension("size") else []
        await self._client.mail(sender, options=options)
        await self._client.rcpt(recipient)
        code, text = await self._client.execute_command(b"DATA")
        if code != _START_INPUT:
            raise aiosmtplib.SMTPDataError(code, text)

    async def transmit(self, message: bytes) -> tuple[int, str]:
        """Send the message (CRLF line endings) and return the server's verdict.

        Raises one of TROUBLE when there is none: the mail may have been accepted.
        """
        protocol = self._client.protocol
        if protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("Connection lost")
        protocol.write(message.replace(b"\r\n.", b"\r\n.."))
        reach("mail.during_send")
        protocol.write(b".\r\n" if message.endswith(b"\r\n") else b"\r\n.\r\n")
        code, text = await protocol.read_response(timeout=self._client.timeout)
        return code, text

    async def reset(self) -> None:
        """Forget a mail that was refused on the way, so that another can follow; or close."""
        try:
            await self._client.rset(timeout=_CHECK_TIMEOUT)
        except TROUBLE:
            self.close()

    async def quit(self) -> None:
        """Take leave and close."""
        with contextlib.suppress(*TROUBLE):
            await self._client.quit(timeout=_CHECK_TIMEOUT)
        self.close()

    def close(self) -> None:
        """Close without a word."""
        self._client.close()


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
    return Connection(client, now)
