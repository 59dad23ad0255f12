"""What an account of the hotline says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.figures.rules import (
    Asked,
    Period,
    account,
    around,
    hidden,
    named,
    parse_period,
    read_period,
)
from core.clock import PARIS
from core.errors import InputError
from core.working_time import read_working_time

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
WORKING = read_working_time(["mon-fri 09:00-12:30", "mon-fri 14:00-17:30"])
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=PARIS)
ONE = Asked(
    opened_at=MONDAY,
    channel="telegram",
    theme="Habitat",
    territory="Pays d’Orsanne",
    presented_at=MONDAY,
    first_answer_at=None,
    by_base=False,
    rating=None,
)


@pytest.mark.parametrize(
    ("words", "period"),
    [
        ("", Period("month", 2026, 11)),
        ("mois", Period("month", 2026, 11)),
        ("Mois dernier", Period("month", 2026, 10)),
        ("trimestre", Period("quarter", 2026, 4)),
        ("trimestre précédent", Period("quarter", 2026, 3)),
        ("année", Period("year", 2026, 1)),
        ("an dernier", Period("year", 2025, 1)),
        ("2025", Period("year", 2025, 1)),
        ("T3 2026", Period("quarter", 2026, 3)),
        ("trimestre 1 2027", Period("quarter", 2027, 1)),
        ("octobre 2026", Period("month", 2026, 10)),
        ("Août 2026", Period("month", 2026, 8)),
        ("10/2026", Period("month", 2026, 10)),
    ],
)
def test_a_period_is_said_as_people_say_it(words: str, period: Period) -> None:
    assert read_period(words, NOW) == period


@pytest.mark.parametrize("words", ["hier", "13/2026", "vendémiaire 2026", "année 1750", "T5 2026"])
def test_an_unknown_period_is_explained(words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_period(words, NOW)
    assert caught.value.what == "unknown_period"


@pytest.mark.parametrize(
    "identity",
    ["", "month", "month-2026", "month-2026-13", "week-2026-1", "year-1999-1", "year-2026-2"],
)
def test_a_forged_period_is_nothing(identity: str) -> None:
    assert parse_period(identity) is None


PERIODS = st.builds(
    Period, st.just("month"), st.integers(2001, 2099), st.integers(1, 12)
) | st.builds(Period, st.just("quarter"), st.integers(2001, 2099), st.integers(1, 4))


@given(PERIODS, st.integers(-30, 30))
def test_periods_follow_one_another_without_a_gap(period: Period, by: int) -> None:
    assert period.moved(by).moved(-by) == period
    assert period.moved(1).start == period.end
    assert parse_period(str(period)) == period
    assert around(period.unit, period.start) == period
    assert around(period.unit, period.end - timedelta(seconds=1)) == period


def test_a_year_has_its_bounds_in_paris() -> None:
    year = Period("year", 2026, 1)
    assert year.start.astimezone(UTC) == datetime(2025, 12, 31, 23, 0, tzinfo=UTC)
    assert year.end == Period("year", 2027, 1).start


def test_nothing_asked_is_an_account_too() -> None:
    found = account([], ["Pays d’Orsanne"], WORKING)
    assert (found.asked, found.answered, found.median_wait, found.share_by_base) == (
        0,
        0,
        None,
        None,
    )
    assert found.unheard == ("Pays d’Orsanne",)


def test_an_account_counts_what_was_asked_answered_and_heard() -> None:
    friday = datetime(2026, 11, 20, 17, 0, tzinfo=PARIS)
    questions = [
        # Asked on Friday at 17:00, answered on Monday at 10:00: an hour and a half of work.
        replace(ONE, presented_at=friday, first_answer_at=MONDAY + timedelta(hours=1), rating=2),
        replace(ONE, first_answer_at=MONDAY + timedelta(minutes=30), channel="phone", rating=1),
        replace(ONE, presented_at=None, by_base=True, theme=None, territory=None),
        replace(ONE, territory="Hauts de Lestoire"),
    ]
    found = account(questions, ["Pays d’Orsanne", "Hauts de Lestoire", "Brune-Claire"], WORKING)
    assert (found.asked, found.answered, found.by_base) == (4, 3, 1)
    assert found.share_by_base == 33
    assert (found.timed, found.median_wait) == (2, timedelta(hours=1))
    assert (found.rated, found.satisfied) == (2, 1)
    assert found.by_channel == (("telegram", 3), ("phone", 1))
    assert found.by_theme == (("Habitat", 3), ("", 1))
    assert found.by_territory == (("Pays d’Orsanne", 2), ("", 1), ("Hauts de Lestoire", 1))
    assert found.unheard == ("Brune-Claire",)


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ((), ()),
        ((("a", 9), ("b", 7)), (("a", 9), ("b", 7))),
        ((("a", 9), ("b", 4), ("c", 1)), (("a", 9), ("b", None), ("c", None))),
        # Two that add up to little are as good as told.
        ((("a", 9), ("b", 2), ("c", 1)), (("a", None), ("b", None), ("c", None))),
        # Alone, it could be computed from the total: the next smallest goes with it.
        ((("a", 9), ("b", 7), ("c", 1)), (("a", 9), ("b", None), ("c", None))),
        ((("a", 2),), (("a", None),)),
    ],
)
def test_small_counts_are_hidden_and_cannot_be_computed(
    cells: tuple[tuple[str, int], ...], told: tuple[tuple[str, int | None], ...]
) -> None:
    assert hidden(cells, 5) == told


CELLS = st.dictionaries(st.text(max_size=3), st.integers(1, 50), max_size=8).map(
    lambda counts: tuple(sorted(counts.items(), key=lambda cell: (-cell[1], cell[0])))
)


@given(CELLS, st.integers(0, 20))
def test_no_small_count_is_ever_told(cells: tuple[tuple[str, int], ...], smallest: int) -> None:
    told = hidden(cells, smallest)
    assert [name for name, _ in told] == [name for name, _ in cells]
    assert all(count is None or count >= smallest for _, count in told)
    assert sum(count is None for _, count in told) != 1 or len(cells) == 1


NAMES = ("Pays d’Orsanne", "Pays de Brune", "Brune-Claire", "Brune")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("pays d'orsanne", (0,)),
        ("Orsanne", (0,)),
        ("brune claire", (2,)),
        ("brune", (3,)),
        ("pays", (0, 1)),
        ("Clermont", ()),
        ("?", ()),
    ],
)
def test_a_territory_is_named_by_some_of_its_words(said: str, found: tuple[int, ...]) -> None:
    assert named(said, NAMES) == found
