"""A received mail as decisions see it: taken apart, cut to a reasonable length, frozen."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Report:
    """What a notification says of one recipient (RFC 3464 §2.3), or what was guessed of it.

    `action` is in lower case ("failed", "delayed", "delivered"…), `status` an enhanced code or
    nothing, `recipients` every address that it gives for that recipient, in lower case.
    """

    action: str
    status: str
    recipients: tuple[str, ...]
    diagnostic: str = ""


@dataclass(frozen=True)
class Attached:
    """A file that came with a mail."""

    name: str
    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class CalendarAnswer:
    """What a calendar program answers for `attendee`: `accepted`, `declined`… in lower case.

    `sequence` and `stamp`, when the answer was given, are None when the program left them out.
    """

    uid: str
    attendee: str
    answer: str
    sequence: int | None
    stamp: datetime | None


@dataclass(frozen=True)
class Mail:
    """A mail.

    `headers` are pairs of a name in lower case and its decoded value, in order. Addresses are in
    lower case, empty when there is none. `text` is what it says, HTML made plain; `calendar` is the
    method of an invitation that it carries, `invited` the answer to one. `reports` are in the order
    of its notification, `guessed` those read in its words. `feedback` is the type of a complaint
    (RFC 5965). `originals` are the Message-IDs of what it returns, or answers. What `broken` says
    could not be taken apart: its headers alone are known.
    """

    message_id: str
    sender: str
    sender_name: str
    subject: str
    headers: tuple[tuple[str, str], ...] = ()
    to: tuple[str, ...] = ()
    content_type: str = "text/plain"
    report_type: str = ""
    text: str = ""
    calendar: str = ""
    invited: CalendarAnswer | None = None
    sent_at: datetime | None = None
    references: tuple[str, ...] = ()
    originals: tuple[str, ...] = ()
    reports: tuple[Report, ...] = ()
    guessed: tuple[Report, ...] = ()
    feedback: str = ""
    returned: bool = False
    files: tuple[Attached, ...] = ()
    broken: bool = False

    def header(self, name: str) -> str:
        """Return the first value of a header, or nothing."""
        return next((value for each, value in self.headers if each == name), "")

    def has(self, name: str) -> bool:
        """Say whether a header stands there."""
        return any(each == name for each, _ in self.headers)
