"""What SMTP replies mean, and how fast mail may leave."""

import heapq

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ledger.outcomes import Later, Refused, Unknown
from core.ledger.rules import LONGEST_DELAY
from core.mail.pace import HORIZON, HOUR, Pace
from core.mail.rules import accepted, judge, readable


@pytest.mark.parametrize("code", [421, 450, 451, 452, 499, 530, 534, 535, 538])
def test_what_can_change_is_for_later(code: int) -> None:
    assert judge(code, "not now") == Later(f"{code} not now")


@pytest.mark.parametrize("code", [500, 550, 552, 554, 599])
def test_what_will_not_change_is_refused(code: int) -> None:
    assert judge(code, "never") == Refused(f"{code} never")


@pytest.mark.parametrize("code", [-1, 0, 199, 250, 354, 600])
def test_what_is_no_answer_leaves_a_doubt(code: int) -> None:
    assert isinstance(judge(code, "?"), Unknown)


@pytest.mark.parametrize(
    ("code", "yes"), [(199, False), (200, True), (250, True), (299, True), (300, False)]
)
def test_two_hundreds_accept(code: int, yes: bool) -> None:
    assert accepted(code) is yes


def test_reasons_hold_no_address_and_fit_on_a_line() -> None:
    text = "5.1.1 <zoe@orsanne.example>:\nRecipient zoe@orsanne.example unknown " + "x" * 500
    reason = readable(550, text)
    assert reason.startswith("550 5.1.1 <…>: Recipient … unknown xxx")
    assert len(reason) == 300


def test_no_limit_never_waits() -> None:
    pace = Pace(per_second=0, per_hour=0)
    assert [pace.wait(5.0) for _ in range(3)] == [0, 0, 0]
    assert pace.postpone(5.0) == 0


def test_mails_are_spaced() -> None:
    pace = Pace(per_second=4, per_hour=0)
    assert [pace.wait(10.0) for _ in range(4)] == [0, 0.25, 0.5, 0.75]
    assert pace.wait(20.0) == 0


def test_those_put_off_come_back_one_by_one_as_places_free_themselves() -> None:
    pace = Pace(per_second=0, per_hour=2)
    assert [pace.postpone(now) for now in (0.0, 10.0)] == [0, 0]
    assert [pace.postpone(20.0) for _ in range(3)] == [HOUR - 20, HOUR - 10, 2 * HOUR - 20]
    assert pace.postpone(HOUR) == 0
    assert pace.postpone(HOUR + 10) == 0


def test_an_edition_of_days_leaves_as_fast_as_its_limit_allows() -> None:
    """The ledger lets nothing wait for longer than a day: who comes back then has lost nothing."""
    pace, sent, put_off = Pace(per_second=0, per_hour=20), [], 0
    waiting = [(0.0, number) for number in range(1_000)]
    while waiting:
        now, number = heapq.heappop(waiting)
        delay = pace.postpone(now, bulk=True)
        if delay == 0:
            sent.append(now)
        else:
            put_off += 1
            heapq.heappush(waiting, (now + min(delay, LONGEST_DELAY), number))
    assert sent[-1] <= 1_000 / 18 * HOUR + HOUR, "a tenth of each hour is for others"
    assert put_off <= 1_000 * (1_000 / 18 * HOUR / HORIZON + 1)


def test_a_confirmation_waits_for_no_edition() -> None:
    pace = Pace(per_second=0, per_hour=20)
    assert sum(pace.postpone(0.0, bulk=True) == 0 for _ in range(500)) == 18
    assert [pace.postpone(1.0) for _ in range(3)] == [0, 0, HOUR - 1], "then the next hour"


@given(st.lists(st.floats(0, 2000), min_size=1, max_size=60), st.integers(1, 5))
def test_no_hour_holds_more_than_its_limit(gaps: list[float], limit: int) -> None:
    pace, now, admitted = Pace(per_second=0, per_hour=limit), 0.0, []
    for gap in gaps:
        now += gap
        delay = pace.postpone(now)
        assert delay >= 0
        if delay == 0:
            admitted.append(now)
    for start in admitted:
        assert sum(start <= instant < start + HOUR for instant in admitted) <= limit
