"""Working time: hours of Paris, public holidays, closures, and the two nights of summer time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import PARIS
from core.errors import InputError
from core.working_time import (
    Calendar,
    Days,
    Interval,
    WorkingTime,
    public_holidays,
    read_working_time,
    together,
)

OFFICE = ["mon-fri 09:00-12:30", "mon-fri 14:00-17:30"]
TEAM = read_working_time(OFFICE)
ALWAYS = read_working_time(["mon-sun 00:00-24:00"])
NIGHTS = read_working_time(["mon-sun 00:00-06:00", "sat,sun 22:00-24:00"])
CLOSED = read_working_time(OFFICE, ["2026-12-24/2027-01-02"], ["2027-05-17"])
HOUR = timedelta(hours=1)


def paris(words: str) -> datetime:
    """Return an instant as a clock shows it in Paris."""
    return datetime.strptime(words, "%d/%m/%Y %H:%M").replace(tzinfo=PARIS).astimezone(UTC)


def shown(instant: datetime) -> str:
    assert instant.tzinfo is UTC
    return instant.astimezone(PARIS).strftime("%d/%m/%Y %H:%M")


@pytest.mark.parametrize(
    ("since", "hours", "then"),
    [
        ("06/11/2026 17:00", 2, "09/11/2026 10:30"),  # a Friday, then a Monday
        ("06/11/2026 12:00", 1, "06/11/2026 14:30"),  # over lunch
        ("06/11/2026 12:00", 0.5, "06/11/2026 12:30"),  # until lunch
        ("07/11/2026 11:00", 1, "09/11/2026 10:00"),  # asked on a Saturday
        ("30/04/2026 16:30", 2, "04/05/2026 10:00"),  # 1 May is a Friday
        ("13/07/2026 17:00", 1, "15/07/2026 09:30"),  # 14 July
        ("10/11/2026 17:00", 1, "12/11/2026 09:30"),  # 11 November
        ("22/05/2026 17:00", 1, "26/05/2026 09:30"),  # Whit Monday, at home
        ("13/05/2026 17:00", 1, "15/05/2026 09:30"),  # Ascension Day
        ("03/04/2026 17:00", 7, "07/04/2026 17:00"),  # Easter Monday; Good Friday is worked
        ("27/03/2026 17:00", 1, "30/03/2026 09:30"),  # the night when an hour is skipped
        ("23/10/2026 17:00", 1, "26/10/2026 09:30"),  # the night when one comes twice
    ],
)
def test_so_much_working_time_later(since: str, hours: float, then: str) -> None:
    assert shown(TEAM.after(paris(since), hours * HOUR)) == then


@pytest.mark.parametrize(
    ("asked", "days", "due"),
    [
        ("02/11/2026 09:00", 2, "04/11/2026 17:30"),
        ("02/11/2026 12:45", 2, "04/11/2026 17:30"),  # at lunch
        ("02/11/2026 17:30", 2, "05/11/2026 17:30"),  # too late: counted from the next day
        ("02/11/2026 07:00", 2, "04/11/2026 17:30"),
        ("06/11/2026 17:00", 2, "10/11/2026 17:30"),
        ("07/11/2026 11:00", 2, "12/11/2026 17:30"),  # from Monday; 11 November is off
        ("02/11/2026 09:00", 0, "02/11/2026 17:30"),
        ("23/12/2026 10:00", 2, "05/01/2027 17:30"),
        ("25/12/2026 10:00", 2, "06/01/2027 17:30"),
    ],
)
def test_the_end_of_a_working_day(asked: str, days: int, due: str) -> None:
    assert shown(CLOSED.end_of_day(paris(asked), days)) == due


def test_a_public_holiday_is_worked_when_the_configuration_says_so() -> None:
    whit_monday = paris("17/05/2027 10:00")
    assert date(2027, 5, 17) in public_holidays(2027)
    assert not TEAM.is_open(whit_monday)
    assert CLOSED.is_open(whit_monday)
    assert shown(TEAM.next_opening(whit_monday)) == "18/05/2027 09:00"
    assert CLOSED.next_opening(whit_monday) == whit_monday


def test_a_closure_counts_from_its_first_to_its_last_day() -> None:
    assert CLOSED.is_open(paris("23/12/2026 17:29"))
    assert not CLOSED.is_open(paris("24/12/2026 09:00"))
    assert shown(CLOSED.next_opening(paris("23/12/2026 17:30"))) == "04/01/2027 09:00"
    assert CLOSED.between(paris("23/12/2026 16:30"), paris("04/01/2027 10:00")) == 2 * HOUR


def test_hours_begin_with_their_first_instant_and_end_before_their_last() -> None:
    assert TEAM.is_open(paris("02/11/2026 09:00"))
    assert not TEAM.is_open(paris("02/11/2026 08:59"))
    assert not TEAM.is_open(paris("02/11/2026 12:30"))


def test_the_night_of_28_march_2026_is_an_hour_shorter() -> None:
    evening, morning = paris("28/03/2026 22:00"), paris("29/03/2026 08:00")
    assert ALWAYS.between(evening, morning) == 9 * HOUR
    assert shown(ALWAYS.after(evening, 4 * HOUR)) == "29/03/2026 03:00"
    assert NIGHTS.between(evening, morning) == 7 * HOUR
    skipped = read_working_time(["sun 02:15-02:45", "mon 09:00-10:00"])
    assert shown(skipped.next_opening(evening)) == "30/03/2026 09:00"
    assert skipped.between(evening, morning) == timedelta(0)
    over = read_working_time(["sun 02:30-04:00"])
    assert over.between(evening, morning) == HOUR
    assert shown(over.next_opening(evening)) == "29/03/2026 03:00"


def test_the_night_of_25_october_2026_is_an_hour_longer() -> None:
    evening, morning = paris("24/10/2026 22:00"), paris("25/10/2026 08:00")
    assert ALWAYS.between(evening, morning) == 11 * HOUR
    assert NIGHTS.between(evening, morning) == 9 * HOUR
    twice = read_working_time(["sun 02:15-02:45"])
    assert twice.between(evening, morning) == timedelta(minutes=90)
    first = paris("25/10/2026 02:15")
    assert twice.next_opening(evening) == first
    assert twice.is_open(first + HOUR)
    assert not twice.is_open(first + timedelta(minutes=90))


def test_a_team_works_when_one_of_it_does() -> None:
    early, late = read_working_time(["mon 08:00-12:00"]), read_working_time(["mon 10:00-16:00"])
    team = together([early, late])
    assert team.between(paris("02/11/2026 00:00"), paris("03/11/2026 00:00")) == 8 * HOUR
    assert shown(team.end_of_day(paris("02/11/2026 09:00"), 0)) == "02/11/2026 16:00"
    away = together([early, late.without([Days(date(2026, 11, 2), date(2026, 11, 2))])])
    assert away.between(paris("02/11/2026 00:00"), paris("03/11/2026 00:00")) == 4 * HOUR
    assert together([early, early]) == early
    with pytest.raises(InputError, match="no working hours"):
        together([])


def test_hours_of_a_list_of_days_and_over_sunday() -> None:
    some = read_working_time(["MON,thu 9:00-12:00", "sat-sun 10:00 - 11:00", " fri 10:00-24:00"])
    week = paris("02/11/2026 00:00"), paris("09/11/2026 00:00")
    assert some.between(*week) == (3 + 3 + 14 + 1 + 1) * HOUR
    assert read_working_time(["fri-mon 10:00-11:00"]).between(*week) == 4 * HOUR


@pytest.mark.parametrize(
    ("hours", "closures", "worked", "what"),
    [
        ([], [], [], "no working hours"),
        (["lundi 09:00-12:00"], [], [], "not working hours: 'lundi 09:00-12:00'"),
        (["mon-fri"], [], [], "not working hours"),
        (["mon-tue-wed 09:00-12:00"], [], [], "not days of the week"),
        (["mon-lun 09:00-12:00"], [], [], "not days of the week"),
        (["mon 09:60-12:00"], [], [], "not hours of a day"),
        (["mon 09:00-24:30"], [], [], "not hours of a day"),
        (["mon 22:00-02:00"], [], [], "end before they begin: 'mon 22:00-02:00'"),
        (["mon 09:00-09:00"], [], [], "end before they begin"),
        (OFFICE, ["24/12/2026"], [], "not a day: '24"),
        (OFFICE, ["2026-12-24/"], [], "not a day: ''"),
        (OFFICE, ["2026-02-30"], [], "not a day: '2026-02-30'"),
        (OFFICE, ["2027-01-02/2026-12-24"], [], "wrong order"),
        (OFFICE, ["2026-01-01/2062-01-01"], [], "over a year"),
        (OFFICE, [], ["whit monday"], "not a day: 'whit monday'"),
    ],
)
def test_what_cannot_be_read_is_said_with_a_hint(
    hours: list[str], closures: list[str], worked: list[str], what: str
) -> None:
    with pytest.raises(InputError, match=what) as raised:
        read_working_time(hours, closures, worked)
    assert raised.value.hint


def test_a_calendar_without_working_time_is_refused_so_that_nothing_waits_for_ever() -> None:
    with pytest.raises(InputError, match="no working hours"):
        Calendar(())
    with pytest.raises(InputError, match="no working hours"):
        Calendar((Interval(0, 600, 600),))
    with pytest.raises(InputError, match="over a year"):
        TEAM.without([Days(date(2026, 1, 1), date(9999, 12, 31))])
    with pytest.raises(InputError, match="no working hours"):
        WorkingTime(())


def test_naive_instants_and_backward_time_are_mistakes() -> None:
    naive = datetime(2026, 11, 2, 9)  # noqa: DTZ001  # what is refused
    with pytest.raises(TypeError):
        TEAM.is_open(naive)
    with pytest.raises(ValueError, match="forwards"):
        TEAM.after(paris("02/11/2026 09:00"), -HOUR)
    with pytest.raises(ValueError, match="forwards"):
        TEAM.end_of_day(paris("02/11/2026 09:00"), -1)
    assert TEAM.between(paris("03/11/2026 09:00"), paris("02/11/2026 09:00")) == timedelta(0)


# --- properties -----------------------------------------------------------------------------

minutes = st.integers(0, 24 * 60)
intervals = st.builds(
    lambda day, a, b: Interval(day, min(a, b), max(a, b) + (a == b)),
    st.integers(0, 6),
    st.integers(0, 24 * 60 - 1),
    st.integers(0, 24 * 60 - 1),
)
near = st.dates(date(2026, 1, 1), date(2027, 12, 31))
away = st.builds(
    lambda day, length: Days(day, day + timedelta(days=length)), near, st.integers(0, 30)
)
calendars = st.builds(
    Calendar,
    st.lists(intervals, min_size=1, max_size=6).map(tuple),
    st.lists(away, max_size=3).map(tuple),
    st.frozensets(near, max_size=3),
)
works = st.builds(WorkingTime, st.lists(calendars, min_size=1, max_size=3).map(tuple))
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(  # noqa: DTZ001
    lambda each: each.replace(tzinfo=UTC)
)
nights = st.sampled_from(
    [datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 10, 24, 21, tzinfo=UTC)]
)
moments = instants | st.builds(
    lambda night, m: night + timedelta(minutes=m), nights, st.integers(0, 600)
)
durations = st.integers(0, 100 * 60).map(lambda each: timedelta(minutes=each))


@given(works, moments, durations)
def test_as_much_time_lies_between_as_was_asked_for(
    work: WorkingTime, at: datetime, duration: timedelta
) -> None:
    then = work.after(at, duration)
    assert then >= at
    assert work.between(at, then) == duration


@given(works, moments, durations)
def test_work_that_has_passed_ends_within_working_hours(
    work: WorkingTime, at: datetime, duration: timedelta
) -> None:
    then = work.after(at, duration)
    just_before = then - timedelta(microseconds=1)
    assert not duration or work.is_open(just_before)


@given(works, moments, durations, durations)
def test_two_durations_one_after_the_other_are_their_sum(
    work: WorkingTime, at: datetime, first: timedelta, second: timedelta
) -> None:
    assert work.after(work.after(at, first), second) == work.after(at, first + second)


@given(works, moments, moments, durations)
def test_who_begins_later_ends_no_earlier(
    work: WorkingTime, one: datetime, other: datetime, duration: timedelta
) -> None:
    earlier, later = sorted([one, other])
    assert work.after(earlier, duration) <= work.after(later, duration)


@given(works, moments, moments, moments)
def test_time_between_adds_up_and_is_never_more_than_elapsed(
    work: WorkingTime, one: datetime, other: datetime, third: datetime
) -> None:
    start, middle, end = sorted([one, other, third])
    total = work.between(start, end)
    assert work.between(start, middle) + work.between(middle, end) == total
    assert timedelta(0) <= total <= end - start


@given(works, moments)
def test_the_next_opening_is_open_and_nothing_is_before_it(work: WorkingTime, at: datetime) -> None:
    opening = work.next_opening(at)
    assert opening >= at
    assert work.is_open(opening)
    assert work.between(at, opening) == timedelta(0)
    assert (opening == at) == work.is_open(at)


@given(works, moments, st.integers(0, 10))
def test_the_end_of_a_day_closes_a_working_day(work: WorkingTime, at: datetime, days: int) -> None:
    end = work.end_of_day(at, days)
    assert work.is_open(end - timedelta(microseconds=1))
    assert end <= work.end_of_day(at, days + 1)
    assert end > at
    opening = work.next_opening(at).astimezone(PARIS).date()
    assert (end - timedelta(microseconds=1)).astimezone(PARIS).date() >= opening + timedelta(days)


@given(works, works, moments, moments)
def test_a_team_is_there_when_one_of_two_is(
    one: WorkingTime, other: WorkingTime, at: datetime, until: datetime
) -> None:
    team = together([one, other])
    assert team.is_open(at) == (one.is_open(at) or other.is_open(at))
    assert team.between(at, until) >= one.between(at, until)
