"""Below which evidence news are folded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watch.relevance.folding import (
    LEAST_KEPT,
    MISSED,
    MOST_CREDIT,
    MOST_FOLDED,
    PRUDENCE,
    credit,
    limit,
)

STRENGTHS = st.lists(st.floats(-20, 20), min_size=LEAST_KEPT, max_size=400)


def test_nothing_is_folded_before_enough_was_kept() -> None:
    assert limit([1.0] * (LEAST_KEPT - 1), [-1.0] * 300, 1.0) is None
    assert limit([1.0] * LEAST_KEPT, [], 1.0) is None


def test_nothing_is_folded_on_credit() -> None:
    assert limit([1.0] * 100, [-5.0] * 300, 0.0) is None
    assert limit([1.0] * 100, [-5.0] * 300, -1.0) is None


def test_with_few_kept_only_what_is_weaker_than_the_weakest_is_folded() -> None:
    few, more = [-2.0, *[3.0] * 24], [-2.0, *[3.0] * 35]
    assert limit(few, [-5.0] * 60 + [-1.0] * 40, 1.0) == pytest.approx(-2.0 - PRUDENCE / 5)
    assert limit(more, [-5.0] * 60 + [-1.0] * 40, 1.0) == pytest.approx(-2.0 - PRUDENCE / 6)


def test_with_many_kept_some_of_them_may_fall_below() -> None:
    kept = [float(number) for number in range(-100, 200)]
    found = limit(kept, [-90.0] * 300, 1.0)
    assert found is not None
    assert sum(strength < found for strength in kept) == 4
    halved = limit(kept, [-90.0] * 300, 0.5)
    assert halved is not None
    assert sum(strength < halved for strength in kept) == 2


def test_what_nothing_speaks_against_is_not_folded() -> None:
    assert limit([5.0] * 50, [1.0] * 300, 1.0) == 0.0


@given(STRENGTHS, STRENGTHS, st.floats(0.01, MOST_CREDIT))
def test_no_more_is_folded_than_may_be(kept: list[float], lately: list[float], left: float) -> None:
    found = limit(kept, lately, left)
    assert found is not None
    assert found <= 0
    assert sum(one < found for one in kept) <= max(0.0, MISSED * (len(kept) + 1))
    assert sum(one < found for one in lately) <= MOST_FOLDED * len(lately) + 1


def test_each_kept_one_pays_a_little_and_each_mistake_costs_one() -> None:
    assert credit([]) == 1.0
    assert credit([False] * 10) == pytest.approx(1 + 10 * MISSED)
    assert credit([False] * 10 + [True]) == pytest.approx(11 * MISSED)
    assert credit([False] * 1000) == MOST_CREDIT
    assert credit([True, True]) < 0


@given(st.lists(st.booleans(), max_size=300))
def test_what_may_be_missed_is_bounded(wanted: list[bool]) -> None:
    """Whatever comes, folding only while there is credit misses little more than its share."""
    folded: list[bool] = []
    for would_be in wanted:
        folded.append(would_be and credit(folded) > 0)
    assert sum(folded) <= 2 + MISSED * len(folded)
