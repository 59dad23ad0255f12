"""Reading what somebody looks for."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watch.archive.rules import (
    Wanted,
    names_them,
    numbers_in,
    read_period,
    read_query,
    reference_key,
)

THEMES = {"habitat": "Habitat et centres-bourgs", "sante": "Santé et services au public"}


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("logement vacant", Wanted("logement vacant")),
        ("logement thème:habitat", Wanted("logement", ("habitat",))),
        ("thème\u00a0: habitat logement", Wanted("logement", ("habitat",))),
        ("Theme : Santé", Wanted("", ("sante",))),
        ('thème:"santé et services" médecin', Wanted("médecin", ("sante",))),
        ("depuis:2026", Wanted(since=date(2026, 1, 1))),
        ("crèche depuis : 03/2026", Wanted("crèche", since=date(2026, 3, 1))),
        ("avant:2025", Wanted(until=date(2025, 12, 31))),
        ("jusque:02/2024", Wanted(until=date(2024, 2, 29))),
        ("depuis:2026-03-15", Wanted(since=date(2026, 3, 15))),
        ("avant:15/06/2026 état:gardée", Wanted(until=date(2026, 6, 15), state="kept")),
        ("état : écartées zrr", Wanted("zrr", state="dropped")),
        ("« thème : habitat »", Wanted("", ("habitat",))),
        ("état:attente", Wanted(state="waiting")),
        (
            "exonération loi n° 2024-12 du 3 mars 2024",
            Wanted("exonération", references=("loi n 2024 12",)),
        ),
    ],
)
def test_a_line_is_read(line: str, wanted: Wanted) -> None:
    assert read_query(line, THEMES) == wanted


@pytest.mark.parametrize(
    "line",
    [
        "thème:nulle part",
        "depuis:31/02/2026",
        "état:gris",
        "avis : favorable",
        "depuis:hier",
        "thème:!? crèche",
    ],
)
def test_what_is_no_option_stays_among_the_words(line: str) -> None:
    assert read_query(line, THEMES) == Wanted(" ".join(line.split()))


def test_two_ways_of_naming_a_text_are_the_same() -> None:
    full = reference_key("law", "loi n° 2020-1577 du 14 décembre 2020")
    assert full == reference_key("law", "loi n° 2020-1577")
    assert reference_key("article", "article L. 1 du CGCT") != reference_key(
        "article", "article L. 1 du CCP"
    )
    stored = [{"kind": "law", "text": "loi n° 2020-1577 du 14 décembre 2020"}]
    assert names_them(stored, [full])
    assert names_them(stored, [])
    assert not names_them(stored, [full, "autre"])
    assert not names_them([], [full])


def test_the_number_of_a_text_is_what_the_tables_look_for() -> None:
    assert numbers_in(["loi n 2020 1577", "directive", "article l 5214 16"]) == ("2020", "5214")


def test_nothing_is_nothing() -> None:
    assert read_query("  ", THEMES).is_empty
    assert not read_query("a", THEMES).is_empty


@given(st.text(max_size=80))
def test_no_line_is_refused(line: str) -> None:
    read_query(line, THEMES)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_day_is_itself_however_it_is_written(day: date) -> None:
    for written in (day.isoformat(), f"{day:%d/%m/%Y}", f"{day.day}/{day.month}/{day.year:04}"):
        assert read_period(written) == (day, day)


def test_what_is_no_period() -> None:
    for written in ("", "26", "13/2026", "2026-13", "32/01/2026", "0000", "2026-02-30"):
        assert read_period(written) is None
