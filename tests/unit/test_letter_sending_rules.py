"""What is said of a sending, and when it must ask first."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ledger.rules import State as Row
from digest.letter.sending.rules import (
    BAR,
    Counted,
    Failure,
    Tally,
    bar,
    failure_of,
    failures,
    minutes_left,
    overdue,
    percent,
    rate,
    stamp,
    tallied,
)

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reason", "failure"),
    [
        ("550 5.1.1 … user unknown", Failure.ADDRESS),
        ("550 5.1.10 RESOLVER", Failure.ADDRESS),
        ("550 5.2.1 mailbox disab", Failure.ADDRESS),
        ("552 5.2.2 over quota", Failure.FULL),
        ("550 5.2.3 too long", Failure.REFUSED),
        ("554 5.7.1 spam", Failure.POLICY),
        ("554 no", Failure.REFUSED),
        ("550 5.5.0 what", Failure.REFUSED),
        ("421 4.7.0 come back (give", Failure.GIVEN_UP),
        ("the server closed the co", Failure.GIVEN_UP),
        ("", Failure.GIVEN_UP),
        ("left", Failure.LEFT),
    ],
)
def test_a_failure_is_told_by_its_code_and_never_in_the_servers_words(
    reason: str, failure: Failure
) -> None:
    assert failure_of(reason) is failure


def test_failures_are_grouped_in_the_order_of_kinds() -> None:
    told = {"554 5.7.1 spam": 2, "550 5.1.1 a": 1, "550 5.1.1 b": 3, "left": 1}
    assert failures(told) == {Failure.ADDRESS: 4, Failure.POLICY: 2, Failure.LEFT: 1}
    assert list(failures(told)) == [Failure.ADDRESS, Failure.POLICY, Failure.LEFT]


def test_rows_add_up_by_state_and_by_reason() -> None:
    first, second = NOW - timedelta(seconds=40), NOW - timedelta(seconds=30)
    count = tallied(
        [
            Counted(Row.SENT, "", 900, 60, second),
            Counted(Row.FAILED, "550 5.1.1", 2, 1, first),
            Counted(Row.FAILED, "554 5.7.1", 1),
            Counted(Row.SKIPPED, "unsubscribed", 3, 3, NOW - timedelta(seconds=59)),
            Counted(Row.SKIPPED, "nothing_chosen", 4),
            Counted(Row.PENDING, "421", 40),
            Counted(Row.PENDING, "", 50),
            Counted(Row.SENDING, "", 2),
            Counted(Row.UNCERTAIN, "cut", 5),
        ]
    )
    assert (count.total, count.waiting, count.done) == (1007, 92, 915)
    assert count.skipped == {"nothing_chosen": 4, "unsubscribed": 3}
    assert count.failed == {"550 5.1.1": 2, "554 5.7.1": 1}
    assert (count.recent, count.since) == (61, first)
    assert count.of(Row.CLAIMED) == 0
    assert rate(count, NOW) == pytest.approx(61 / 40)
    assert minutes_left(count, NOW) == 2


def test_nobody_says_how_fast_it_is_before_something_left() -> None:
    count = tallied([Counted(Row.PENDING, "", 10)])
    assert rate(count, NOW) is None
    assert minutes_left(count, NOW) is None
    assert rate(Tally({}, {}, {}, recent=0, since=NOW), NOW) is None
    assert rate(Tally({}, {}, {}, recent=5, since=NOW), NOW) == 5


@given(st.integers(0, 100_000), st.integers(0, 100_000))
def test_the_bar_is_full_only_when_nothing_waits(sent: int, waiting: int) -> None:
    count = Tally({Row.SENT: sent, Row.PENDING: waiting}, {}, {})
    assert 0 <= percent(count) <= 100
    assert (percent(count) == 100) is (waiting == 0)
    assert len(bar(count)) == BAR
    assert ("░" in bar(count)) is (waiting > 0)


def test_half_is_half() -> None:
    count = Tally({Row.SENT: 480, Row.PENDING: 520}, {}, {})
    assert (percent(count), bar(count)) == (48, "▓▓▓▓▓░░░░░░░")


def test_a_sending_is_overdue_once_the_hours_are_over_and_nobody_confirmed() -> None:
    half_a_day = timedelta(hours=12)
    assert not overdue(NOW - half_a_day, None, 12, NOW)
    assert overdue(NOW - half_a_day - timedelta(seconds=1), None, 12, NOW)
    assert not overdue(NOW - timedelta(days=9), NOW, 12, NOW)


def test_another_pause_has_another_stamp_that_a_button_can_carry() -> None:
    assert stamp(NOW) != stamp(NOW + timedelta(seconds=1))
    assert 0 <= stamp(NOW) < 10**9
