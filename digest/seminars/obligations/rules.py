"""What the animators are told about a meeting of theirs, and when. Decisions only."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import PARIS
from digest.seminars.decide import Kind, is_committee
from digest.seminars.obligations.decide import at_hour, when_at_work
from digest.seminars.reminding.working_days import next_working_day, working_day_before

REPORT_DAYS = 7
"""A committee's report is due to the client a week before (the contract)."""

REPORT_SOON_DAYS = 14

STILL_NEWS = timedelta(days=60)
"""How long it is worth saying that minutes are late: not for meetings of before Relais."""


class Notice(enum.StrEnum):
    """What is missing."""

    PROGRAMME = "programme"
    DOCUMENTS = "documents"
    REPORT_SOON = "report_soon"
    REPORT = "report"
    ENDED = "ended"
    MINUTES = "minutes"


@dataclass(frozen=True)
class Meeting:
    """A published meeting, and what it has already.

    `has_documents`: something that people are sent or can read beside its programme.
    """

    id: int
    kind: Kind
    starts_at: datetime
    ends_at: datetime
    published_at: datetime
    has_programme: bool = False
    has_documents: bool = False
    has_report: bool = False
    has_scan: bool = False
    has_minutes: bool = False


@dataclass(frozen=True)
class Delays:
    """In days: before the first half-day, and after the last; `hour` is that of Paris."""

    programme: int
    documents: int
    minutes: int
    hour: int


@dataclass(frozen=True)
class Due:
    """A notice to be told from `due_at`, and of no use any more from `until` on."""

    notice: Notice
    due_at: datetime
    until: datetime


def notices(meeting: Meeting, delays: Delays) -> Sequence[Due]:
    """Return what is to be said of a meeting as it stands: nothing of what it has already.

    Each on a working day, at the hour: the working day before, or the one after for what follows
    the meeting. What would have been due before the meeting was published is said the next morning
    at work, unless it is of no use by then.
    """
    before = meeting.starts_at
    report = _before(meeting, delays, REPORT_DAYS)
    ended, minutes = _ended_at(meeting, delays), minutes_due(meeting, delays)
    wanted = (
        (not meeting.has_programme, Notice.PROGRAMME, _before(meeting, delays, delays.programme),
         before),
        (not meeting.has_documents, Notice.DOCUMENTS, _before(meeting, delays, delays.documents),
         before),
        (_owes_a_report(meeting), Notice.REPORT_SOON, _before(meeting, delays, REPORT_SOON_DAYS),
         report),
        (_owes_a_report(meeting), Notice.REPORT, report, before),
        (not (meeting.has_minutes and meeting.has_scan), Notice.ENDED, ended, minutes),
        (not meeting.has_minutes, Notice.MINUTES, minutes, minutes + STILL_NEWS),
    )  # fmt: skip
    return [
        Due(notice, due_at, until)
        for missing, notice, due_at, until in wanted
        if missing and due_at < until
    ]


def due_now(meeting: Meeting, delays: Delays, now: datetime) -> Sequence[Due]:
    """Return what is to be said at `now`, when the animators are at work."""
    if when_at_work(now, delays.hour) > now:
        return []
    return [one for one in notices(meeting, delays) if one.due_at <= now < one.until]


def minutes_due(meeting: Meeting, delays: Delays) -> datetime:
    """Return when the minutes are due: so many days after, on a working day.

    The working day before, and never before the first notice that follows the meeting.
    """
    day = meeting.ends_at.astimezone(PARIS).date() + timedelta(days=delays.minutes)
    return max(at_hour(working_day_before(day), delays.hour), _ended_at(meeting, delays))


def _before(meeting: Meeting, delays: Delays, days: int) -> datetime:
    day = meeting.starts_at.astimezone(PARIS).date() - timedelta(days=days)
    due = at_hour(working_day_before(day), delays.hour)
    if due >= meeting.published_at:
        return due
    published = meeting.published_at.astimezone(PARIS).date()
    return at_hour(next_working_day(published), delays.hour)


def _ended_at(meeting: Meeting, delays: Delays) -> datetime:
    """Return the first hour at work after the end: that evening's is not one."""
    return at_hour(next_working_day(meeting.ends_at.astimezone(PARIS).date()), delays.hour)


def _owes_a_report(meeting: Meeting) -> bool:
    return is_committee(meeting.kind) and not meeting.has_report
