"""The examination of the mailbox, for `relais check`: nothing is read nor marked."""

import asyncio
import imaplib
import ssl
from collections.abc import Sequence

from imap_tools.errors import MailboxFolderSelectError, MailboxLoginError, MailboxStarttlsError

from core.room import Finding
from core.settings import MailboxSettings
from digest.mailbox.imap import ImapInbox
from digest.mailbox.inboxes import TROUBLE
from digest.mailbox.maildir import MaildirInbox

SUBJECT = "mailbox"


async def check(settings: MailboxSettings, tls: ssl.SSLContext | None = None) -> Sequence[Finding]:
    """Look into the mailbox as configured: login, folders, how many mails wait."""
    if settings.kind == "none":
        return [Finding(SUBJECT, ok=True, what="none is read: bounces and answers are lost on us")]
    look = _maildir if settings.kind == "maildir" else _imap
    return [await asyncio.to_thread(look, settings, tls)]


def _maildir(settings: MailboxSettings, _tls: ssl.SSLContext | None) -> Finding:
    if settings.maildir is None:
        hint = 'set mailbox.maildir to the folder that holds "new" and "cur"'
        return Finding(SUBJECT, ok=False, what="no Maildir is configured", hint=hint)
    inbox = MaildirInbox(settings)
    try:
        inbox.open()
        count = len(inbox.waiting())
        probe = inbox.folder / "cur" / ".relais-check"
        probe.touch()
        probe.unlink()
    except PermissionError as error:
        hint = "give the user that runs Relais the rights to read it, and to move mails to cur"
        return Finding(SUBJECT, ok=False, what=f"{settings.maildir}: {error.strerror}", hint=hint)
    except OSError:
        what = f"{settings.maildir} is no Maildir"
        return Finding(SUBJECT, ok=False, what=what, hint="check mailbox.maildir")
    return Finding(SUBJECT, ok=True, what=f"{settings.maildir} is read, {count} waiting")


def _imap(settings: MailboxSettings, tls: ssl.SSLContext | None) -> Finding:
    inbox = ImapInbox(settings, tls)
    where = f"{settings.host}:{settings.port}"
    try:
        inbox.open()
        if settings.done_folder and not inbox.has(settings.done_folder):
            what = f"{where} has no folder {settings.done_folder!r}"
            hint = "create it, or correct mailbox.done_folder"
            return Finding(SUBJECT, ok=False, what=what, hint=hint)
        count = len(inbox.waiting())
    except (*TROUBLE, ValueError) as error:
        return Finding(SUBJECT, ok=False, what=_said(where, error), hint=_hint(settings, error))
    finally:
        inbox.close()
    what = f"{where} shows us {settings.folder}, {count} waiting"
    if settings.security == "plain" and settings.host not in {"127.0.0.1", "::1", "localhost"}:
        hint = "set mailbox.security to starttls or tls"
        return Finding(SUBJECT, ok=False, what=f"{what}: the password can be read", hint=hint)
    return Finding(SUBJECT, ok=True, what=what)


def _said(where: str, error: Exception) -> str:
    """Return what went wrong; of an IMAP answer the class alone, which says it better."""
    match error:
        case MailboxLoginError():
            return f"{where} refuses our name or password"
        case MailboxFolderSelectError():
            return f"{where} does not have the folder"
        case MailboxStarttlsError():
            return f"{where} offers no STARTTLS"
    return f"{where}: {' '.join(str(error).split())[:200] or type(error).__name__}"


def _hint(settings: MailboxSettings, error: Exception) -> str:
    match error:
        case MailboxLoginError():
            return "check mailbox.username and mailbox.password; some hosts want one of its own"
        case MailboxFolderSelectError():
            return f"check mailbox.folder ({settings.folder})"
        case MailboxStarttlsError() | ssl.SSLError():
            return "check the server's certificate, and that mailbox.security fits mailbox.port"
        case TimeoutError() | imaplib.IMAP4.error():
            return f"check mailbox.port, and that mailbox.security ({settings.security}) fits it"
    return "check mailbox.host and mailbox.port, and that the server runs"
