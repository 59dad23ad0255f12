"""What travels with a mail beside its words: its calendar part, and the files attached to it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from urllib.parse import quote

from relais.sandbox.mail_catcher import CaughtMail

CALENDAR = "text/calendar"
CALENDAR_NAME = "agenda.ics"
"""What a calendar part is saved as: it has no name of its own."""

_FOLD = re.compile(r"\r?\n[ \t]")


@dataclass(frozen=True)
class Attached:
    """A file of a mail; `number` is its place among the parts. `size` is in bytes."""

    number: int
    name: str
    media_type: str
    size: int


@dataclass(frozen=True)
class CalendarPart:
    """What calendar programs read in a mail: REQUEST or CANCEL, and the text, unfolded."""

    method: str
    sequence: int
    text: str


def attached(mail: CaughtMail) -> Sequence[Attached]:
    """Return the files of a mail, in their order, what calendars read among them.

    Pictures inside its words are not files.
    """
    return [
        Attached(number, name, part.get_content_type(), len(_bytes(part)))
        for number, part, name in _files(mail)
    ]


def content_of(mail: CaughtMail, number: int) -> tuple[Attached, bytes] | None:
    """Return a file of a mail with its bytes; None when there is no such file."""
    for place, part, name in _files(mail):
        if place == number:
            data = _bytes(part)
            return Attached(place, name, part.get_content_type(), len(data)), data
    return None


def calendar_of(mail: CaughtMail) -> CalendarPart | None:
    """Return the calendar part of a mail (RFC 6047 §2.4), if it has one."""
    for part in _parts(mail):
        if part.get_content_type() == CALENDAR and not part.get_filename():
            text = _FOLD.sub("", _bytes(part).decode("utf-8", "replace"))
            found = re.search(r"^SEQUENCE:(\d+)", text, re.MULTILINE)
            method = str(part.get_param("method") or "").upper()
            return CalendarPart(method, int(found[1]) if found else 0, text.replace("\r\n", "\n"))
    return None


def disposition(name: str) -> str:
    """Return the header that has a browser save a file under its name (RFC 6266 §4.3)."""
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"


def _files(mail: CaughtMail) -> Iterator[tuple[int, Message, str]]:
    for number, part in enumerate(_parts(mail)):
        name = part.get_filename()
        if part.get_content_type() == CALENDAR:
            name = name or CALENDAR_NAME
        if name and not part["Content-ID"]:
            yield number, part, name


def _parts(mail: CaughtMail) -> Iterator[EmailMessage]:
    message = message_from_bytes(mail.raw, policy=default)
    yield from (part for part in message.walk() if not part.is_multipart())


def _bytes(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""
