"""What the knowledge base decides, from values alone: the life of an answer."""

import enum
from dataclasses import dataclass
from datetime import date, datetime, time

from core.clock import PARIS
from core.people.roles import Role

LONGEST_ANSWER = 3500
"""How many characters fit in one chat message with the reserve (Bot API, sendMessage: 4096)."""

EXPERTS = frozenset({Role.RESOURCE, Role.OPERATOR, Role.RESEARCHER})
"""Who may be asked to validate an answer beside the animators."""

MORNING = time(9)
"""When the animators are told of a review that is due, in Paris."""


class State(enum.StrEnum):
    """Where an answer stands. Only validated ones are seen by agents.

    `REMOVED` was a draft, and holds nothing any more: its number is never another's.
    """

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    VALIDATED = "validated"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"


class What(enum.StrEnum):
    """What happened to an answer, in its history."""

    VALIDATED = "validated"
    REVISED = "revised"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    IMPORTED = "imported"


UNDER_WAY = frozenset({State.DRAFT, State.IN_REVIEW})


class Obstacle(enum.StrEnum):
    """Why a draft cannot be submitted as it stands."""

    INCOMPLETE = "incomplete"
    TOO_LONG = "too_long"
    FLAGGED = "flagged"


def length(question: str, answer: str, sources: str) -> int:
    """Return how many characters an answer takes of a chat message."""
    return len(question) + len(answer) + len(sources)


def obstacle(
    question: str, answer: str, sources: str, *, flagged: bool, confirmed: bool
) -> Obstacle | None:
    """Return what keeps a draft from being submitted; what is flagged may be `confirmed`."""
    if not (question.strip() and answer.strip()):
        return Obstacle.INCOMPLETE
    if length(question, answer, sources) > LONGEST_ANSWER:
        return Obstacle.TOO_LONG
    return Obstacle.FLAGGED if flagged and not confirmed else None


class Refusal(enum.StrEnum):
    """Why somebody may not validate a draft, or refuse it."""

    NOT_IN_REVIEW = "not_in_review"
    NOT_ASKED = "not_asked"
    AUTHOR = "author"


@dataclass(frozen=True)
class Judge:
    """Who would judge a draft. `asked`: an expert whom the animators asked for this one."""

    author: bool
    animator: bool
    asked: bool


def refusal(state: State, judge: Judge, validators: int) -> Refusal | None:
    """Return why somebody may not judge a draft; None when they may.

    Where two people validate, whoever wrote it as it stands is not the second one.
    """
    if not (judge.animator or judge.asked):
        return Refusal.NOT_ASKED
    if state is not State.IN_REVIEW:
        return Refusal.NOT_IN_REVIEW
    return Refusal.AUTHOR if judge.author and validators > 1 else None


def morning(day: date) -> datetime:
    """Return when the animators are told of what is due on a day."""
    return datetime.combine(day, MORNING, PARIS)


def is_overdue(review_on: date | None, now: datetime) -> bool:
    """Say whether an answer should have been read again by now: from the day after its date."""
    return review_on is not None and review_on < now.astimezone(PARIS).date()


def tells_until(now: datetime) -> date:
    """Return the last review date of which the animators are to be told by now.

    Nothing is said before the morning of the day itself.
    """
    today = now.astimezone(PARIS).date()
    return today if now >= morning(today) else date.fromordinal(today.toordinal() - 1)
