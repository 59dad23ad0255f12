"""What the knowledge base decides."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.decide import LONGEST_ANSWER, State
from bot.answers.rules import (
    LONGEST_SEARCH,
    PAGE,
    AnswerRow,
    months_after,
    page_of,
    pair,
    parse_review,
    parse_search,
    parse_sources,
    parse_stated,
    parse_variants,
    parse_words,
    read_answer,
)
from core.errors import InputError
from core.spreadsheet import guarded, unguarded

NOW = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
"""Already the 24th in Paris."""

ROW = {
    "code": " zrr ",
    "question": "Les ZRR existent-elles encore ?",
    "answer": "Non.",
    "theme": "Activités",
    "sources": "CGI, art. 44 quindecies A",
    "stated_on": "2026-11-01",
    "review_on": "2027-01-15",
}
THEMES = {"activites": 3, "activités": 3}


def test_a_line_of_answers_is_read() -> None:
    assert read_answer(ROW, THEMES) == AnswerRow(
        code="zrr",
        question="Les ZRR existent-elles encore ?",
        answer="Non.",
        theme_id=3,
        sources="CGI, art. 44 quindecies A",
        stated_on=date(2026, 11, 1),
        review_on=date(2027, 1, 15),
    )


def test_theme_sources_and_review_can_be_left_out() -> None:
    row = {"code": "a", "question": "Q", "answer": "A", "stated_on": "2026-11-01", "theme": None}
    read = read_answer(row, THEMES)
    assert (read.theme_id, read.sources, read.review_on) == (None, "", None)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"code": " "}, "no code"),
        ({"question": ""}, "no question"),
        ({"answer": ""}, "no answer"),
        ({"stated_on": ""}, "no stated_on"),
        ({"stated_on": "1er novembre"}, "not a day: '1er novembre'"),
        ({"review_on": "2026-02-30"}, "not a day: '2026-02-30'"),
        ({"theme": "Pêche"}, "unknown theme 'Pêche'"),
        ({"answer": "x" * LONGEST_ANSWER}, "too long"),
        ({"state": "validée"}, "unknown state 'validée'"),
        ({"validated_at": "2026-11-01"}, "not an instant: '2026-11-01'"),
        ({"withdrawn_at": "hier"}, "not an instant: 'hier'"),
        ({"origin": "n° 3"}, "not a number: 'n° 3'"),
        ({"state": "draft", "code": ""}, "no code"),
    ],
)
def test_a_bad_line_says_what_is_wrong_and_what_to_do(change: dict[str, str], what: str) -> None:
    with pytest.raises(InputError) as caught:
        read_answer({**ROW, **change}, THEMES)
    assert caught.value.what == what
    assert caught.value.hint


def test_the_life_of_an_answer_is_read_where_it_is_told() -> None:
    row = {
        **ROW,
        "state": "withdrawn",
        "variants": "Et  les ZRR ?\n\nZRR\nZRR\n",
        "validated_at": "2026-11-03T10:30:00+01:00",
        "withdrawn_at": "2026-11-04T10:30:00+00:00",
        "origin": "4821",
        "revises": "frr",
    }
    read = read_answer(row, THEMES)
    assert read.state is State.WITHDRAWN
    assert read.variants == ("Et les ZRR ?", "ZRR")
    assert read.validated_at == datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
    assert read.withdrawn_at == datetime(2026, 11, 4, 10, 30, tzinfo=UTC)
    assert (read.question_id, read.revises) == (4821, "frr")


def test_a_draft_may_be_empty_or_too_long() -> None:
    row = {"code": "a", "state": "draft", "stated_on": "2026-11-01", "question": "x" * 9000}
    assert read_answer(row, THEMES).answer == ""


@pytest.mark.parametrize(
    ("parse", "text", "read"),
    [
        (parse_words, " Oui. ", "Oui."),
        (parse_sources, " CGI \n\n loi ", "CGI\nloi"),
        (parse_sources, "-", ""),
        (parse_variants, "a  b\na b\nc", ["a b", "c"]),
        (parse_variants, " - ", []),
        (parse_stated, "today", "2026-11-24"),
        (parse_stated, "24/11/2026", "2026-11-24"),
        (parse_stated, "2026-11-02", "2026-11-02"),
        (parse_stated, " 2 - 1 - 2026", "2026-01-02"),
        (parse_review, "6", "2027-05-24"),
        (parse_review, "25.11.2026", "2026-11-25"),
        (parse_search, "  a \n b ", "a b"),
        (parse_search, "x" * 1000, "x" * LONGEST_SEARCH),
    ],
)
def test_what_animators_type_is_read(
    parse: Callable[[str, datetime], Any], text: str, read: object
) -> None:
    assert parse(text, NOW) == read


@pytest.mark.parametrize(
    ("parse", "text", "explained"),
    [
        (parse_words, " ", "nothing_said"),
        (parse_search, "\n", "nothing_said"),
        (parse_words, "x" * 4001, "words_too_long"),
        (parse_stated, "25/11/2026", "day_to_come"),
        (parse_stated, "31/02/2026", "day_unknown"),
        (parse_review, "24/11/2026", "day_past"),
        (parse_review, "demain", "day_unknown"),
    ],
)
def test_what_cannot_be_read_names_its_explanation(
    parse: Callable[[str, datetime], Any], text: str, explained: str
) -> None:
    with pytest.raises(InputError) as caught:
        parse(text, NOW)
    assert caught.value.what == explained


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 23), 12, date(2027, 11, 23)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 11, 1), 1, date(2026, 12, 1)),
        (date(9999, 6, 1), 12, date(9999, 6, 1)),
    ],
)
def test_months_are_counted_to_the_same_day_or_the_last(
    day: date, months: int, later: date
) -> None:
    assert months_after(day, months) == later


def test_two_numbers_are_read_off_a_button() -> None:
    assert pair("12-3") == (12, 3)
    for forged in ("", "12", "a-1", "1-2-3", "1-", "9999999999-1", "\u0661-\u0662"):
        assert pair(forged) is None


def test_a_list_is_cut_into_pages() -> None:
    rows = list(range(PAGE + 1))
    assert page_of(rows, 0) == (rows[:PAGE], True)
    assert page_of(rows, 1) == (rows[PAGE:], False)
    assert page_of(rows, 2) == ([], False)


@given(st.text(alphabet="=+-@\t\r'ab"))
def test_a_guarded_cell_is_no_formula_and_comes_back(cell: str) -> None:
    assert not guarded(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(guarded(cell)) == cell
