"""From the bytes of a mail to what decisions see. Nothing that is received makes it raise.

The standard library's older policy is used on purpose: the newer one reads headers with a parser
that long ones bring to its knees.
"""

import email.utils
import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser

from core.email_address import normalise
from core.errors import InputError
from digest.mailbox.calendars import answer_of
from digest.mailbox.mail import Attached, CalendarAnswer, Mail, Report
from digest.mailbox.notifications import guessed_reports, reports_of
from digest.mailbox.own_words import own_words
from digest.mailbox.phrases import REPLY, plain
from digest.mailbox.plain_text import decoded, text_of_html

Part = Message

MOST_PARTS = 200
MOST_NESTED = 40
"""Beyond so many parts, or marks of parts within parts, a mail is not taken apart."""

HEAD = 64_000
LONGEST_HEADER = 2_000
LONGEST_TEXT = 200_000
LONGEST_SUBJECT = 300
MOST_REFERENCES = 50
BIGGEST_FILE = 20_000_000

_NESTED = re.compile(rb"content-type:[ \t]*(?:multipart/|message/(?:rfc822|global))", re.IGNORECASE)
_IDENTIFIER = re.compile(r"<[^<>\s]{1,250}>")
_QUOTED_ID = re.compile(r"message-id:\s{0,5}(<[^<>\s]{1,250}>)", re.IGNORECASE)


def parse(data: bytes) -> Mail:
    """Return what a mail says. Of one that cannot be taken apart, the headers, and `broken`.

    Takes up to some seconds for the largest: to be called off the event loop.
    """
    try:
        if sum(1 for _ in _NESTED.finditer(data)) > MOST_NESTED:
            return head_of(data)
        return _whole(message_from_bytes(data, policy=policy.compat32))
    except Exception:  # noqa: BLE001  # strangers write these bytes: whatever they break is theirs
        return head_of(data)


def head_of(data: bytes) -> Mail:
    """Return what the headers of a mail say, and no more. Raises nothing."""
    try:
        head = BytesHeaderParser(policy=policy.compat32).parsebytes(data[:HEAD])
        return _mail(head, broken=True)
    except Exception:  # noqa: BLE001  # the same
        return Mail(message_id="", sender="", sender_name="", subject="", broken=True)


def _whole(message: Part) -> Mail:
    parts = list(_parts(message))
    if len(parts) > MOST_PARTS:
        return _mail(message, broken=True)
    said = _text(parts)
    subject = _header(message, "subject")
    forwarded = bool(re.match(r"(?:tr|fw|fwd)\s?:", subject.strip(), re.IGNORECASE))
    reports = tuple(report for part in parts for report in reports_of(part))
    returned = [part for part in parts if _is_returned(part)]
    notification = reports or returned or _report_type(message)
    return _mail(
        message,
        # A notification says nothing below a signature: its words are all its own.
        text=said if notification else own_words(said, forwarded=forwarded),
        calendar=next((c for c in map(_calendar, parts) if c), ""),
        invited=next((answer for answer in map(_answer, parts) if answer), None),
        reports=reports,
        guessed=guessed_reports(message, said, subject),
        originals=_originals(message, returned, said),
        feedback=_feedback(message, parts, returned=bool(returned)),
        returned=bool(returned),
        files=tuple(_files(parts)),
    )


def _mail(
    message: Part,
    *,
    text: str = "",
    calendar: str = "",
    invited: CalendarAnswer | None = None,
    reports: tuple[Report, ...] = (),
    guessed: tuple[Report, ...] = (),
    originals: tuple[str, ...] = (),
    feedback: str = "",
    returned: bool = False,
    files: tuple[Attached, ...] = (),
    broken: bool = False,
) -> Mail:
    name, sender = _sender(message)
    return Mail(
        message_id=_first(_identifiers(message, "message-id")),
        sender=sender,
        sender_name=name,
        subject=_header(message, "subject")[:LONGEST_SUBJECT],
        headers=tuple(_headers(message)),
        to=tuple(_addresses(message, "to", "cc", "delivered-to", "x-original-to")),
        content_type=message.get_content_type(),
        report_type=_report_type(message),
        text=text,
        calendar=calendar,
        invited=invited,
        sent_at=_date(message),
        references=_references(message),
        originals=originals,
        reports=reports,
        guessed=guessed,
        feedback=feedback,
        returned=returned,
        files=files,
        broken=broken,
    )


