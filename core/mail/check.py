"""The examination of the mail server, for `relais check`: no mail is sent."""

import ssl
from collections.abc import Sequence

import aiosmtplib

from core.errors import InputError
from core.mail.connection import TROUBLE, connect
from core.mail.encode import address, mailbox
from core.mail.gateway import trust
from core.room import Finding
from core.settings import MailSettings

SUBJECT = "mail"


async def check(settings: MailSettings, tls: ssl.SSLContext | None = None) -> Sequence[Finding]:
    """Look at the sender's address, then connect, secure and authenticate as configured."""
    return [_sender(settings), await _server(settings, tls or trust(settings))]


def _sender(settings: MailSettings) -> Finding:
    try:
        mailbox(settings.sender, settings.sender_name)
        address(settings.sender)
    except InputError as error:
        return Finding(SUBJECT, ok=False, what=error.what, hint="correct mail.sender in the config")
    return Finding(SUBJECT, ok=True, what=f"mail leaves as {settings.sender}")


async def _server(settings: MailSettings, tls: ssl.SSLContext | None) -> Finding:
    where = f"{settings.host}:{settings.port}"
    try:
        connection = await connect(settings, tls)
    except TROUBLE as error:
        what = f"{where}: {' '.join(str(error).split()) or type(error).__name__}"
        return Finding(SUBJECT, ok=False, what=what, hint=_hint(settings, error))
    await connection.quit()
    security = {"plain": "in clear", "starttls": "with STARTTLS", "tls": "with TLS"}
    identity = f"as {settings.username}" if settings.username else "without authentication"
    what = f"{where} takes our mail {security[settings.security]}, {identity}"
    if settings.username and settings.security == "plain":
        hint = "set mail.security to starttls or tls"
        return Finding(SUBJECT, ok=False, what=f"{what}: the password can be read", hint=hint)
    return Finding(SUBJECT, ok=True, what=what)


def _hint(settings: MailSettings, error: Exception) -> str:
    match error:
        case aiosmtplib.SMTPAuthenticationError():
            return "check mail.username and mail.password"
        case ssl.SSLError():
            return "check the server's certificate, and that mail.security fits mail.port"
        case aiosmtplib.SMTPConnectError() if isinstance(error.__cause__, ssl.SSLError):
            return "check the server's certificate, and that mail.security fits mail.port"
        case aiosmtplib.SMTPTimeoutError():
            return f"check mail.port, and that mail.security ({settings.security}) fits it"
        case aiosmtplib.SMTPConnectError():
            return "check mail.host and mail.port, and that the server runs"
    return f"check that the server offers what mail.security ({settings.security}) asks"
