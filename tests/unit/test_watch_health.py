"""When the animators hear of a source's health."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import FetchError, InputError
from watch.health.rules import (
    LEAST_DAYS,
    SOONEST_SILENCE,
    Trouble,
    failure_is_told,
    rhythm,
    trouble_of,
)
from watch.reading.records import ChallengeError, DocumentError

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PATIENCE = timedelta(hours=12)


def days(*numbers: int) -> list[datetime]:
    """Return instants, so many days before now."""
    return [NOW - number * DAY for number in numbers]


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (ChallengeError("a challenge"), Trouble.CHALLENGE),
        (DocumentError("not a feed"), Trouble.DOCUMENT),
        (FetchError("403", status=403), Trouble.REFUSED),
        (FetchError("404", status=404), Trouble.MISSING),
        (FetchError("410", status=410), Trouble.MISSING),
        (FetchError("429", status=429), Trouble.BUSY),
        (FetchError("503", status=503), Trouble.BUSY),
        (FetchError("500", status=500), Trouble.SERVER),
        (FetchError("no such host"), Trouble.NETWORK),
        (InputError("of ours"), Trouble.DEFECT),
        (ZeroDivisionError(), Trouble.DEFECT),
    ],
)
def test_each_error_has_its_kind(error: Exception, trouble: Trouble) -> None:
    assert trouble_of(error) is trouble


def test_a_failure_is_told_once_it_lasts() -> None:
    assert not failure_is_told(NOW - PATIENCE / 2, None, NOW, PATIENCE)
    assert failure_is_told(NOW - PATIENCE, None, NOW, PATIENCE)
    assert not failure_is_told(NOW - 9 * DAY, NOW - 8 * DAY, NOW, PATIENCE), "told already"
    assert failure_is_told(NOW, None, NOW, timedelta(0)), "gone for good"


def test_a_source_that_publishes_on_working_days_is_silent_after_six_days() -> None:
    working = [number for number in range(40) if (NOW - number * DAY).weekday() < 5]
    assert rhythm(days(*working)) == 6 * DAY


def test_a_monthly_source_has_two_months() -> None:
    assert rhythm(days(*range(0, 30 * LEAST_DAYS, 30))) == 60 * DAY


def test_one_long_holiday_does_not_make_a_source_patient() -> None:
    daily = [*range(20), *range(60, 80)]
    assert rhythm(days(*daily)) == SOONEST_SILENCE


def test_a_few_days_of_news_are_no_rhythm() -> None:
    assert rhythm([]) is None
    assert rhythm(days(*range(LEAST_DAYS - 1))) is None
    assert rhythm([NOW + timedelta(minutes=number) for number in range(100)]) is None, "one day"


@given(st.lists(st.integers(0, 400), min_size=LEAST_DAYS, max_size=60, unique=True), st.randoms())
def test_the_order_of_arrivals_does_not_count(numbers: list[int], chance: object) -> None:
    found = rhythm(days(*numbers))
    chance.shuffle(numbers)  # type: ignore[attr-defined]
    assert found == rhythm(days(*numbers))
    assert found is not None
    assert found >= SOONEST_SILENCE