# --- Headers ----------------------------------------------------------------------------------


def _values(message: Part, *names: str) -> Iterator[str]:
    """Give the values of headers as they came; bytes that are not ASCII are read as text is."""
    for name, value in message.raw_items():
        if name.lower() in names:
            yield _unescaped(str(value))


def _unescaped(value: str) -> str:
    raw = value[: 10 * LONGEST_HEADER]
    return decoded(raw.encode("utf-8", "surrogateescape"), "utf-8")


def _header(message: Part, name: str) -> str:
    return _readable(next(_values(message, name), ""))


def _readable(value: str) -> str:
    """Return a header's value decoded, on one line, without control characters."""
    raw = value[:LONGEST_HEADER]
    try:
        pieces = decode_header(raw)
    except (HeaderParseError, ValueError):
        pieces = [(raw, None)]
    text = "".join(
        piece if isinstance(piece, str) else decoded(piece, charset or "utf-8")
        for piece, charset in pieces
    )
    clean = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(clean.encode("utf-8", "replace").decode("utf-8").split())


def _headers(message: Part) -> Iterator[tuple[str, str]]:
    for name, value in itertools.islice(message.raw_items(), MOST_PARTS):
        yield name.lower(), _readable(_unescaped(str(value)))


def _sender(message: Part) -> tuple[str, str]:
    """Return the name and the address that a mail claims to come from."""
    raw = next(_values(message, "from"), "")[:LONGEST_HEADER]
    name, address = email.utils.parseaddr(raw)
    return _readable(name)[:100], _address(address)


def _address(typed: str) -> str:
    try:
        return normalise(typed)
    except (InputError, ValueError):
        return ""


def _addresses(message: Part, *names: str) -> Iterator[str]:
    values = [value[:LONGEST_HEADER] for value in itertools.islice(_values(message, *names), 10)]
    for _, address in email.utils.getaddresses(values)[:MOST_PARTS]:
        if found := _address(address):
            yield found


def _identifiers(message: Part, *names: str) -> tuple[str, ...]:
    values = " ".join(_values(message, *names))
    return tuple(dict.fromkeys(_IDENTIFIER.findall(values)))[-MOST_REFERENCES:]


def _references(message: Part) -> tuple[str, ...]:
    """Return the thread, what is answered last."""
    answered = _identifiers(message, "in-reply-to")[:1]
    before = [each for each in _identifiers(message, "references") if each not in answered]
    return (*before, *answered)


def _first(found: tuple[str, ...]) -> str:
    return found[0] if found else ""


def _date(message: Part) -> datetime | None:
    try:
        date = email.utils.parsedate_to_datetime(_header(message, "date"))
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _report_type(message: Part) -> str:
    if message.get_content_type() != "multipart/report":
        return ""
    return str(message.get_param("report-type") or "").lower()


# --- Parts ------------------------------------------------------------------------------------


def _parts(message: Part) -> Iterator[Part]:
    """Give the parts of a mail, those of a mail that it returns or passes on excepted."""
    waiting = [message]
    count = 0
    while waiting and count <= MOST_PARTS:
        part = waiting.pop(0)
        count += 1
        yield part
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            inside = part.get_payload()
            waiting[:0] = [each for each in inside if isinstance(each, Message)]


def _is_returned(part: Part) -> bool:
    return part.get_content_type() in {
        "message/rfc822",
        "message/global",
        "text/rfc822-headers",
        "message/global-headers",
        "message/rfc822-headers",
    }


