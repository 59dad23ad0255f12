"""A meeting as a calendar's event (RFC 5545), and calendars around events. Nothing but values."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from icalendar import Calendar, Event, vCalAddress

from core.clock import PARIS, aware
from digest.seminars.calendars.timezone import TZID, paris

PRODID = "-//Relais//Rencontres//FR"

REFRESH = timedelta(hours=4)
"""How often whoever follows a calendar is asked to look at it again."""

Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]
Method = Literal["PUBLISH", "REQUEST", "CANCEL"]


@dataclass(frozen=True)
class Organiser:
    """Who calls a meeting: a mailbox that is read, and its name."""

    email: str
    name: str


@dataclass(frozen=True)
class Meeting:
    """What a calendar is told of a meeting; instants are aware.

    `sequence` rises with each change that people are told, `changed_at` with any change. `status`
    is None where RFC 5546 wants none. `busy` says whether the time is taken. `organiser` is for
    what is sent to people or published as one meeting, not for a calendar that is followed.
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    created_at: datetime
    summary: str
    location: str
    description: str
    category: str
    url: str
    status: Status | None = "CONFIRMED"
    busy: bool = True
    organiser: Organiser | None = None


@dataclass(frozen=True)
class Followed:
    """What a calendar that people follow says of itself."""

    name: str
    url: str


def calendar(
    meetings: Iterable[Meeting], *, method: Method | None = None, followed: Followed | None = None
) -> str:
    """Return a calendar: the same meetings give the same text, whose lines end with CRLF."""
    whole = Calendar()
    whole.add("PRODID", PRODID)
    whole.add("VERSION", "2.0")
    whole.add("CALSCALE", "GREGORIAN")
    if method:
        whole.add("METHOD", method)
    if followed:
        _follow(whole, followed)
    whole.add_component(paris())
    for meeting in meetings:
        whole.add_component(_event(meeting))
    return bytes(whole.to_ical()).decode()


def stamp_line(meeting: Meeting) -> str:
    """Return the line of a calendar that says of when it is."""
    return f"DTSTAMP:{aware(meeting.changed_at):%Y%m%dT%H%M%SZ}\r\n"


def _follow(whole: Calendar, followed: Followed) -> None:
    """Say its name and how often to look, in the old way and in that of RFC 7986."""
    whole.add("NAME", _clean(followed.name))
    whole.add("X-WR-CALNAME", _clean(followed.name))
    whole.add("X-WR-TIMEZONE", TZID)
    whole.add("SOURCE", followed.url, {"VALUE": "URI"})
    whole.add("REFRESH-INTERVAL", REFRESH, {"VALUE": "DURATION"})
    whole.add("X-PUBLISHED-TTL", f"PT{REFRESH.total_seconds() // 3600:.0f}H")


def _event(meeting: Meeting) -> Event:
    event = Event()
    event.add("UID", meeting.uid)
    event.add("SEQUENCE", meeting.sequence)
    event.add("DTSTAMP", meeting.changed_at)
    event.add("LAST-MODIFIED", meeting.changed_at)
    event.add("CREATED", meeting.created_at)
    starts_at, ends_at = _hours(meeting.starts_at, meeting.ends_at)
    event.add("DTSTART", starts_at)
    event.add("DTEND", ends_at)
    event.add("SUMMARY", _clean(meeting.summary))
    event.add("LOCATION", _clean(meeting.location))
    event.add("DESCRIPTION", _clean(meeting.description))
    event.add("CATEGORIES", [_clean(meeting.category)])
    event.add("URL", meeting.url)
    event.add("CLASS", "PUBLIC")
    event.add("TRANSP", "OPAQUE" if meeting.busy else "TRANSPARENT")
    if meeting.status:
        event.add("STATUS", meeting.status)
    if meeting.organiser:
        event.add("ORGANIZER", _organiser(meeting.organiser))
    return event


def _organiser(organiser: Organiser) -> vCalAddress:
    parameters: dict[str, Any] = {"CN": _clean(organiser.name)} if organiser.name else {}
    return vCalAddress(f"mailto:{organiser.email}", params=parameters)


def _hours(starts_at: datetime, ends_at: datetime) -> tuple[datetime, datetime]:
    """Return the hours in Paris; in UTC when one is in the hour that comes twice in October."""
    hours = starts_at.astimezone(PARIS), ends_at.astimezone(PARIS)
    if any(hour.fold for hour in hours):  # RFC 5545 §3.3.5: a local time means the first of the two
        return aware(starts_at), aware(ends_at)
    return hours


def _clean(text: str) -> str:
    r"""Take out what RFC 5545 does not let in a text, and keep `\N` from becoming a line break."""
    lines = re.sub(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]", "\n", text)
    kept = re.sub(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]", "", lines)
    return kept.replace("\\N", "\\\u2060N")
