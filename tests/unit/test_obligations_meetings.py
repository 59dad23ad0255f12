"""What the animators are told of a meeting by itself: what is missing, when, until when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import PARIS
from digest.seminars.decide import Kind
from digest.seminars.obligations.rules import (
    Delays,
    Meeting,
    Notice,
    due_now,
    minutes_due,
    notices,
)
from digest.seminars.reminding.working_days import is_working_day

DELAYS = Delays(programme=21, documents=7, minutes=15, hour=9)


def paris(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=PARIS)  # type: ignore[misc,arg-type]


BARE = Meeting(
    id=4,
    kind=Kind.SEMINAR,
    starts_at=paris(2027, 3, 18, 9, 30),
    ends_at=paris(2027, 3, 19, 17),
    published_at=paris(2027, 1, 4, 10),
)
COMMITTEE = replace(BARE, kind=Kind.STEERING)


def said(meeting: Meeting, delays: Delays = DELAYS) -> dict[str, str]:
    return {
        one.notice: f"{one.due_at.astimezone(PARIS):%a %d/%m %H:%M}"
        for one in notices(meeting, delays)
    }


def now_said(meeting: Meeting, now: datetime) -> list[Notice]:
    return [one.notice for one in due_now(meeting, DELAYS, now)]


def test_a_bare_seminar_is_spoken_of_at_j_21_j_7_the_morning_after_and_j_15() -> None:
    assert said(BARE) == {
        Notice.PROGRAMME: "Thu 25/02 09:00",
        Notice.DOCUMENTS: "Thu 11/03 09:00",
        Notice.ENDED: "Mon 22/03 09:00",
        Notice.MINUTES: "Fri 02/04 09:00",  # the 3rd is a Saturday
    }


def test_a_committee_owes_a_report_a_week_before() -> None:
    found = said(COMMITTEE)
    assert found[Notice.REPORT_SOON] == "Thu 04/03 09:00"
    assert found[Notice.REPORT] == "Thu 11/03 09:00"
    assert Notice.REPORT not in said(replace(COMMITTEE, has_report=True))
    assert Notice.REPORT in said(replace(BARE, kind=Kind.TECHNICAL))
    assert Notice.REPORT not in said(replace(BARE, kind=Kind.WORKSHOP))


def test_what_is_there_already_is_not_spoken_of() -> None:
    assert Notice.PROGRAMME not in said(replace(BARE, has_programme=True))
    assert Notice.DOCUMENTS not in said(replace(BARE, has_documents=True))
    assert Notice.MINUTES not in said(replace(BARE, has_minutes=True))
    whole = replace(
        COMMITTEE, has_programme=True, has_documents=True, has_report=True, has_scan=True,
        has_minutes=True,
    )  # fmt: skip
    assert said(whole) == {}


def test_the_sheet_is_still_wanted_when_the_minutes_are_done_and_the_other_way_round() -> None:
    assert Notice.ENDED in said(replace(BARE, has_minutes=True))
    assert Notice.ENDED in said(replace(BARE, has_scan=True))


def test_published_late_the_notice_waits_for_the_next_morning_at_work() -> None:
    late = replace(BARE, published_at=paris(2027, 3, 5, 18))  # a Friday evening
    assert said(late)[Notice.PROGRAMME] == "Mon 08/03 09:00"
    assert said(late)[Notice.DOCUMENTS] == "Thu 11/03 09:00"
    the_evening_before = replace(BARE, published_at=paris(2027, 3, 17, 18))
    assert said(the_evening_before)[Notice.PROGRAMME] == "Thu 18/03 09:00"
    that_very_morning = replace(BARE, published_at=paris(2027, 3, 18, 9))
    assert Notice.PROGRAMME not in said(that_very_morning)


def test_minutes_that_are_due_at_once_leave_one_notice() -> None:
    found = said(BARE, replace(DELAYS, minutes=1))
    assert Notice.ENDED not in found
    assert found[Notice.MINUTES] == "Mon 22/03 09:00"


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        (paris(2027, 2, 25, 8, 59), []),
        (paris(2027, 2, 25, 9), [Notice.PROGRAMME]),
        (paris(2027, 3, 13, 12), []),  # a Saturday: when the animators are at work
        (paris(2027, 3, 15, 12), [Notice.PROGRAMME, Notice.DOCUMENTS]),
        (paris(2027, 3, 18, 9, 30), []),
        (paris(2027, 3, 24, 12), [Notice.ENDED]),
        (paris(2027, 4, 6, 12), [Notice.MINUTES]),
        (paris(2027, 8, 2, 12), []),
    ],
)
def test_after_a_silence_only_what_is_still_of_use_is_said(
    now: datetime, wanted: list[Notice]
) -> None:
    assert now_said(BARE, now) == wanted


def test_the_second_notice_of_a_report_replaces_the_first() -> None:
    assert Notice.REPORT_SOON in now_said(COMMITTEE, paris(2027, 3, 10, 12))
    assert Notice.REPORT in now_said(COMMITTEE, paris(2027, 3, 12, 12))
    assert Notice.REPORT_SOON not in now_said(COMMITTEE, paris(2027, 3, 12, 12))


@given(
    start=st.timedeltas(timedelta(0), timedelta(days=12_000)),
    hours=st.integers(1, 72),
    before=st.integers(0, 2000),
    delays=st.builds(
        Delays, st.integers(0, 60), st.integers(0, 60), st.integers(1, 60), st.integers(0, 23)
    ),
    kind=st.sampled_from(Kind),
)
def test_every_notice_is_of_use_for_a_while_on_a_working_day_on_its_side_of_the_meeting(
    start: timedelta, hours: int, before: int, delays: Delays, kind: Kind
) -> None:
    starts_at = datetime(2024, 1, 1, tzinfo=UTC) + start
    meeting = Meeting(
        4, kind, starts_at, starts_at + timedelta(hours=hours), starts_at - timedelta(hours=before)
    )
    for one in notices(meeting, delays):
        assert one.due_at < one.until
        assert is_working_day(one.due_at.astimezone(PARIS).date())
        assert one.due_at.astimezone(PARIS).hour == delays.hour or delays.hour in {1, 2}
        assert one.due_at >= meeting.published_at
        after = one.notice in {Notice.ENDED, Notice.MINUTES}
        assert one.due_at > meeting.ends_at if after else one.until <= meeting.starts_at
    assert minutes_due(meeting, delays) > meeting.ends_at
