"""What the knowledge base decides."""

from datetime import date

import pytest

from bot.answers.rules import LONGEST_ANSWER, AnswerRow, read_answer
from core.errors import InputError

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
    ],
)
def test_a_bad_line_says_what_is_wrong_and_what_to_do(change: dict[str, str], what: str) -> None:
    with pytest.raises(InputError) as caught:
        read_answer({**ROW, **change}, THEMES)
    assert caught.value.what == what
    assert caught.value.hint
