"""Putting each recipient's values into a mail that was built once.

A built mail is bytes in which markers stand where values go. A marker says how its value is
written there; it is framed by NUL, which neither a header nor an encoded part can hold.
"""

import functools
import hmac
import html
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Literal
from urllib.parse import quote as percent_encoded

from core.errors import InputError
from core.ledger.draft import MailAddress, Parcel
from core.mail.encode import address, mailbox, quote_open

Manner = Literal["header", "url", "text", "html", "calendar"]

ATTENDEE = "attendee"
"""The value that a calendar needs: the recipient's own address. The gateway gives it itself."""

STAMP = "stamp"
"""The other one: when this mail leaves, in UTC, as calendars write it (`20261123T080000Z`)."""

_MARKER = re.compile(rb"\0(header|url|text|html|calendar):([^\0]+)\0")
_HEADER = re.compile(r"(?:[ -~]|\r\n )+")
_URL = re.compile(r"https?://[!-;=?-~]+")
_LONGEST_URL = 900
_LONGEST_FOLDED = 74
"""How many octets a line of a calendar holds after the space that continues the one before."""


def marker(manner: Manner, name: str) -> bytes:
    """Return what stands for a value in a built mail."""
    return f"\0{manner}:{name}\0".encode("ascii")


def fill(body: bytes, values: Mapping[str, str]) -> bytes:
    """Return the mail with `values` in place, each written as its place demands.

    The same `body` is taken apart once. Raises InputError when a value is missing or cannot be
    written where it goes.
    """
    first, pieces = _take_apart(body)
    whole = [first]
    for write, name, after in pieces:
        try:
            value = values[name]
        except KeyError:
            raise InputError(
                f"the mail has no value for {name!r}", hint="give it with the draft"
            ) from None
        whole += (write(value), after)
    return b"".join(whole)


def envelope_values(
    parcel: Parcel, recipient: MailAddress, sender: str, secret: str, now: datetime
) -> dict[str, str]:
    """Return what differs from one recipient to the next by itself: headers, a calendar's own."""
    return {
        "To": mailbox(recipient.email, recipient.name),
        "Date": format_datetime(now),
        "Message-ID": message_id(parcel, sender, secret),
        ATTENDEE: recipient.email,
        STAMP: f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
    }


def message_id(parcel: Parcel, sender: str, secret: str) -> str:
    """Return the Message-ID of a delivery: the same each time it is sent."""
    return identity(parcel.kind, parcel.slot, str(parcel.recipient), sender, secret)


def identity(kind: str, slot: str, recipient: str, sender: str, secret: str) -> str:
    """Return the Message-ID of what these make unique.

    It proves that a bounce or a complaint is about a mail of ours: only who has the service's
    `secret` can tell it beforehand.
    """
    whole = f"message-id\0{kind}\0{slot}\0{recipient}"
    digest = hmac.digest(secret.encode(), whole.encode(), "sha256").hex()[:40]
    return f"<{digest}@{address(sender).rpartition('@')[2]}>"


@functools.lru_cache(maxsize=32)
def _take_apart(body: bytes) -> tuple[bytes, list[tuple[Callable[[str], bytes], str, bytes]]]:
    first, *rest = _MARKER.split(body)
    manners, names, pieces = rest[::3], rest[1::3], rest[2::3]
    return first, [
        (_WRITE[manner], name.decode(), piece)
        for manner, name, piece in zip(manners, names, pieces, strict=True)
    ]


def _write_header(value: str) -> bytes:
    if not _HEADER.fullmatch(value):
        raise InputError("a value cannot be written in a header", hint="encode it first")
    return value.encode("ascii")


def _write_url(value: str) -> bytes:
    """Write a link as it is: an encoded word here would break one-click unsubscription."""
    if len(value) > _LONGEST_URL or not _URL.fullmatch(value):
        raise InputError("a link cannot be written in a header", hint="percent-encode it")
    return value.encode("ascii")


def _write_html(value: str) -> bytes:
    return quote_open(html.escape(value))


def _write_calendar(value: str) -> bytes:
    """Write an address as a calendar's (RFC 5545 §3.3.3, RFC 6068), on lines that continue one."""
    uri = "mailto:" + percent_encoded(address(value), safe="@!$'*+")
    starts = range(0, len(uri), _LONGEST_FOLDED)
    return quote_open("\r\n ".join(uri[start : start + _LONGEST_FOLDED] for start in starts))


_WRITE: dict[bytes, Callable[[str], bytes]] = {
    b"header": _write_header,
    b"url": _write_url,
    b"text": quote_open,
    b"html": _write_html,
    b"calendar": _write_calendar,
}
