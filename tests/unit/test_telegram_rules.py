"""Who is listened to: limits per person, blocked people, groups of strangers."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.rules import (
    SILENCE,
    Pace,
    Verdict,
    Visit,
    admit,
    foreign,
    hours_to_wait,
    late,
    pace,
)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LIMIT = Pace(per_minute=20, per_day=300)


@pytest.mark.parametrize(
    ("visit", "verdict"),
    [
        (Visit(), Verdict.WELCOME),
        (Visit(last_minute=20, last_day=300), Verdict.WELCOME),
        (Visit(last_minute=21, last_day=21), Verdict.TOO_FAST),
        (Visit(last_minute=1, last_day=301), Verdict.TOO_MANY),
        (Visit(last_minute=21, last_day=301), Verdict.TOO_MANY),
        (Visit(warned=True), Verdict.TOO_FAST),
        (Visit(late=True, last_minute=100, last_day=100), Verdict.WELCOME),
        (Visit(late=True, last_minute=100, last_day=301), Verdict.TOO_MANY),
        (Visit(trusted=True, last_minute=500, last_day=900), Verdict.WELCOME),
        (Visit(blocked=True), Verdict.BLOCKED),
        (Visit(blocked=True, trusted=True), Verdict.BLOCKED),
    ],
)
def test_who_is_listened_to(visit: Visit, verdict: Verdict) -> None:
    assert admit(visit, LIMIT) is verdict


@given(st.integers(1, 400), st.integers(1, 400))
def test_whoever_keeps_within_the_limits_is_always_listened_to(minute: int, day: int) -> None:
    within = minute <= LIMIT.per_minute and day <= LIMIT.per_day
    verdict = admit(Visit(last_minute=minute, last_day=day), LIMIT)
    assert (verdict is Verdict.WELCOME) is within


def test_strangers_may_send_a_third_and_always_something() -> None:
    assert pace(20, 300, linked=True) == Pace(20, 300)
    assert pace(20, 300, linked=False) == Pace(6, 100)
    assert pace(1, 2, linked=False) == Pace(1, 1)


def test_nobody_is_told_twice_in_a_row() -> None:
    assert SILENCE[Verdict.TOO_FAST] == timedelta(minutes=1)
    assert SILENCE[Verdict.BLOCKED] == timedelta(days=1)
    assert Verdict.BLOCKED.told == "blocked: told"


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, False), (60, False), (61, True), (-5, False)]
)
def test_what_waited_for_us_is_late(seconds: int, expected: bool) -> None:
    assert late(NOW - timedelta(seconds=seconds), NOW) is expected


@pytest.mark.parametrize(
    ("hours_ago", "wait"), [(0, 24), (0.5, 24), (1, 23), (23.5, 1), (24, 1), (30, 1)]
)
def test_one_waits_until_the_oldest_of_the_day_counts_no_more(hours_ago: float, wait: int) -> None:
    assert hours_to_wait(NOW - timedelta(hours=hours_ago), NOW) == wait


@pytest.mark.parametrize(
    ("chat_id", "expected"), [(5, False), (-100, False), (-7, True), (0, False)]
)
def test_a_group_that_is_not_ours_is_foreign(chat_id: int, expected: bool) -> None:
    assert foreign(chat_id, -100) is expected
