"""The mails that the sandbox's people and servers write: to a Maildir that the service reads."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage, Message
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from pathlib import Path

from core.mail.encode import one_line
from relais.sandbox.mail_catcher import CaughtMail

DAEMON = "MAILER-DAEMON@mx.exemple.example"


@dataclass(frozen=True)
class Words:
    """What a mail says: its subject, and its text."""

    subject: str
    text: str


class Post:
    """A Maildir: what is dropped there is a mail that the service receives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self) -> None:
        """Make the folder, unless it is there."""
        for name in ("tmp", "new", "cur"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def drop(self, mail: EmailMessage) -> None:
        """Drop a mail: written aside, then renamed, so that none is read half."""
        name = f"{secrets.token_hex(12)}.{os.getpid()}.sandbox"
        aside = self.folder / "tmp" / name
        aside.write_bytes(mail.as_bytes(policy=SMTP))
        aside.rename(self.folder / "new" / name)


def written(sender: str, to: str, words: Words, now: datetime) -> EmailMessage:
    """Return a mail that somebody writes of their own accord."""
    mail = _mail(sender, to, words.subject, now)
    mail.set_content(words.text)
    return mail


def answer(caught: CaughtMail, words: Words, now: datetime) -> EmailMessage:
    """Return what whoever received a mail answers to it, quoting it as mail programs do."""
    mail = _mail(_recipient(caught), _sender(caught), words.subject, now)
    _follow(mail, caught)
    quoted = "\n".join(f"> {line}".rstrip() for line in caught.text.split("\n"))
    mail.set_content(f"{words.text}\n\n{quoted}\n")
    return mail


def absence(caught: CaughtMail, words: Words, now: datetime) -> EmailMessage:
    """Return what an absent person's mailbox answers by itself (RFC 3834)."""
    mail = _mail(_recipient(caught), _sender(caught), words.subject, now)
    _follow(mail, caught)
    mail["Auto-Submitted"] = "auto-replied"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(words.text)
    return mail


def bounce(caught: CaughtMail, words: Words, now: datetime) -> EmailMessage:
    """Return what a mail server writes when there is no such mailbox (RFC 3464)."""
    address = caught.envelope_to[0]
    mail = _mail(DAEMON, caught.envelope_from, words.subject, now)
    mail["Return-Path"] = "<>"
    mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(words.text)
    mail.make_mixed()
    mail.set_type("multipart/report")
    mail.set_param("report-type", "delivery-status")
    mail.attach(_status(address))
    mail.attach(_headers(caught))
    return mail


def _status(address: str) -> EmailMessage:
    fields = {
        "Final-Recipient": f"rfc822; {address}",
        "Action": "failed",
        "Status": "5.1.1",
        "Diagnostic-Code": "smtp; 550 5.1.1 User unknown",
    }
    part = EmailMessage(SMTP)
    part["Content-Type"] = "message/delivery-status"
    part.set_payload([_fields({"Reporting-MTA": "dns; mx.exemple.example"}), _fields(fields)])
    return part


def _headers(caught: CaughtMail) -> EmailMessage:
    """Return the headers of what comes back: by its Message-ID one knows what it was."""
    part = EmailMessage(SMTP)
    part["Content-Type"] = "text/rfc822-headers"
    known = {name.lower(): value for name, value in caught.headers}
    part.set_payload(_lines({"Message-ID": known.get("message-id", ""), "To": _recipient(caught)}))
    return part


def _fields(fields: Mapping[str, str]) -> Message:
    found = Message()
    for name, value in fields.items():
        found[name] = value
    return found


def _lines(fields: Mapping[str, str]) -> str:
    return "".join(f"{name}: {value}\n" for name, value in fields.items())


def _mail(sender: str, to: str, subject: str, now: datetime) -> EmailMessage:
    mail = EmailMessage(SMTP)
    mail["From"] = one_line("address", sender)
    mail["To"] = one_line("address", to)
    mail["Subject"] = one_line("subject", subject)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{secrets.token_hex(16)}@exemple.example>"
    return mail


def _follow(mail: EmailMessage, caught: CaughtMail) -> None:
    known = {name.lower(): value for name, value in caught.headers}
    before = known.get("references", "")
    mail["In-Reply-To"] = known.get("message-id", "")
    mail["References"] = f"{before} {known.get('message-id', '')}".strip()


def _recipient(caught: CaughtMail) -> str:
    return caught.to or caught.envelope_to[0]


def _sender(caught: CaughtMail) -> str:
    """Return where answers to a mail go: its Reply-To, or its From."""
    known = {name.lower(): value for name, value in caught.headers}
    [(_, address), *_] = getaddresses([known.get("reply-to") or caught.sender])
    return address
