"""When territories are reminded of calls, and who stands in for whom."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import PARIS
from watch.alerts.rules import (
    Reminder,
    Rhythm,
    Slot,
    closings,
    days_left,
    due_instant,
    ends_a_day,
    first_plan,
    is_followed,
    pair,
    plan,
    read_slot,
    reminders,
    stand_in,
)
from watch.understanding.records import DateKind, TypedDate

RHYTHM = Rhythm((30, 7), 9)
CLOSING = datetime(2026, 12, 24, 22, 59, tzinfo=UTC)
"""The 24 December at 23:59 in Paris."""

J30 = datetime(2026, 11, 24, 8, tzinfo=UTC)
J7 = datetime(2026, 12, 17, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def typed(at: datetime | None, kind: DateKind = "closing") -> TypedDate:
    return TypedDate(kind, at, "jusqu’au…")


def days(found: tuple[Reminder, ...]) -> list[int]:
    return [each.days for each in found]


def test_reminders_leave_thirty_and_seven_days_before_at_nine_in_paris() -> None:
    found = reminders([CLOSING], RHYTHM)
    assert [each.due_at for each in found] == [J30, J7]
    assert [each.name for each in found] == ["2026-12-24/J-30", "2026-12-24/J-7"]


def test_no_reminder_is_planned_once_the_call_is_closed() -> None:
    early = datetime(2026, 12, 24, 7, tzinfo=UTC)
    assert reminders([early], Rhythm((0,), 9)) == ()
    assert days(reminders([early], Rhythm((0, 1), 7))) == [1, 0]


@pytest.mark.parametrize(
    ("closing", "hour", "due"),
    [
        ("2027-04-04T21:59+00:00", 9, "2027-03-28T07:00+00:00"),  # summer time since that night
        ("2027-04-04T21:59+00:00", 2, "2027-03-28T01:00+00:00"),  # 2:00 does not exist: 3:00
        ("2026-11-01T22:59+00:00", 2, "2026-10-25T00:00+00:00"),  # 2:00 exists twice: the first
        ("2026-11-01T22:59+00:00", 9, "2026-10-25T08:00+00:00"),
    ],
)
def test_the_nights_when_clocks_change_move_nothing(closing: str, hour: int, due: str) -> None:
    found = due_instant(datetime.fromisoformat(closing), 7, hour)
    assert found == datetime.fromisoformat(due)


def test_each_closing_to_come_counts_once_a_day() -> None:
    now = CLOSING - 60 * DAY
    second = CLOSING + 90 * DAY
    dates = (
        typed(CLOSING, "round"),
        typed(second, "round"),
        typed(CLOSING - 2 * HOUR, "registration"),
        typed(now - DAY),
        typed(now + DAY, "training"),
        typed(None, "open_ended"),
    )
    assert closings(dates, None, now) == (CLOSING - 2 * HOUR, second)
    assert closings(dates, None, CLOSING) == (second,), "at the very instant it is closed"


def test_an_extension_replaces_the_closing_date() -> None:
    later = CLOSING + 20 * DAY
    found = closings((typed(CLOSING), typed(later, "extension")), CLOSING, CLOSING - 40 * DAY)
    assert found == (later,)


def test_the_date_that_was_read_serves_when_there_is_no_other() -> None:
    assert closings((), CLOSING, CLOSING - DAY) == (CLOSING,)
    assert closings((), CLOSING, CLOSING) == ()
    assert closings((), None, CLOSING) == ()
    assert closings((typed(None, "open_ended"),), CLOSING, CLOSING - DAY) == ()


def test_who_says_it_in_time_gets_both_reminders() -> None:
    found = first_plan([CLOSING], RHYTHM, J30 - DAY)
    assert (days(found.coming), days(found.missed), found.next_at) == ([30, 7], [], J30)
    assert found.passed == ()


def test_what_is_past_when_they_say_it_does_not_come() -> None:
    found = first_plan([CLOSING], RHYTHM, J30 + DAY)
    assert (days(found.coming), days(found.missed), found.next_at) == ([7], [30], J7)
    assert plan([CLOSING], RHYTHM, found.passed, J30 + 2 * DAY).send == ()
    assert days(plan([CLOSING], RHYTHM, found.passed, J7).send) == [7]


def test_a_call_that_closes_too_soon_has_no_reminder() -> None:
    found = first_plan([CLOSING], RHYTHM, J7)
    assert (found.coming, days(found.missed), found.next_at) == ((), [30, 7], None)


def test_a_reminder_leaves_once() -> None:
    first = plan([CLOSING], RHYTHM, (), J30)
    assert (days(first.send), first.next_at) == ([30], J7)
    again = plan([CLOSING], RHYTHM, first.passed, J30 + HOUR)
    assert (again.send, again.passed) == ((), first.passed)


def test_after_a_stop_the_latest_alone_leaves() -> None:
    late = plan([CLOSING], RHYTHM, (), J7 + 2 * DAY)
    assert (days(late.send), days(late.missed), late.next_at) == ([7], [30], None)
    assert plan([CLOSING], RHYTHM, late.passed, J7 + 3 * DAY).send == ()


def test_another_closing_date_makes_new_reminders() -> None:
    sent = plan([CLOSING], RHYTHM, (), J7)
    later = plan([CLOSING + 20 * DAY], RHYTHM, sent.passed, J7 + DAY)
    assert (days(later.send), later.next_at) == ([30], J7 + 20 * DAY)
    sooner = plan([J7 + 3 * DAY], RHYTHM, sent.passed, J7 + DAY)
    assert days(sooner.send) == [7]


def test_each_releve_has_its_reminders() -> None:
    both = [CLOSING, CLOSING + 90 * DAY]
    assert days(plan(both, RHYTHM, (), J7 - HOUR).coming) == [7, 30, 7]


@given(
    said=st.integers(0, 80),
    looks=st.lists(st.integers(0, 80 * 24), max_size=20),
    offsets=st.sets(st.integers(0, 60), max_size=4),
    hour=st.integers(0, 23),
)
def test_whenever_one_looks_each_leaves_once_late_never_after_the_closing(
    said: int, looks: list[int], offsets: set[int], hour: int
) -> None:
    rhythm = Rhythm(tuple(offsets), hour)
    begins = CLOSING - 70 * DAY + said * DAY
    coming = [CLOSING] if begins < CLOSING else []
    first = first_plan(coming, rhythm, begins)
    passed, sent = first.passed, list[str]()
    for look in sorted(looks):
        now = begins + look * HOUR
        found = plan([at for at in coming if at > now], rhythm, passed, now)
        assert set(passed) <= set(found.passed)
        assert all(each.due_at <= now < each.closing for each in found.send)
        assert len(found.send) <= 1
        sent += [each.name for each in found.send]
        passed = found.passed
        assert found.next_at is None or found.next_at > now
    assert len(sent) == len(set(sent))
    assert not set(sent) & {each.name for each in first.missed}


def test_days_left_are_those_of_the_calendar() -> None:
    assert days_left(CLOSING, J7) == 7
    assert days_left(CLOSING, datetime(2026, 12, 23, 22, 59, tzinfo=UTC)) == 1
    assert days_left(CLOSING, datetime(2026, 12, 23, 23, 1, tzinfo=UTC)) == 0


def test_a_date_without_an_hour_stands_for_a_whole_day() -> None:
    assert ends_a_day(datetime(2026, 12, 24, 23, 59, 59, tzinfo=PARIS))
    assert not ends_a_day(datetime(2026, 12, 24, 16, tzinfo=PARIS))


def test_who_has_left_is_stood_in_for_by_who_is_there() -> None:
    successors = {1: 2, 2: 3, 3: None, 4: 5, 5: 4}
    assert stand_in(1, {1, 2, 3}, successors) == 1
    assert stand_in(1, {3}, successors) == 3
    assert stand_in(1, set(), successors) is None
    assert stand_in(4, {1}, successors) is None, "they stand in for each other"


def test_what_was_dropped_is_not_followed_any_more() -> None:
    assert [is_followed(each) for each in ("waiting", "kept", "dropped", "forgotten")] == [
        True,
        True,
        False,
        False,
    ]


def test_slots_are_read_back_and_forged_ones_refused() -> None:
    slot = Slot(12, 3, 7, date(2026, 12, 24))
    assert str(slot) == "story:12/territory:3/J-7/2026-12-24"
    assert read_slot(str(slot)) == slot
    with pytest.raises(ValueError, match="not the slot"):
        read_slot("story:12")
    assert (pair("12-3"), pair("12"), pair("12-x")) == ((12, 3), None, None)
