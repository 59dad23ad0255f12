"""The arithmetic of the benchmarks: medians of paired rounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.common.figures import median, rate, rounded, speed, spread

seconds = st.floats(min_value=1e-6, max_value=1e6)
pairs = st.lists(st.tuples(seconds, seconds), min_size=1, max_size=9)


def test_the_median_is_the_middle_one_whatever_one_bad_round_did() -> None:
    assert median([3.0, 1.0, 900.0]) == 3.0
    assert median([1.0, 2.0]) == 1.5


def test_nothing_measured_has_no_median() -> None:
    with pytest.raises(ValueError, match="no measurement"):
        median([])


def test_twice_the_time_of_the_reference_is_half_its_speed() -> None:
    assert speed([2.0, 4.0, 6.0], [1.0, 2.0, 3.0]) == 0.5
    assert speed([1.0], [3.0]) == 3.0


def test_each_round_is_compared_with_its_own_reference() -> None:
    """A machine that is slow during one round slows both of its halves."""
    assert speed([1.0, 10.0, 1.0], [2.0, 20.0, 2.0]) == 2.0


def test_rounds_that_are_not_paired_are_refused() -> None:
    with pytest.raises(ValueError, match="2 rounds against 1: they are not paired"):
        speed([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="measures nothing"):
        speed([0.0], [1.0])


@given(pairs)
def test_the_speed_lies_between_the_worst_and_the_best_round(
    rounds: list[tuple[float, float]],
) -> None:
    ratios = [theirs / ours for ours, theirs in rounds]
    found = speed([ours for ours, _ in rounds], [theirs for _, theirs in rounds])
    assert min(ratios) <= found <= max(ratios)


@given(pairs)
def test_a_work_is_as_fast_as_itself(rounds: list[tuple[float, float]]) -> None:
    same = [ours for ours, _ in rounds]
    assert speed(same, same) == 1.0


def test_a_rate_is_that_of_the_median_round() -> None:
    assert rate(100, [1.0, 2.0, 50.0]) == 50.0


def test_the_spread_shows_the_quickest_and_the_slowest_round() -> None:
    assert spread([2.0, 1.25, 3.0]) == "1.25 to 3 s"
    assert spread([1.5]) == "1.5 s"


def test_figures_are_rounded_to_what_they_are_worth() -> None:
    assert rounded(1234.5) == 1230.0
    assert rounded(0.078123) == 0.0781
    assert rounded(0.0) == 0.0
