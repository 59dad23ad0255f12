"""What is decided about a request for erasure."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.personal.rules import (
    LONGEST_REASON,
    REMINDED_BEFORE,
    erasure_due,
    next_reminder,
    read_reason,
    reminders_due,
    term,
)
from core.clock import PARIS
from core.errors import InputError

DUE = datetime(2026, 12, 23, 22, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), datetime(2026, 12, 23, 22, 59, 59, tzinfo=UTC)),
        (datetime(2026, 12, 31, 8, 0, tzinfo=UTC), datetime(2027, 1, 31, 22, 59, 59, tzinfo=UTC)),
        (datetime(2027, 1, 31, 8, 0, tzinfo=UTC), datetime(2027, 2, 28, 22, 59, 59, tzinfo=UTC)),
        # Asked late in the evening of the last of February in UTC: already March in Paris.
        (datetime(2027, 2, 28, 23, 30, tzinfo=UTC), datetime(2027, 4, 1, 21, 59, 59, tzinfo=UTC)),
    ],
)
def test_an_answer_is_due_within_a_month_whatever_its_length(
    asked: datetime, due: datetime
) -> None:
    assert term(asked) == due


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  # hypothesis adds it
def test_the_term_is_the_end_of_a_day_of_the_next_month(asked: datetime) -> None:
    due = term(asked).astimezone(PARIS)
    assert (due.hour, due.minute, due.second) == (23, 59, 59)
    assert timedelta(days=27) < due - asked < timedelta(days=33)


def test_the_animators_are_reminded_a_week_before_the_day_before_and_at_the_term() -> None:
    days = [DUE - timedelta(days=7), DUE - timedelta(days=1), DUE]
    assert [next_reminder(DUE, count) for count in range(3)] == days
    assert next_reminder(DUE, len(REMINDED_BEFORE)) is None


@pytest.mark.parametrize(
    ("made", "before", "due"),
    [(0, 8, 0), (0, 7, 1), (1, 7, 1), (1, 1, 2), (0, 1, 2), (2, 0, 3), (3, -5, 3)],
)
def test_reminders_that_fell_due_during_a_stop_are_made_as_one(
    made: int, before: int, due: int
) -> None:
    assert reminders_due(DUE, made, DUE - timedelta(days=before)) == due


def test_an_erasure_waits_for_its_person_to_be_told_but_not_for_ever() -> None:
    told = DUE + timedelta(minutes=2)
    assert erasure_due(DUE, told) == told
    assert erasure_due(DUE, None) == DUE + timedelta(days=3)


@pytest.mark.parametrize(
    ("words", "block"), [("  non  ", "reason_short"), ("x" * (LONGEST_REASON + 1), "reason_long")]
)
def test_a_refusal_needs_a_reason(words: str, block: str) -> None:
    with pytest.raises(InputError) as caught:
        read_reason(words)
    assert caught.value.what == block


def test_a_reason_is_kept_as_it_was_written() -> None:
    assert read_reason("  Un contrôle est en cours.\n") == "Un contrôle est en cours."
