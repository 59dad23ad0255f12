"""What somebody's calendar program answers to an invitation. Nothing received makes it raise."""

from datetime import datetime
from typing import Any
from urllib.parse import unquote

from icalendar import Calendar, Component

from core.clock import aware
from core.email_address import normalise
from digest.mailbox.mail import CalendarAnswer

LONGEST = 64_000
"""An answer of more bytes is not read: it is about one meeting and one person."""


def answer_of(data: bytes) -> CalendarAnswer | None:
    """Return what a calendar of the method REPLY says (RFC 5546 §3.2.3); None when it is none."""
    if len(data) > LONGEST:
        return None
    try:
        (event,) = Calendar.from_ical(data).walk("VEVENT")
        (attendee,) = _listed(event.get("ATTENDEE"))
        return CalendarAnswer(
            uid=str(event["UID"])[:255],
            attendee=normalise(unquote(str(attendee).strip()[len("mailto:") :])),
            answer=str(attendee.params["PARTSTAT"]).lower()[:20],
            sequence=_sequence(event),
            stamp=_stamp(event),
        )
    except Exception:  # noqa: BLE001  # strangers write these bytes: whatever they break is theirs
        return None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _sequence(event: Component) -> int | None:
    return int(str(event["SEQUENCE"])) if "SEQUENCE" in event else None


def _stamp(event: Component) -> datetime | None:
    stamp = event.decoded("DTSTAMP", None)
    return aware(stamp) if isinstance(stamp, datetime) and stamp.tzinfo else None
