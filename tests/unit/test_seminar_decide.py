"""What a meeting's state and its date allow."""

from datetime import UTC, datetime, timedelta

from digest.seminars.decide import State, is_open, may_cancel, may_publish

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)


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
