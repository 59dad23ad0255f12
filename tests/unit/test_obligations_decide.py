"""Periods of the contract, where they stand, and when animators are reminded."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import PARIS
from digest.seminars.obligations.decide import (
    LATE,
    LATE_USEFUL,
    MONTHS,
    ONCE,
    Every,
    Obligation,
    Period,
    Standing,
    add_months,
    at_hour,
    folded,
    in_force,
    in_order,
    periods,
    standings,
    tellings,
    when_at_work,
)
from digest.seminars.reminding.working_days import is_working_day

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
INSTANTS = st.timedeltas(timedelta(0), timedelta(days=22_000))
TWO_A_YEAR = Obligation(
    "seminars", "2 séminaires par an", date(2026, 3, 2), every=Every.YEAR, times=2,
    counts="seminar", remind_days=(60, 30, 7),
)  # fmt: skip
KICK_OFF = Obligation("kick-off", "Une rencontre de lancement", date(2026, 3, 2), within_days=15)


def spans(obligation: Obligation, today: date) -> list[tuple[date, date]]:
    return [(one.first, one.last) for one in periods(obligation, today)]


def standing(period: Period, done: int = 0, obligation: Obligation = TWO_A_YEAR) -> Standing:
    return Standing(obligation, period, done, 0)


def moments(one: Standing, hour: int = 9) -> list[tuple[str, str]]:
    local = [(told.name, told.due_at.astimezone(PARIS)) for told in tellings(one, hour)]
    return [(name, f"{due:%a %d/%m/%Y %H:%M}") for name, due in local]


def test_a_year_is_counted_from_the_day_when_the_obligation_begins() -> None:
    assert spans(TWO_A_YEAR, date(2027, 3, 2)) == [
        (date(2026, 3, 2), date(2027, 3, 1)),
        (date(2027, 3, 2), date(2028, 3, 1)),
    ]
    assert [one.name for one in periods(TWO_A_YEAR, date(2027, 3, 2))] == [
        "2026-03-02", "2027-03-02",
    ]  # fmt: skip


def test_quarters_from_the_first_of_january_are_those_of_the_calendar() -> None:
    quarters = Obligation("q", "q", date(2026, 1, 1), every=Every.QUARTER)
    assert spans(quarters, date(2026, 7, 1)) == [
        (date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 7, 1), date(2026, 9, 30)),
    ]


def test_years_from_29_february_come_back_to_it() -> None:
    leap = Obligation("leap", "leap", date(2024, 2, 29), every=Every.YEAR)
    assert [first for first, _last in spans(leap, date(2028, 12, 31))] == [
        date(2024, 2, 29), date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28),
        date(2028, 2, 29),
    ]  # fmt: skip


def test_months_from_the_31st_do_not_drift_after_february() -> None:
    months = Obligation("m", "m", date(2026, 1, 31), every=Every.MONTH)
    firsts = [first for first, _last in spans(months, date(2026, 5, 31))]
    assert firsts == [
        date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30),
        date(2026, 5, 31),
    ]  # fmt: skip


def test_the_end_of_the_contract_cuts_the_last_period_and_none_follows() -> None:
    cut = Obligation("c", "c", date(2026, 1, 1), date(2027, 6, 30), Every.YEAR)
    assert spans(cut, date(2030, 1, 1)) == [
        (date(2026, 1, 1), date(2026, 12, 31)),
        (date(2027, 1, 1), date(2027, 6, 30)),
    ]


def test_what_is_done_once_has_one_period_and_nothing_asks_for_nothing() -> None:
    assert list(periods(KICK_OFF, date(2030, 1, 1))) == [
        Period(ONCE, date(2026, 3, 2), date(2026, 3, 17))
    ]
    assert list(periods(KICK_OFF, date(2026, 3, 1))) == []
    assert list(periods(Obligation("n", "n", date(2026, 3, 2)), date(2030, 1, 1))) == []


@given(since=DAYS, every=st.sampled_from(Every), later=st.integers(0, 4000))
def test_periods_follow_one_another_without_a_gap(since: date, every: Every, later: int) -> None:
    today = since + timedelta(days=later)
    found = periods(Obligation("c", "w", since, every=every), today)
    assert found[0].first == since
    assert found[-1].first <= today <= found[-1].last
    for before, after in pairwise(found):
        assert after.first == before.last + timedelta(days=1)
    assert all(add_months(since, MONTHS[every] * n) == p.first for n, p in enumerate(found))
    assert len({one.name for one in found}) == len(found)


@given(day=DAYS, months=st.integers(0, 600))
def test_adding_months_keeps_the_day_or_takes_the_last_of_the_month(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


def test_what_took_place_counts_in_its_period_and_notes_beside_it() -> None:
    happened = [date(2026, 3, 1), date(2026, 3, 2), date(2027, 3, 1), date(2027, 3, 2)]
    first, second = standings(TWO_A_YEAR, happened, {"2027-03-02": 1}, date(2027, 6, 1))
    assert (first.done, first.by_hand, first.missing) == (2, 0, 0)
    assert (second.done, second.by_hand, second.missing) == (2, 1, 0)
    assert not first.is_late(date(2028, 1, 1))


def test_more_than_what_is_asked_is_not_missing_a_negative_number() -> None:
    (one,) = standings(TWO_A_YEAR, [date(2026, 5, 5)] * 5, {}, date(2026, 6, 1))
    assert (one.done, one.missing) == (5, 0)


def test_what_is_done_once_may_be_done_late() -> None:
    before = standings(KICK_OFF, [], {}, date(2026, 3, 18))
    assert [one.is_late(date(2026, 3, 17)) for one in before] == [False]
    assert [one.is_late(date(2026, 3, 18)) for one in before] == [True]
    (after,) = standings(KICK_OFF, [date(2026, 4, 2)], {}, date(2026, 5, 1))
    assert after.missing == 0


def test_late_first_then_missing_then_done_and_past_and_done_is_left_out() -> None:
    today = date(2027, 6, 1)
    year = Obligation("year", "w", date(2025, 1, 1), every=Every.YEAR)
    found = [
        *standings(year, [date(2025, 5, 5), date(2027, 1, 3)], {}, today),
        *standings(KICK_OFF, [date(2026, 3, 9)], {}, today),
        *standings(TWO_A_YEAR, [date(2026, 5, 5), date(2026, 6, 6)], {}, today),
    ]
    assert [(one.obligation.code, one.period.name) for one in in_order(found, today)] == [
        ("year", "2026-01-01"),
        ("seminars", "2027-03-02"),
        ("kick-off", ONCE),
        ("year", "2027-01-01"),
    ]


def test_years_of_neglect_are_one_line_and_hide_nothing_else() -> None:
    today = date(2030, 5, 2)
    quarterly = Obligation("cr", "Compte rendu", date(2027, 1, 1), every=Every.QUARTER)
    yearly = Obligation("sem", "Séminaire", date(2030, 1, 1), every=Every.YEAR)
    found = [*standings(quarterly, (), {}, today), *standings(yearly, (), {}, today)]
    shown = [
        (one.obligation.code, one.period.name, others)
        for one, others in folded(in_order(found, today), today)
    ]
    assert shown == [("cr", "2027-01-01", 12), ("cr", "2030-04-01", 0), ("sem", "2030-01-01", 0)]


def test_reminders_leave_on_working_days_and_the_day_after_says_that_it_is_late() -> None:
    one = standing(Period("2026-01-01", date(2026, 1, 1), date(2026, 12, 31)))
    assert moments(one) == [
        ("J-60", "Fri 30/10/2026 09:00"),  # 1 November is a Sunday
        ("J-30", "Tue 01/12/2026 09:00"),
        ("J-7", "Thu 24/12/2026 09:00"),
        (LATE, "Mon 04/01/2027 09:00"),  # after New Year's Day and a week-end
    ]


def test_a_reminder_from_before_the_period_is_of_no_use() -> None:
    one = standing(Period("2026-06-01", date(2026, 6, 1), date(2026, 6, 30)))
    assert [name for name, _due in moments(one)] == ["J-7", LATE]


def test_hours_are_those_of_a_clock_in_paris_on_both_sides_of_summer_time() -> None:
    spring = standing(Period("p", date(2027, 1, 1), date(2027, 4, 5)))
    dues = {one.name: one.due_at for one in tellings(spring, 9)}
    assert dues["J-30"] == datetime(2027, 3, 5, 8, tzinfo=UTC)
    assert dues["J-7"] == datetime(2027, 3, 26, 8, tzinfo=UTC)  # the 29th is Easter Monday
    assert dues[LATE] == datetime(2027, 4, 6, 7, tzinfo=UTC)


def test_only_the_latest_reminder_is_told_after_a_silence() -> None:
    told = tellings(standing(Period("p", date(2026, 1, 1), date(2026, 12, 31))), 9)

    def at(*moment: int) -> str | None:
        found = in_force(told, datetime(*moment, tzinfo=PARIS))  # type: ignore[misc,arg-type]
        return found.name if found else None

    assert at(2026, 10, 30, 8, 59) is None
    assert at(2026, 10, 30, 9) == "J-60"
    assert at(2026, 12, 28, 12) == "J-7"
    assert at(2027, 1, 4, 9) == LATE
    assert at(2027, 2, 4, 9) is None


@given(
    first=DAYS,
    length=st.integers(0, 400),
    days=st.lists(st.integers(0, 200), max_size=5),
    hour=st.integers(0, 23),
)
def test_tellings_come_in_order_on_working_days_and_never_two_at_once(
    first: date, length: int, days: list[int], hour: int
) -> None:
    period = Period("p", first, first + timedelta(days=length))
    obligation = Obligation("c", "w", first, every=Every.YEAR, remind_days=tuple(days))
    told = tellings(standing(period, obligation=obligation), hour)
    assert told[-1].name == LATE
    assert told[-1].until - told[-1].due_at == LATE_USEFUL
    assert len({one.name for one in told}) == len(told)
    for before, after in pairwise(told):
        assert before.due_at <= before.until == after.due_at
    for one in told:
        assert is_working_day(one.due_at.astimezone(PARIS).date())
        now = one.due_at
        assert sum(each.due_at <= now < each.until for each in told) == 1


@given(at=INSTANTS, hour=st.integers(0, 23))
def test_the_animators_are_told_at_work_and_never_later_than_needed(
    at: timedelta, hour: int
) -> None:
    now = EPOCH + at
    then = when_at_work(now, hour)
    assert then >= now
    assert when_at_work(then, hour) == then
    day = then.astimezone(PARIS).date()
    assert is_working_day(day)
    assert then >= at_hour(day, hour)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-23T08:00", "2026-11-23T09:00"),
        ("2026-11-23T14:00", "2026-11-23T14:00"),
        ("2026-11-21T14:00", "2026-11-23T09:00"),
        ("2026-12-25T03:00", "2026-12-28T09:00"),
    ],
)
def test_nights_week_ends_and_holidays_wait_for_the_morning(now: str, then: str) -> None:
    given_at = datetime.fromisoformat(now).replace(tzinfo=PARIS)
    expected = datetime.fromisoformat(then).replace(tzinfo=PARIS)
    assert when_at_work(given_at, 9) == expected
