"""When things are said of a meeting, what becomes of them, and whom they are for."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import PARIS
from core.ledger.rules import State
from digest.seminars.reminding.decide import (
    Announced,
    Concerned,
    Refusal,
    Told,
    Verdict,
    What,
    chase_name,
    chase_refusal,
    concerned,
    due_instant,
    is_news,
    is_short,
    judge,
    offsets,
    opening,
    states_of,
)
from digest.seminars.reminding.working_days import (
    is_working_day,
    next_working_day,
    working_day_before,
)
from digest.seminars.rules import RegistrationState

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
"""Friday 12 March 2027, 9 h 30 in Paris."""

WEEK = Announced(What.REMINDER, "J-7", datetime(2027, 3, 5, 8, tzinfo=UTC))
EVE = Announced(What.REMINDER, "J-1", datetime(2027, 3, 11, 8, tzinfo=UTC))
CHASE = Announced(What.CHASE, "J-30/relance", datetime(2027, 2, 10, 8, tzinfo=UTC))
BOTH = (WEEK, EVE)
MONDAY = datetime(2027, 3, 15, 8, 30, tzinfo=UTC)

instants = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001  # hypothesis wants naive bounds
    max_value=datetime(2040, 1, 1),  # noqa: DTZ001  # the same
    timezones=st.just(UTC),
)


def reminders(
    starts_at: datetime, days: list[int], hour: int, now: datetime
) -> tuple[Announced, ...]:
    return offsets(What.REMINDER, starts_at, days, hour, now)


def paris(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=PARIS)


def test_a_reminder_is_due_at_its_hour_in_paris_so_many_days_before() -> None:
    assert due_instant(STARTS_AT, 7, 9) == datetime(2027, 3, 5, 8, tzinfo=UTC)


def test_the_eve_of_a_monday_is_the_friday_before() -> None:
    assert due_instant(MONDAY, 1, 9) == paris(12, 9)
    assert due_instant(MONDAY, 2, 9) == paris(12, 9)


def test_the_eve_of_easter_tuesday_is_the_thursday_before_or_the_friday() -> None:
    tuesday = datetime(2027, 3, 30, 7, tzinfo=UTC)  # Easter Monday is a public holiday
    assert due_instant(tuesday, 1, 9) == paris(26, 9)


def test_the_eve_of_a_monday_after_the_first_of_may_is_the_thursday_before() -> None:
    monday = datetime(2026, 5, 4, 9, tzinfo=PARIS)
    assert due_instant(monday, 1, 9) == datetime(2026, 4, 30, 9, tzinfo=PARIS)


def test_the_day_after_christmas_holidays_goes_back_over_all_of_them() -> None:
    monday = datetime(2027, 12, 27, 8, tzinfo=UTC)  # Christmas is the Saturday before
    assert due_instant(monday, 1, 9) == datetime(2027, 12, 24, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        (date(2027, 3, 12), date(2027, 3, 12), date(2027, 3, 15)),
        (date(2027, 3, 13), date(2027, 3, 12), date(2027, 3, 15)),
        (date(2027, 3, 14), date(2027, 3, 12), date(2027, 3, 15)),
        (date(2027, 3, 29), date(2027, 3, 26), date(2027, 3, 30)),  # Easter Monday
        (date(2027, 5, 6), date(2027, 5, 5), date(2027, 5, 7)),  # Ascension
        (date(2027, 1, 1), date(2026, 12, 31), date(2027, 1, 4)),
        (date(2028, 2, 29), date(2028, 2, 29), date(2028, 3, 1)),
    ],
)
def test_days_off_are_week_ends_and_public_holidays(day: date, before: date, after: date) -> None:
    assert working_day_before(day) == before
    assert next_working_day(day) == after


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_a_working_day_before_is_one_and_never_after(day: date) -> None:
    found = working_day_before(day)
    assert is_working_day(found)
    assert timedelta(0) <= day - found <= timedelta(days=4)
    assert (found == day) == is_working_day(day)


@pytest.mark.parametrize(
    ("starts_at", "due"),
    [
        # clocks go forward on Sunday 28 March 2027, back on Sunday 31 October 2027
        (datetime(2027, 4, 1, 7, tzinfo=UTC), datetime(2027, 3, 25, 8, tzinfo=UTC)),
        (datetime(2027, 11, 4, 8, tzinfo=UTC), datetime(2027, 10, 28, 7, tzinfo=UTC)),
        # the eve of the Mondays after those nights is the Friday before them
        (datetime(2027, 11, 2, 8, tzinfo=UTC), datetime(2027, 10, 26, 7, tzinfo=UTC)),
    ],
)
def test_both_summer_time_nights_keep_the_hour_that_people_read(
    starts_at: datetime, due: datetime
) -> None:
    assert due_instant(starts_at, 7, 9) == due
    assert due.astimezone(PARIS).hour == 9


def test_a_meeting_in_the_very_night_of_the_change_has_its_eve_on_the_friday() -> None:
    assert due_instant(datetime(2027, 3, 28, 1, tzinfo=UTC), 1, 9) == paris(26, 9)
    assert due_instant(datetime(2027, 10, 31, 1, tzinfo=UTC), 1, 9) == paris(29, 9, month=10)


def test_the_day_is_that_of_paris_even_around_midnight() -> None:
    half_past_midnight = datetime(2027, 6, 10, 22, 30, tzinfo=UTC)
    assert due_instant(half_past_midnight, 1, 9) == datetime(2027, 6, 10, 7, tzinfo=UTC)


@given(instants, st.integers(0, 60), st.integers(0, 23))
def test_a_due_instant_reads_as_its_hour_on_a_working_day_at_most_days_before(
    starts_at: datetime, days: int, hour: int
) -> None:
    due = due_instant(starts_at, days, hour).astimezone(PARIS)
    assert (due.hour, due.minute) == (hour, 0)
    assert is_working_day(due.date())
    assert days <= (starts_at.astimezone(PARIS).date() - due.date()).days <= days + 4


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


def test_of_two_that_fall_on_one_working_day_only_the_later_is_planned() -> None:
    planned = reminders(MONDAY, [3, 2, 1], 9, MONDAY - timedelta(days=30))
    assert [one.name for one in planned] == ["J-1"]


def test_a_chase_and_a_reminder_of_one_day_are_for_different_people() -> None:
    assert CHASE in offsets(What.CHASE, STARTS_AT, [30], 9, STARTS_AT - timedelta(days=60))


@given(instants, st.lists(st.integers(0, 90)), st.integers(0, 23), instants)
def test_every_planned_reminder_is_ahead_of_now_and_before_the_seminar(
    starts_at: datetime, days: list[int], hour: int, now: datetime
) -> None:
    planned = reminders(starts_at, days, hour, now)
    assert all(now < one.due_at < starts_at for one in planned)
    assert list(planned) == sorted(planned, key=lambda one: one.due_at)
    assert len({one.due_at for one in planned}) == len(planned)


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


def test_two_that_were_put_off_to_one_instant_are_not_both_said() -> None:
    week = Announced(What.REMINDER, "J-7", EVE.due_at)
    assert judge(week, (week, EVE), STARTS_AT, EVE.due_at) is Verdict.OVERTAKEN
    assert judge(EVE, (week, EVE), STARTS_AT, EVE.due_at) is Verdict.POST


def test_a_chase_overtakes_no_reminder() -> None:
    late = Announced(What.CHASE, "relance-2027-03-05", EVE.due_at)
    assert judge(WEEK, (WEEK, late), STARTS_AT, EVE.due_at) is Verdict.POST


def test_an_update_is_overtaken_by_no_reminder_but_useless_once_begun() -> None:
    update = Announced(What.UPDATE, "moved", WEEK.due_at)
    assert judge(update, (update, EVE), STARTS_AT, EVE.due_at) is Verdict.POST
    assert judge(update, (update,), STARTS_AT, STARTS_AT) is Verdict.BEGUN


def test_an_update_overtakes_no_reminder() -> None:
    update = Announced(What.UPDATE, "moved", WEEK.due_at + timedelta(hours=1))
    assert judge(WEEK, (WEEK, update), STARTS_AT, EVE.due_at - timedelta(hours=1)) is Verdict.POST


@pytest.mark.parametrize("what", [What.CANCELLATION, What.THANKS])
def test_a_cancellation_and_thanks_always_leave_once_due(what: What) -> None:
    said = Announced(what, what.value, WEEK.due_at)
    late = STARTS_AT + timedelta(days=1)
    assert judge(said, (said,), STARTS_AT, late) is Verdict.POST
    early = WEEK.due_at - timedelta(seconds=1)
    assert judge(said, (said,), STARTS_AT, early) is Verdict.WAIT


@given(st.lists(st.integers(0, 60), unique=True), instants, instants)
def test_at_any_instant_at_most_one_reminder_leaves(
    days: list[int], starts_at: datetime, now: datetime
) -> None:
    planned = reminders(starts_at, days, 9, datetime(2000, 1, 1, tzinfo=UTC))
    verdicts = [judge(one, planned, starts_at, now) for one in planned]
    assert verdicts.count(Verdict.POST) <= 1
    if planned and planned[0].due_at <= now < starts_at:
        assert Verdict.POST in verdicts


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (paris(5, 9), paris(5, 9)),
        (paris(5, 18, 59), paris(5, 18, 59)),
        (paris(5, 8, 59), paris(5, 9)),
        (paris(4, 19), paris(5, 9)),
        (paris(5, 19), paris(8, 9)),
        (paris(6, 3), paris(8, 9)),
        (paris(7, 23), paris(8, 9)),
    ],
)
def test_what_is_late_waits_for_working_hours(now: datetime, opens: datetime) -> None:
    assert opening(9, STARTS_AT, now) == opens


@pytest.mark.parametrize("now", [paris(13, 3), paris(14, 23), paris(12, 20), paris(15, 6)], ids=str)
def test_when_the_next_working_day_is_that_of_the_meeting_nothing_waits(now: datetime) -> None:
    assert opening(9, MONDAY, now) == now


def test_the_last_hour_of_the_day_can_be_chosen() -> None:
    assert opening(23, STARTS_AT, paris(5, 23, 30)) == paris(5, 23, 30)
    assert opening(23, STARTS_AT, paris(5, 22)) == paris(5, 23)


@given(instants, instants, st.integers(0, 23))
def test_what_waits_leaves_in_working_hours_before_the_day_of_the_meeting(
    starts_at: datetime, now: datetime, hour: int
) -> None:
    opens = opening(hour, starts_at, now)
    assert opens >= now
    assert opening(hour, starts_at, opens) == opens
    if opens > now:
        here = opens.astimezone(PARIS)
        assert is_working_day(here.date())
        assert here.date() < starts_at.astimezone(PARIS).date()


def registered(identity: int, at: datetime) -> Concerned:
    state = RegistrationState.REGISTERED
    return Concerned(identity, f"person:{identity}", state, registered_at=at)


def invited(identity: int, at: datetime) -> Concerned:
    return Concerned(identity, f"person:{identity}", RegistrationState.INVITED, invited_at=at)


def test_who_registered_after_a_reminder_was_due_does_not_get_it() -> None:
    early, late = registered(1, WEEK.due_at), registered(2, WEEK.due_at + timedelta(seconds=1))
    assert concerned([early, late], WEEK, open_to_all=True) == (early,)
    assert concerned([early, late], EVE, open_to_all=True) == (early, late)


def test_who_was_invited_after_a_chase_was_due_is_not_chased() -> None:
    early, late = invited(1, CHASE.due_at), invited(2, CHASE.due_at + timedelta(seconds=1))
    assert concerned([early, late], CHASE, open_to_all=False) == (early,)


@pytest.mark.parametrize("what", [What.UPDATE, What.CANCELLATION])
def test_a_change_is_told_to_all_even_when_clocks_disagree(what: What) -> None:
    said_at = WEEK.due_at
    later_by_another_clock = registered(1, said_at + timedelta(seconds=3))
    said = Announced(what, "moved", said_at)
    assert concerned([later_by_another_clock], said, open_to_all=True) == (later_by_another_clock,)


@pytest.mark.parametrize(
    ("what", "name", "states"),
    [
        (What.INVITATION, "invitation", "invited"),
        (What.CHASE, "J-30/relance", "invited"),
        (What.REMINDER, "J-7", "registered"),
        (What.UPDATE, "programme", "invited registered waiting represented"),
        (What.UPDATE, "place+programme", "invited registered waiting represented"),
        (What.UPDATE, "moved", "invited registered waiting excused represented"),
        (What.UPDATE, "moved+place", "invited registered waiting excused represented"),
        (What.CANCELLATION, "cancelled", "invited registered waiting represented"),
        (What.THANKS, "merci", "invited registered waiting excused represented cancelled"),
    ],
)
def test_whom_each_announcement_is_for(what: What, name: str, states: str) -> None:
    then = CHASE.due_at
    everybody = [
        Concerned(number, f"person:{number}", state, then, then)
        for number, state in enumerate(RegistrationState)
    ]
    found = concerned(everybody, Announced(what, name, then), open_to_all=True)
    assert " ".join(one.state for one in found) == states
    assert states_of(what, name) == set(states.split())


@pytest.mark.parametrize(
    ("answered", "invited", "open_to_all", "told"),
    [
        (-1, True, False, True),
        (0, True, False, True),
        (1, True, True, False),  # that is the date that they declined
        (-1, False, True, True),
        (-1, False, False, False),  # they may not come
        (None, True, False, True),
    ],
)
def test_who_was_excused_is_told_of_a_new_date_on_which_they_may_come(
    answered: int | None, invited: bool, open_to_all: bool, told: bool
) -> None:
    moved = Announced(What.UPDATE, "moved", WEEK.due_at)
    one = Concerned(
        1,
        "person:1",
        RegistrationState.EXCUSED,
        invited_at=CHASE.due_at if invited else None,
        answered_at=None if answered is None else moved.due_at + timedelta(hours=answered),
    )
    assert bool(concerned([one], moved, open_to_all=open_to_all)) is told


@pytest.mark.parametrize(
    ("told", "change", "cancellation"),
    [
        ([], False, False),
        ([Told(State.SENT, 1)], True, True),
        ([Told(State.SENT, 0)], True, True),
        ([Told(State.SENDING, 1)], True, True),
        ([Told(State.UNCERTAIN, 1)], True, True),
        ([Told(State.CANCELLED, 1)], True, False),
        ([Told(State.SKIPPED, 1)], True, False),
        ([Told(State.FAILED, 1)], True, False),
        ([Told(State.PENDING, 1)], True, False),
        ([Told(State.PENDING, 1, resent=True)], True, True),
        ([Told(State.PENDING, 2)], False, False),
        ([Told(State.SENT, 2)], False, True),
        ([Told(State.SKIPPED, 2)], True, False),
        ([Told(State.CANCELLED, 1), Told(State.SENT, 2)], False, True),
    ],
)
def test_what_is_news_to_somebody_who_has_not_answered(
    told: list[Told], change: bool, cancellation: bool
) -> None:
    assert is_news(What.UPDATE, 2, told) is change
    assert is_news(What.CANCELLATION, 2, told) is cancellation


def test_the_eve_is_said_in_few_words() -> None:
    assert [is_short(name) for name in ("J-7", "J-1", "J-0", "J-10", "moved")] == [
        False, True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("open_to_answers", "silent", "chased", "refusal"),
    [
        (True, 3, [], None),
        (True, 3, [paris(4, 9)], None),
        (True, 3, [paris(4, 9), paris(5, 18)], Refusal.ALREADY),
        (True, 0, [], Refusal.NOBODY),
        (False, 3, [], Refusal.BEGUN),
    ],
)
def test_who_has_not_answered_can_be_asked_again_once_a_day(
    open_to_answers: bool, silent: int, chased: list[datetime], refusal: Refusal | None
) -> None:
    found = chase_refusal(
        open_to_answers=open_to_answers, silent=silent, chased=chased, leaves_at=paris(5, 9)
    )
    assert found is refusal


def test_a_chase_is_named_by_its_day_in_paris() -> None:
    assert chase_name(datetime(2027, 6, 10, 22, 30, tzinfo=UTC)) == "relance/2027-06-11"
