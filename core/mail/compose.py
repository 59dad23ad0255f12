"""Building a mail once for all its recipients.

What differs from one to the next is named by `placeholder` in the templates' values, and written
by `core.mail.fill` when the mail leaves.
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from typing import Literal

from core.funding.notice import Picture
from core.ledger.draft import Channel, Content
from core.mail.encode import header, mailbox, named, one_line, quote, quote_open
from core.mail.fill import ATTENDEE, STAMP, Manner, marker
from core.render import MailText
from core.settings import MailSettings

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_OURS = secrets.token_hex(8)
"""Makes our placeholders such that nobody's text can hold one, and be given what is private."""

_PLACEHOLDER = re.compile(rf"⸨{_OURS}:([a-z][a-z0-9_]*)⸩")

MannerOf = Callable[[str], Manner | None]
"""How a part writes the value of that name; None: what looks like its placeholder is text."""

UNSUBSCRIBE_URL = "unsubscribe_url"
"""The value that a mail composed with `list_unsubscribe` needs: where a POST unsubscribes."""


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail; `parameters` are its type's, such as a calendar's method."""

    name: str
    data: bytes
    mime_type: str = "application/octet-stream"
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ListLinks:
    """What the headers of a letter say of it: its title, where to get help, where its past is.

    `campaign` names what all the mails of one sending have in common, for the mailbox providers'
    own figures (Feedback-ID): nothing of the recipient.
    """

    title: str
    help_url: str
    archive_url: str
    campaign: str


@dataclass(frozen=True)
class CalendarPart:
    """A meeting as calendar programs read it (RFC 5545), and what they do with it (RFC 5546).

    `text` may hold two placeholders: `STAMP`, and `ATTENDEE`, alone on a line that continues the
    one before (a space, then the placeholder). The gateway gives both: whoever is written to is
    the only attendee.
    """

    method: Literal["REQUEST", "CANCEL"]
    text: str


def placeholder(name: str) -> str:
    """Return the text that stands for a value of each recipient, to be given to a template.

    It may stand in sentences and in links, not in subjects. Raises ValueError unless `name` is
    made of lower-case letters, digits and underscores.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a name for a placeholder: {name!r}")
    return f"⸨{_OURS}:{name}⸩"  # printable on purpose: mrml rewrites anything else in attributes


def compose(
    settings: MailSettings,
    text: MailText,
    *,
    list_unsubscribe: bool = False,
    letter: ListLinks | None = None,
    auto_submitted: bool = False,
    attachments: Sequence[Attachment] = (),
    calendar: CalendarPart | None = None,
    names: Collection[str] | None = None,
) -> Content:
    """Build a mail: a text part, an HTML part with its pictures, attachments if there are any.

    `calendar` is a third way to read it, which calendar programs take.

    `list_unsubscribe` is for what subscribers get: it adds List-Id, and one-click unsubscription
    (RFC 8058) at the value `unsubscribe_url`; `letter` does the same, and adds where its help and
    its archive are (RFC 2369) and its Feedback-ID. `auto_submitted` is for what answers somebody
    without a person in between (RFC 3834). `names`, when given, are the only placeholders: what
    looks like another is somebody's text. The same arguments give the same bytes.

    Raises InputError when a header would break, ValueError for a placeholder in the subject.
    """
    if _PLACEHOLDER.search(text.subject):
        raise ValueError("a subject is the same for everybody: it takes no placeholder")
    headers = _headers(settings, text.subject)
    if auto_submitted:
        headers += b"Auto-Submitted: auto-generated\r\n"
    if list_unsubscribe or letter:
        headers += _list_headers(settings, letter)
    return Content(Channel.MAIL, headers + _body(text, attachments, calendar, names).as_bytes())


def _headers(settings: MailSettings, subject: str) -> bytes:
    sender = mailbox(settings.sender, settings.sender_name)
    lines = [
        f"From: {sender}\r\n".encode("ascii"),
        b"To: %b\r\n" % marker("header", "To"),
        header("Subject", subject),
        b"Date: %b\r\n" % marker("header", "Date"),
        b"Message-ID: %b\r\n" % marker("header", "Message-ID"),
        b"MIME-Version: 1.0\r\n",
    ]
    if settings.reply_to:
        lines.insert(2, f"Reply-To: {mailbox(settings.reply_to)}\r\n".encode("ascii"))
    return b"".join(lines)


