"""The rules of a good guest."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watch.rules import DAY, Pace, Validators, freshness, next_check, next_try, validators

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HOURLY = Pace(every=3600, least=3600)


def wait(instant: datetime) -> float:
    return (instant - NOW).total_seconds()


def test_a_document_brings_its_validators_exactly_as_written() -> None:
    headers = {"etag": 'W/"a,b"', "last-modified": "yesterday, more or less"}
    assert validators(headers, Validators("old", "old"), not_modified=False) == Validators(
        'W/"a,b"', "yesterday, more or less"
    )


def test_validators_that_the_server_drops_are_dropped() -> None:
    assert validators({}, Validators("old", "old"), not_modified=False) == Validators()
    assert validators({"etag": "new"}, Validators("o", "o"), not_modified=False) == Validators(
        "new"
    )


def test_a_304_updates_the_validators_it_carries_and_keeps_the_others() -> None:
    before = Validators('"1"', "Mon, 23 Nov 2026 07:00:00 GMT")
    assert validators({"etag": '"2"'}, before, not_modified=True) == Validators(
        '"2"', "Mon, 23 Nov 2026 07:00:00 GMT"
    )
    assert validators({"last-modified": "x"}, before, not_modified=True) == Validators('"1"', "x")
    assert validators({}, before, not_modified=True) == before


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"cache-control": "max-age=600"}, 600),
        ({"cache-control": 'public, Max-Age = "7200"'}, 7200),
        ({"cache-control": "s-maxage=600"}, 0),
        ({"cache-control": "no-cache", "expires": "Mon, 23 Nov 2026 09:00:00 GMT"}, 3600),
        ({"cache-control": "max-age=60", "expires": "Mon, 23 Nov 2026 09:00:00 GMT"}, 60),
        (
            {
                "date": "Mon, 23 Nov 2020 08:00:00 GMT",
                "expires": "Mon, 23 Nov 2020 08:10:00 GMT",
            },
            600,
        ),
        ({"expires": "Mon, 23 Nov 2026 07:00:00 GMT"}, 0),
        ({"expires": "Mon, 23 Nov 2026 08:01:00 -0000"}, 60),
        ({"expires": "0"}, 0),
        ({"expires": "Mon, 23 Nov 2026 09:00:00 +99999999999999"}, 0),
    ],
)
def test_freshness_is_what_the_server_says(headers: dict[str, str], seconds: float) -> None:
    assert freshness(headers, NOW) == seconds


def test_a_source_is_read_at_most_hourly_whatever_it_wishes() -> None:
    assert wait(next_check(Pace(every=60, least=3600), {}, NOW, 0)) == 3600
    assert wait(next_check(Pace(every=7200, least=3600), {}, NOW, 0)) == 7200


def test_a_sandbox_may_read_more_often() -> None:
    assert wait(next_check(Pace(every=2, least=0), {}, NOW, 0)) == 2


def test_max_age_and_ttl_put_the_next_reading_off() -> None:
    assert wait(next_check(HOURLY, {"cache-control": "max-age=14400"}, NOW, 0)) == 14400
    assert wait(next_check(HOURLY, {}, NOW, 0, ttl=10800)) == 10800
    assert wait(next_check(HOURLY, {"cache-control": "max-age=60"}, NOW, 0, ttl=60)) == 3600


def test_a_server_cannot_silence_a_source_for_more_than_a_day() -> None:
    assert wait(next_check(HOURLY, {"cache-control": "max-age=31536000"}, NOW, 0)) == DAY


def test_jitter_spreads_readings_over_a_tenth_of_the_interval() -> None:
    assert wait(next_check(HOURLY, {}, NOW, 0.5)) == pytest.approx(3780)


def test_hours_to_skip_are_skipped() -> None:
    assert next_check(HOURLY, {}, NOW, 0, skip_hours=frozenset({9, 10})).hour == 11
    everywhere = frozenset(range(24))
    assert wait(next_check(HOURLY, {}, NOW, 0, skip_hours=everywhere)) == 3600


def test_errors_put_the_next_try_off_twice_as_far_each_time_up_to_a_day() -> None:
    waits = [wait(next_try(HOURLY, errors, None, NOW, 0)) for errors in range(1, 8)]
    assert waits == [3600, 7200, 14400, 28800, 57600, DAY, DAY]


def test_a_weekly_source_that_fails_is_not_tried_more_often_than_weekly() -> None:
    assert wait(next_try(Pace(7 * DAY, 3600), 3, None, NOW, 0)) == 7 * DAY


def test_retry_after_is_honoured_up_to_a_week() -> None:
    assert wait(next_try(HOURLY, 1, 10_000, NOW, 0)) == 10_000
    assert wait(next_try(HOURLY, 1, 30, NOW, 0)) == 3600
    assert wait(next_try(HOURLY, 1, 1e9, NOW, 0)) == 7 * DAY


@given(
    every=st.floats(0, 1e6),
    least=st.floats(0, 1e5),
    errors=st.integers(1, 10_000),
    retry_after=st.none() | st.floats(0, 1e12),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_a_source_is_never_given_up_and_never_pressed(
    every: float, least: float, errors: int, retry_after: float | None, jitter: float
) -> None:
    pace = Pace(every, least)
    again = next_try(pace, errors, retry_after, NOW, jitter)
    assert NOW + timedelta(seconds=least) <= again <= NOW + timedelta(seconds=1.2e6)
    assert next_check(pace, {}, NOW, jitter) > NOW
