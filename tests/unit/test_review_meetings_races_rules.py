"""What becomes of half-days and of names of changes, as decisions."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.seminars.half_days import kept_places
from digest.seminars.reminding.decide import joined

FIRST, SECOND = date(2027, 3, 11), date(2027, 3, 12)
MORNING, AFTERNOON, EVENING = (FIRST, "morning"), (FIRST, "afternoon"), (FIRST, "evening")
NEXT_MORNING, NEXT_AFTERNOON = (SECOND, "morning"), (SECOND, "afternoon")

Halves = list[tuple[date, str]]


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        ([], [MORNING], [None]),
        ([MORNING, AFTERNOON], [NEXT_MORNING, NEXT_AFTERNOON], [0, 1]),
        ([MORNING], [AFTERNOON], [0]),
        ([MORNING, AFTERNOON], [AFTERNOON], [1]),
        ([MORNING, AFTERNOON], [NEXT_AFTERNOON], [1]),
        ([MORNING, AFTERNOON], [EVENING], [None]),
        ([MORNING, AFTERNOON], [MORNING, AFTERNOON, EVENING], [0, 1, None]),
        ([NEXT_MORNING], [MORNING, NEXT_MORNING], [None, 0]),
        ([MORNING, AFTERNOON, NEXT_MORNING], [NEXT_MORNING], [2]),
        ([MORNING, NEXT_MORNING, NEXT_AFTERNOON], [AFTERNOON, NEXT_MORNING], [2, 1]),
    ],
)
def test_a_half_day_stays_in_its_place(
    before: Halves, after: Halves, kept: list[int | None]
) -> None:
    assert kept_places(before, after) == kept


halves = st.lists(
    st.tuples(st.sampled_from([FIRST, SECOND]), st.sampled_from(["morning", "afternoon"])),
    unique=True,
)


@given(halves, halves)
def test_no_half_day_is_in_two_places(before: Halves, after: Halves) -> None:
    kept = kept_places(before, after)
    there = [at for at in kept if at is not None]
    assert len(kept) == len(after)
    assert len(there) == len(set(there))
    assert set(there) <= set(range(len(before)))


def test_changes_that_did_not_reach_everybody_are_told_together() -> None:
    assert joined("", "moved") == "moved"
    assert joined("moved", "moved") == "moved"
    assert joined("moved", "place") == "moved+place"
    assert joined("moved+place", "moved") == "moved+place"
    assert joined("programme", "moved") == "moved+programme"