def _list_headers(settings: MailSettings, letter: ListLinks | None) -> bytes:
    """Written by hand: the standard library turns long links into encoded words."""
    ways = b"<%b>" % marker("url", UNSUBSCRIBE_URL)
    if settings.unsubscribe_email:
        mailto = f"mailto:{mailbox(settings.unsubscribe_email)}?subject=unsubscribe"
        ways += f",\r\n <{mailto}>".encode("ascii")
    title = letter.title if letter else ""
    identity = one_line("List-Id", settings.list_id)
    name = named(title, identity) if title else f"<{identity}>"
    headers = (
        f"List-Id: {name}\r\n".encode("ascii")
        + b"List-Unsubscribe: %b\r\n" % ways
        + b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    )
    return headers + (_letter_headers(settings, letter) if letter else b"")


def _letter_headers(settings: MailSettings, letter: ListLinks) -> bytes:
    """Say where the letter's help and past are; a Feedback-ID ends with who sends, in 5 to 15."""
    sender = hashlib.sha256(settings.list_id.encode()).hexdigest()[:12]
    lines = (
        f"List-Help: <{one_line('List-Help', letter.help_url)}>",
        f"List-Archive: <{one_line('List-Archive', letter.archive_url)}>",
        f"Feedback-ID: {one_line('Feedback-ID', letter.campaign)}:letter:{sender}",
    )
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _body(
    text: MailText,
    attachments: Sequence[Attachment],
    calendar: CalendarPart | None,
    names: Collection[str] | None,
) -> MIMEPart:
    html = _part("html", text.html, _written_as("html", names))
    if text.pictures:
        html = _multipart("related", [html, *map(_picture, text.pictures)])
        html.set_param("type", "text/html")
    ways = [_part("plain", text.text, _written_as("text", names)), html]
    if calendar:
        ways.append(_calendar(calendar))
    body = _multipart("alternative", ways)
    if not attachments:
        return body
    return _multipart("mixed", [body, *(_attached(attachment) for attachment in attachments)])


def _calendar(calendar: CalendarPart) -> MIMEPart:
    """Build the calendar's part; its type says the method too (RFC 6047 §2.4)."""
    manners: Mapping[str, Manner] = {ATTENDEE: "calendar", STAMP: "text"}
    return _part(f"calendar; method={calendar.method}", calendar.text, manners.get)


def _written_as(manner: Manner, names: Collection[str] | None) -> MannerOf:
    return lambda name: manner if names is None or name in names else None


def _part(subtype: str, text: str, manner_of: MannerOf) -> MIMEPart:
    """Build a text part in which each placeholder stands alone between soft line breaks."""
    *pieces, last = _PLACEHOLDER.split(text)
    encoded = b""
    before = ""
    for piece, name in zip(pieces[::2], pieces[1::2], strict=True):
        before += piece
        manner = manner_of(name)
        if manner:
            encoded += quote_open(before) + marker(manner, name)
            before = ""
        else:
            before += placeholder(name)
    part = MIMEPart(SMTP)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload((encoded + quote(before + last)).decode("ascii"))
    return part


def _picture(picture: Picture) -> MIMEPart:
    """Build a picture that the HTML shows by its Content-ID (RFC 2392)."""
    maintype, _, subtype = picture.media_type.partition("/")
    part = EmailMessage(SMTP)
    name = f"{picture.content_id.partition('@')[0]}.{subtype}"
    part.set_content(
        picture.data,
        maintype=maintype,
        subtype=subtype,
        disposition="inline",
        filename=one_line("picture's name", name),
        cid=f"<{picture.content_id}>",
    )
    del part["MIME-Version"]
    return part


def _attached(attachment: Attachment) -> MIMEPart:
    maintype, _, subtype = attachment.mime_type.partition("/")
    part = EmailMessage(SMTP)
    part.set_content(
        attachment.data,
        maintype=maintype,
        subtype=subtype,
        filename=one_line("file's name", attachment.name),
        params=dict(attachment.parameters),
    )
    del part["MIME-Version"]
    return part


def _multipart(subtype: str, parts: Sequence[MIMEPart]) -> MIMEPart:
    """Join parts by a boundary drawn from them, which no encoded part can hold."""
    digest = hashlib.sha256(b"\0".join(part.as_bytes() for part in parts)).hexdigest()[:32]
    whole = MIMEPart(SMTP)
    whole["Content-Type"] = f'multipart/{subtype}; boundary="=_{digest}"'
    for part in parts:
        whole.attach(part)
    return whole
