"""The calendar that a mail about a seminar carries."""

from dataclasses import replace
from typing import Literal

from core.mail.compose import CalendarPart, placeholder
from core.mail.fill import ATTENDEE, STAMP
from core.parts import Parts
from digest.seminars.calendars.events import calendar, stamp_line
from digest.seminars.calendars.meetings import meeting, organiser
from digest.seminars.decide import State
from digest.seminars.models import Seminar


def calendar_part(
    parts: Parts,
    seminar: Seminar,
    method: Literal["REQUEST", "CANCEL"],
    *,
    registered: bool = False,
    language: str | None = None,
) -> CalendarPart:
    """Return what puts a seminar in the reader's calendar, changes it there or takes it out.

    `registered` is for who has a place: they get the video link, and are not asked again.
    Whoever the mail is sent to is its only attendee, and its stamp is when it leaves: so the same
    text serves everybody, and of two mails about one version the later one counts (RFC 5546
    §2.1.5). A CANCEL about a seminar that is held takes the reader out of it.
    """
    told = meeting(parts, seminar, language=language, inside=registered and method == "REQUEST")
    if method == "CANCEL" and seminar.state != State.CANCELLED:
        told = replace(told, status=None)  # RFC 5546 §3.2.5: the meeting itself is not cancelled
    told = replace(told, organiser=organiser(parts))
    stamp = stamp_line(told)
    text = calendar([told], method=method)
    own = f"DTSTAMP:{placeholder(STAMP)}\r\n" + _attendee(method, registered=registered)
    return CalendarPart(method, text.replace(f"\r\n{stamp}", f"\r\n{own}", 1))


def _attendee(method: Literal["REQUEST", "CANCEL"], *, registered: bool) -> str:
    """Return the line of who reads; its value continues it on a line of its own."""
    state = "ACCEPTED" if registered else "NEEDS-ACTION"
    asked = f";PARTSTAT={state};RSVP=TRUE" if method == "REQUEST" else ""
    return f"ATTENDEE;ROLE=REQ-PARTICIPANT{asked}:\r\n {placeholder(ATTENDEE)}\r\n"
