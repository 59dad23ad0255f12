"""When reminders are due, and what becomes of them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import PARIS
from digest.seminars.decide import (
    Announced,
    Registered,
    State,
    Verdict,
    What,
    concerned,
    due_instant,
    is_open,
    judge,
    may_cancel,
    may_publish,
    reminders,
)

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
"""Friday 12 March 2027, 9 h 30 in Paris."""

WEEK = Announced(What.REMINDER, "J-7", datetime(2027, 3, 5, 8, tzinfo=UTC))
EVE = Announced(What.REMINDER, "J-1", datetime(2027, 3, 11, 8, tzinfo=UTC))
BOTH = (WEEK, EVE)

instants = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001  # hypothesis wants naive bounds
    max_value=datetime(2040, 1, 1),  # noqa: DTZ001  # the same
    timezones=st.just(UTC),
)


def test_a_reminder_is_due_at_its_hour_in_paris_so_many_days_before() -> None:
    assert due_instant(STARTS_AT, 7, 9) == datetime(2027, 3, 5, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("starts_at", "due"),
    [
        # clocks go forward on Sunday 28 March 2027, back on Sunday 31 October 2027
        (datetime(2027, 4, 1, 7, tzinfo=UTC), datetime(2027, 3, 25, 8, tzinfo=UTC)),
        (datetime(2027, 11, 4, 8, tzinfo=UTC), datetime(2027, 10, 28, 7, tzinfo=UTC)),
    ],
)
def test_both_summer_time_nights_keep_the_hour_that_people_read(
    starts_at: datetime, due: datetime
) -> None:
    assert due_instant(starts_at, 7, 9) == due
    assert due.astimezone(PARIS).hour == 9


def test_an_hour_that_does_not_exist_gives_the_instant_after_it() -> None:
    due = due_instant(datetime(2027, 4, 4, 8, tzinfo=UTC), 7, 2)
    assert due.astimezone(PARIS).isoformat() == "2027-03-28T03:00:00+02:00"


def test_an_hour_that_exists_twice_gives_the_first() -> None:
    due = due_instant(datetime(2027, 11, 7, 8, tzinfo=UTC), 7, 2)
    assert due.astimezone(PARIS).isoformat() == "2027-10-31T02:00:00+02:00"


def test_the_day_is_that_of_paris_even_around_midnight() -> None:
    half_past_midnight = datetime(2027, 6, 10, 22, 30, tzinfo=UTC)
    assert due_instant(half_past_midnight, 1, 9) == datetime(2027, 6, 10, 7, tzinfo=UTC)


@given(instants, st.integers(0, 60), st.integers(4, 23))
def test_a_due_instant_reads_as_its_hour_and_day(starts_at: datetime, days: int, hour: int) -> None:
    due = due_instant(starts_at, days, hour).astimezone(PARIS)
    assert (due.hour, due.minute) == (hour, 0)
    assert (starts_at.astimezone(PARIS).date() - due.date()).days == days


def test_reminders_are_planned_in_order_and_once_each() -> None:
    planned = reminders(STARTS_AT, [1, 7, 7], 9, STARTS_AT - timedelta(days=30))
    assert planned == BOTH


def test_what_would_be_due_already_is_not_planned() -> None:
    assert reminders(STARTS_AT, [7, 1], 9, STARTS_AT - timedelta(days=3)) == (EVE,)
    assert reminders(STARTS_AT, [7, 1], 9, WEEK.due_at) == (EVE,)


def test_a_reminder_after_the_beginning_is_not_planned() -> None:
    assert reminders(STARTS_AT, [0], 10, STARTS_AT - timedelta(days=3)) == ()
    (same_day,) = reminders(STARTS_AT, [0], 8, STARTS_AT - timedelta(days=3))
    assert same_day.name == "J-0"


@given(instants, st.lists(st.integers(0, 90)), st.integers(0, 23), instants)
def test_every_planned_reminder_is_ahead_of_now_and_before_the_seminar(
    starts_at: datetime, days: list[int], hour: int, now: datetime
) -> None:
    planned = reminders(starts_at, days, hour, now)
    assert all(now < one.due_at < starts_at for one in planned)
    assert list(planned) == sorted(planned, key=lambda one: one.due_at)
    assert len({one.name for one in planned}) == len(planned)


@pytest.mark.parametrize(
    ("now", "week", "eve"),
    [
        (WEEK.due_at - timedelta(seconds=1), Verdict.WAIT, Verdict.WAIT),
        (WEEK.due_at, Verdict.POST, Verdict.WAIT),
        (EVE.due_at - timedelta(seconds=1), Verdict.POST, Verdict.WAIT),
        (EVE.due_at, Verdict.OVERTAKEN, Verdict.POST),
        (STARTS_AT - timedelta(seconds=1), Verdict.OVERTAKEN, Verdict.POST),
        (STARTS_AT, Verdict.BEGUN, Verdict.BEGUN),
    ],
)
def test_a_reminder_waits_leaves_is_overtaken_or_comes_too_late(
    now: datetime, week: Verdict, eve: Verdict
) -> None:
    assert judge(WEEK, BOTH, STARTS_AT, now) is week
    assert judge(EVE, BOTH, STARTS_AT, now) is eve


def test_an_update_is_overtaken_by_no_reminder_but_useless_once_begun() -> None:
    update = Announced(What.UPDATE, "moved", WEEK.due_at)
    assert judge(update, (update, EVE), STARTS_AT, EVE.due_at) is Verdict.POST
    assert judge(update, (update,), STARTS_AT, STARTS_AT) is Verdict.BEGUN


def test_an_update_overtakes_no_reminder() -> None:
    update = Announced(What.UPDATE, "moved", WEEK.due_at + timedelta(hours=1))
    assert judge(WEEK, (WEEK, update), STARTS_AT, EVE.due_at - timedelta(hours=1)) is Verdict.POST


def test_a_cancellation_always_leaves_once_due() -> None:
    cancellation = Announced(What.CANCELLATION, "cancelled", WEEK.due_at)
    late = STARTS_AT + timedelta(days=1)
    assert judge(cancellation, (cancellation,), STARTS_AT, late) is Verdict.POST
    early = WEEK.due_at - timedelta(seconds=1)
    assert judge(cancellation, (cancellation,), STARTS_AT, early) is Verdict.WAIT


@given(st.lists(st.integers(0, 60), unique=True), instants, instants)
def test_at_any_instant_at_most_one_reminder_leaves(
    days: list[int], starts_at: datetime, now: datetime
) -> None:
    planned = reminders(starts_at, days, 9, datetime(2000, 1, 1, tzinfo=UTC))
    verdicts = [judge(one, planned, starts_at, now) for one in planned]
    assert verdicts.count(Verdict.POST) <= 1
    if planned and planned[0].due_at <= now < starts_at:
        assert Verdict.POST in verdicts


def test_who_registered_after_a_reminder_was_due_does_not_get_it() -> None:
    early = Registered(1, "person:1", WEEK.due_at)
    late = Registered(2, "person:2", WEEK.due_at + timedelta(seconds=1))
    assert concerned([early, late], What.REMINDER, WEEK.due_at) == (early,)
    assert concerned([early, late], What.REMINDER, EVE.due_at) == (early, late)


@pytest.mark.parametrize("what", [What.UPDATE, What.CANCELLATION])
def test_a_change_is_told_to_all_even_when_clocks_disagree(what: What) -> None:
    said_at = WEEK.due_at
    later_by_another_clock = Registered(1, "person:1", said_at + timedelta(seconds=3))
    assert concerned([later_by_another_clock], what, said_at) == (later_by_another_clock,)


def test_what_a_seminar_allows_by_its_state_and_date() -> None:
    before, after = STARTS_AT - timedelta(days=1), STARTS_AT
    assert may_publish(State.DRAFT, STARTS_AT, before)
    assert not may_publish(State.DRAFT, STARTS_AT, after)
    assert not may_publish(State.PUBLISHED, STARTS_AT, before)
    assert may_cancel(State.DRAFT)
    assert may_cancel(State.PUBLISHED)
    assert not may_cancel(State.CANCELLED)
    assert is_open(State.PUBLISHED, STARTS_AT, before)
    assert not is_open(State.PUBLISHED, STARTS_AT, after)
    assert not is_open(State.DRAFT, STARTS_AT, before)
