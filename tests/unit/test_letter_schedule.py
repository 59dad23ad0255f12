"""When editions make themselves, from the words of the configuration."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import PARIS
from core.errors import ConfigurationError
from digest.letter.schedule import (
    Due,
    Schedule,
    Slot,
    Weekly,
    read_schedule,
    slot_to_take,
)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""A Monday, 9:00 in Paris."""


def schedule(words: str) -> Schedule:
    found = read_schedule(words)
    assert found is not None
    return found


def slots(words: str, since: datetime = NOW, last: datetime | None = None) -> Iterator[str]:
    """Give the slots of a schedule as a clock in Paris shows them."""
    rule = schedule(words)
    while True:
        since = last = rule.next_after(since, last)
        yield since.astimezone(PARIS).strftime("%a %d/%m/%Y %H:%M")


def first(words: str, count: int = 3, **given: datetime) -> list[str]:
    return list(itertools.islice(slots(words, **given), count))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("every tuesday at 09:00", ["Tue 24/11/2026 09:00", "Tue 01/12/2026 09:00"]),
        ("Every Monday at 9:00", ["Mon 30/11/2026 09:00", "Mon 07/12/2026 09:00"]),
        ("every monday at 09:01", ["Mon 23/11/2026 09:01", "Mon 30/11/2026 09:01"]),
        ("every second tuesday at 09:00", ["Tue 24/11/2026 09:00", "Tue 08/12/2026 09:00"]),
        ("every other friday at 14:30", ["Fri 27/11/2026 14:30", "Fri 11/12/2026 14:30"]),
        ("first tuesday at 09:00", ["Tue 01/12/2026 09:00", "Tue 05/01/2027 09:00"]),
        ("second monday of the month at 09:00", ["Mon 14/12/2026 09:00", "Mon 11/01/2027 09:00"]),
        ("last friday at 14:30", ["Fri 27/11/2026 14:30", "Fri 25/12/2026 14:30"]),
        ("the fourth tuesday of each month at 23:59", ["Tue 24/11/2026 23:59"]),
        ("un mardi sur deux à 9h", ["Tue 24/11/2026 09:00", "Tue 08/12/2026 09:00"]),
        ("tous les jeudis à 9 h 30", ["Thu 26/11/2026 09:30", "Thu 03/12/2026 09:30"]),
        ("chaque mercredi à 9:05", ["Wed 25/11/2026 09:05"]),
        ("le premier mardi du mois à 9h", ["Tue 01/12/2026 09:00"]),
        ("le deuxième lundi à 10h", ["Mon 14/12/2026 10:00"]),
        ("dernier vendredi de chaque mois à 14h30", ["Fri 27/11/2026 14:30"]),
        ("0 9 * * tue", ["Tue 24/11/2026 09:00", "Tue 01/12/2026 09:00"]),
        ("0 9 * * 2", ["Tue 24/11/2026 09:00", "Tue 01/12/2026 09:00"]),
        ("30 7 * * 7", ["Sun 29/11/2026 07:30", "Sun 06/12/2026 07:30"]),
        ("0 9 * * 0,1-2", ["Tue 24/11/2026 09:00", "Sun 29/11/2026 09:00"]),
        ("0 9 1-7 * tue", ["Tue 01/12/2026 09:00", "Tue 05/01/2027 09:00"]),
        ("0 9 1,15 * *", ["Tue 01/12/2026 09:00", "Tue 15/12/2026 09:00"]),
        ("0 9 29 2 *", ["Tue 29/02/2028 09:00", "Sun 29/02/2032 09:00"]),
    ],
)
def test_a_schedule_is_read_as_people_write_it(words: str, expected: list[str]) -> None:
    assert first(words, len(expected)) == expected


@pytest.mark.parametrize("words", ["", "  "])
def test_without_a_schedule_editions_are_composed_by_hand_only(words: str) -> None:
    assert read_schedule(words) is None


@pytest.mark.parametrize(
    "words",
    [
        "tuesday",
        "every tuesday",
        "every tuesday at 25:00",
        "every second tuesday at 09:60",
        "every tuseday at 09:00",
        "every second tuseday at 09:00",
        "fifth tuesday at 09:00",
        "first tuseday at 09:00",
        "first tuesday at 24:00",
        "every two weeks",
        "0 9 * *",
        "61 9 * * tue",
        "0 9 * * 6-2",
        "0 9 * * mardi",
        "0 9 * * * *",
    ],
)
def test_what_is_not_understood_is_refused_with_the_key_and_what_to_write(words: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read_schedule(words)
    assert raised.value.what == f"digest.schedule is not understood: {words!r}"
    assert '"every second tuesday at 09:00"' in raised.value.hint


@pytest.mark.parametrize("words", ["0 9,14 * * tue", "* * * * *", "*/5 9 * * tue"])
def test_a_letter_does_not_leave_twice_a_day(words: str) -> None:
    with pytest.raises(ConfigurationError, match="comes several times a day"):
        read_schedule(words)


def test_a_day_that_no_year_has_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="never comes"):
        read_schedule("0 9 30 2 *")


