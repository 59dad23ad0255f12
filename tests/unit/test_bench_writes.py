"""What is counted of concurrent writes."""

import pytest

from bench.writes import OURS, WAYS, Outcome


def test_what_was_lost_or_refused_makes_the_kept_increments_dearer() -> None:
    whole = Outcome(seconds=8.0, worst=0.1, kept=800, lost=0, refused=0)
    half = Outcome(seconds=8.0, worst=0.1, kept=400, lost=400, refused=0)
    assert whole.per_increment == pytest.approx(0.01)
    assert half.per_increment == pytest.approx(0.02)


@pytest.mark.parametrize("engine", ["SQLite", "PostgreSQL"])
def test_each_engine_measures_ours_and_two_references(engine: str) -> None:
    assert next(iter(WAYS[engine])) == OURS
    assert len(WAYS[engine]) == 3
