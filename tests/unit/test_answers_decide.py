"""The life of an answer, from values alone."""

from datetime import UTC, date, datetime

import pytest

from bot.answers.decide import (
    LONGEST_ANSWER,
    Judge,
    Obstacle,
    Refusal,
    State,
    is_overdue,
    morning,
    obstacle,
    refusal,
    tells_until,
)


@pytest.mark.parametrize(
    ("question", "answer", "flagged", "confirmed", "found"),
    [
        (" ", "R", False, False, Obstacle.INCOMPLETE),
        ("Q", "", False, False, Obstacle.INCOMPLETE),
        ("Q", "x" * LONGEST_ANSWER, False, False, Obstacle.TOO_LONG),
        ("Q", "x" * (LONGEST_ANSWER - 1), False, False, None),
        ("Q", "R", True, False, Obstacle.FLAGGED),
        ("Q", "R", True, True, None),
        ("Q", "x" * LONGEST_ANSWER, True, True, Obstacle.TOO_LONG),
    ],
)
def test_what_keeps_a_draft_from_being_submitted(
    question: str, answer: str, *, flagged: bool, confirmed: bool, found: Obstacle | None
) -> None:
    assert obstacle(question, answer, "", flagged=flagged, confirmed=confirmed) is found


@pytest.mark.parametrize(
    ("state", "judge", "validators", "refused"),
    [
        (State.IN_REVIEW, Judge(author=False, animator=True, asked=False), 2, None),
        (State.IN_REVIEW, Judge(author=False, animator=False, asked=True), 2, None),
        (State.IN_REVIEW, Judge(author=True, animator=True, asked=False), 2, Refusal.AUTHOR),
        (State.IN_REVIEW, Judge(author=True, animator=True, asked=False), 1, None),
        (State.IN_REVIEW, Judge(author=False, animator=False, asked=False), 1, Refusal.NOT_ASKED),
        (State.DRAFT, Judge(author=False, animator=True, asked=False), 1, Refusal.NOT_IN_REVIEW),
        (State.VALIDATED, Judge(author=False, animator=False, asked=False), 2, Refusal.NOT_ASKED),
    ],
)
def test_who_may_judge_a_draft(
    state: State, judge: Judge, validators: int, refused: Refusal | None
) -> None:
    assert refusal(state, judge, validators) is refused


def test_a_review_is_told_at_nine_in_paris_whatever_the_season() -> None:
    assert morning(date(2027, 2, 1)).astimezone(UTC) == datetime(2027, 2, 1, 8, tzinfo=UTC)
    assert morning(date(2027, 3, 28)).astimezone(UTC) == datetime(2027, 3, 28, 7, tzinfo=UTC)
    assert tells_until(datetime(2027, 2, 1, 7, 59, tzinfo=UTC)) == date(2027, 1, 31)
    assert tells_until(datetime(2027, 2, 1, 8, 0, tzinfo=UTC)) == date(2027, 2, 1)
    assert tells_until(datetime(2027, 1, 31, 23, 30, tzinfo=UTC)) == date(2027, 1, 31)


def test_an_answer_is_overdue_from_the_day_after_its_date() -> None:
    review = date(2027, 2, 1)
    assert not is_overdue(review, datetime(2027, 2, 1, 22, 59, tzinfo=UTC))
    assert is_overdue(review, datetime(2027, 2, 1, 23, 0, tzinfo=UTC))
    assert not is_overdue(None, datetime(2050, 1, 1, tzinfo=UTC))