def test_every_second_is_counted_from_the_last_slot_whatever_the_year() -> None:
    last = datetime(2026, 12, 22, 8, 0, tzinfo=UTC)  # 2026 has 53 weeks
    assert first("every second tuesday at 09:00", 3, since=last, last=last) == [
        "Tue 05/01/2027 09:00",
        "Tue 19/01/2027 09:00",
        "Tue 02/02/2027 09:00",
    ]


def test_every_second_stays_the_same_after_long_and_when_its_day_changes() -> None:
    last = datetime(2026, 11, 5, 8, 0, tzinfo=UTC)  # a Thursday: that week, then every second one
    assert first("every second tuesday at 09:00", 2, since=NOW, last=last) == [
        "Tue 01/12/2026 09:00",
        "Tue 15/12/2026 09:00",
    ]
    assert first("every second tuesday at 09:00", 1, since=last, last=last) == [
        "Tue 17/11/2026 09:00"
    ]


SPRING = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("words", ["every sunday at 02:30", "30 2 * * sun"])
def test_an_hour_that_summer_time_skips_is_the_instant_of_the_jump(words: str) -> None:
    assert first(words, 2, since=SPRING) == ["Sun 29/03/2026 03:00", "Sun 05/04/2026 02:30"]


@pytest.mark.parametrize("words", ["every sunday at 02:30", "30 2 * * sun"])
def test_an_hour_that_comes_twice_counts_once_the_first_time(words: str) -> None:
    found = schedule(words).next_after(AUTUMN)
    assert found == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert first(words, 2, since=found) == ["Sun 01/11/2026 02:30", "Sun 08/11/2026 02:30"]


def test_the_same_hour_on_the_clock_is_kept_across_summer_time() -> None:
    spring = schedule("every tuesday at 09:00").next_after(SPRING)
    assert spring == datetime(2026, 3, 31, 7, 0, tzinfo=UTC)
    autumn = schedule("every tuesday at 09:00").next_after(AUTUMN)
    assert autumn == datetime(2026, 10, 27, 8, 0, tzinfo=UTC)


INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # bounds of aware instants
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
WEEKLY = st.builds(Weekly, st.integers(0, 6), TIMES, st.sampled_from([1, 2]))
WRITTEN = st.sampled_from(
    ["first sunday at 02:30", "last sunday at 02:15", "30 2 * * *", "0 9 * * 1-5", "0 9 31 * *"]
).map(schedule)


@given(st.builds(Schedule, WEEKLY) | WRITTEN, INSTANTS)
def test_slots_go_forwards_one_a_day_at_most_and_none_is_left_out(
    rule: Schedule, since: datetime
) -> None:
    one = rule.next_after(since)
    other = rule.next_after(one, one)
    assert since < one < other
    assert one.astimezone(PARIS).date() < other.astimezone(PARIS).date()
    halfway = since + (one - since) / 2
    assert rule.next_after(halfway) == one
    assert rule.next_after(one - timedelta(microseconds=1)) == one


@given(st.builds(Schedule, WEEKLY), INSTANTS)
def test_weekly_slots_are_whole_weeks_apart_on_the_calendar(
    rule: Schedule, since: datetime
) -> None:
    assert isinstance(rule.rule, Weekly)
    one = rule.next_after(since)
    other = rule.next_after(one, one)
    days = other.astimezone(PARIS).date() - one.astimezone(PARIS).date()
    assert days == timedelta(weeks=rule.rule.weeks)
    later = rule.next_after(other, one)  # the parity of an older slot is the same
    assert later == rule.next_after(other, other)


@given(INSTANTS, INSTANTS, st.booleans())
def test_two_who_ask_the_same_tables_take_the_same_slot_and_only_one_that_has_come(
    since: datetime, now: datetime, at_work: bool
) -> None:
    rule = Schedule(Weekly(1, time(9)))
    now = min(now, since + timedelta(days=60))
    given = {"last": None, "overdue": timedelta(hours=12), "at_work": at_work}
    found = slot_to_take(rule, since=since, now=now, **given)  # type: ignore[arg-type]
    if found is None:
        assert rule.next_after(since) > now
    else:
        assert since < found.at <= now < rule.next_after(found.at)
        taken = slot_to_take(rule, since=found.at, now=now, **given)  # type: ignore[arg-type]
        assert taken is None


def take(now: datetime, *, at_work: bool = False, since: datetime = NOW) -> Slot | None:
    return slot_to_take(
        schedule("every tuesday at 09:00"),
        since=since,
        last=None,
        now=now,
        overdue=timedelta(hours=12),
        at_work=at_work,
    )


def test_a_slot_is_composed_asked_about_when_it_is_old_and_left_to_the_edition_at_work() -> None:
    slot = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    second = timedelta(seconds=1)
    assert take(slot - second) is None
    assert take(slot) == Slot(slot, Due.COMPOSE)
    assert take(slot + timedelta(hours=12)) == Slot(slot, Due.COMPOSE)
    assert take(slot + timedelta(hours=12) + second) == Slot(slot, Due.MISSED)
    assert take(slot + timedelta(days=2), at_work=True) == Slot(slot, Due.AT_WORK)
    assert take(slot + timedelta(days=14)) == Slot(slot + timedelta(days=14), Due.COMPOSE)
    assert take(slot + timedelta(days=16)) == Slot(slot + timedelta(days=14), Due.MISSED)
    assert take(slot + timedelta(days=2), since=slot) is None
