"""Where a question stands: what changes together on its row, whoever changes it."""

from datetime import datetime
from typing import Literal

from bot.hotline.decide import State
from bot.hotline.models import Question


def owed(question: Question, now: datetime) -> None:
    """Make the team owe an answer: since `now`, unless it did already."""
    question.state = State.OPEN.value
    question.closed_at = question.closed_by = question.answered_by = None
    if question.awaiting_since is None:
        question.awaiting_since, question.silence_level = now, 0


def suggested(question: Question, now: datetime) -> None:
    """Wait for its asker to say whether what they were shown is enough."""
    _owe_nothing(question, State.SUGGESTED)
    question.last_message_at = now


def answered(question: Question, now: datetime) -> None:
    """Note that the team has answered; what is closed stays so."""
    if question.first_answer_at is None:
        question.first_answer_at = now
    if question.state != State.CLOSED:
        _owe_nothing(question, State.ANSWERED)


def waiting(question: Question) -> None:
    """Wait for what its asker has to say."""
    _owe_nothing(question, State.WAITING)


def closed(question: Question, now: datetime, by: Literal["asker", "team"]) -> None:
    """Close it, until somebody reopens it."""
    _owe_nothing(question, State.CLOSED)
    question.closed_at, question.closed_by = now, by


def _owe_nothing(question: Question, state: State) -> None:
    question.state = state.value
    question.awaiting_since, question.silence_level = None, 0