def _content(part: Part) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _is_file(part: Part) -> bool:
    if part.get_content_disposition() == "attachment" or part.get_filename():
        return True
    return part.get_content_maintype() not in {"text", "multipart", "message"}


def _is_drawn(part: Part) -> bool:
    """Say whether a part is a picture that the words show, such as a signature's logo.

    A Content-ID alone does not: Gmail and Outlook give one to whatever is attached.
    """
    attached = part.get_content_disposition() == "attachment"
    picture = part.get_content_maintype() == "image"
    return bool(part.get("content-id")) and picture and not attached


def _text(parts: list[Part]) -> str:
    """Return what a mail says: its plain parts, or else its HTML ones made plain."""
    texts = [part for part in parts if part.get_content_maintype() == "text" and not _is_file(part)]
    said = [_string(part) for part in texts if part.get_content_type() == "text/plain"]
    whole = "\n".join(said).strip()
    if not whole:
        pages = [_string(part) for part in texts if part.get_content_type() == "text/html"]
        whole = "\n".join(map(text_of_html, pages)).strip()
    return whole[:LONGEST_TEXT]


def _string(part: Part) -> str:
    data = _content(part)[: 4 * LONGEST_TEXT]
    return decoded(data, part.get_content_charset() or "utf-8").replace("\0", "")


def _calendar(part: Part) -> str:
    if part.get_content_type() != "text/calendar":
        return ""
    return str(part.get_param("method") or "").lower()


def _answer(part: Part) -> CalendarAnswer | None:
    return answer_of(_content(part)) if _calendar(part) == "reply" else None


def _files(parts: list[Part]) -> Iterator[Attached]:
    for number, part in enumerate(parts, start=1):
        if not _is_file(part) or part.is_multipart() or _is_drawn(part):
            continue
        data = _content(part)
        if 0 < len(data) <= BIGGEST_FILE:
            name = _readable(part.get_filename() or f"fichier-{number}")
            yield Attached(re.sub(r"[/\\]", "_", name)[-120:], part.get_content_type(), data)


# --- What is returned ---------------------------------------------------------------------------


def _originals(message: Part, returned: list[Part], said: str) -> tuple[str, ...]:
    """Return the Message-IDs of what is returned, the surest first."""
    found: list[str] = []
    for part in returned:
        found += _of_returned(part)
    found += _QUOTED_ID.findall(said)
    found += reversed(_references(message))
    return tuple(dict.fromkeys(found))[:MOST_REFERENCES]


def _of_returned(part: Part) -> tuple[str, ...]:
    inside = part.get_payload()
    if isinstance(inside, list):
        first = inside[0] if inside else None
        return _identifiers(first, "message-id") if isinstance(first, Message) else ()
    head = BytesHeaderParser(policy=policy.compat32).parsebytes(_content(part)[:HEAD])
    return _identifiers(head, "message-id")


_COMPLAINT = re.compile(r"(?:complaint about message from|abuse report|spam report|plainte)")


def _feedback(message: Part, parts: list[Part], *, returned: bool) -> str:
    """Return the type of a complaint: RFC 5965, or Microsoft’s form, known by its words."""
    for part in parts:
        if part.get_content_type() == "message/feedback-report":
            inside = part.get_payload()
            block = inside[0] if isinstance(inside, list) and inside else part
            if isinstance(block, Message) and block.get("feedback-type"):
                return str(block["feedback-type"])[:50].strip().lower()
            text = decoded(_content(part)[:HEAD], "utf-8")
            kind = re.search(r"feedback-type:\s*([a-z-]{1,50})", text, re.IGNORECASE)
            return kind[1].lower() if kind else "abuse"
    subject = REPLY.sub("", plain(_header(message, "subject")))
    return "abuse" if returned and _COMPLAINT.match(subject) else ""
