"""What a meeting is, and what its state and its date allow. Decisions only."""

import enum
from datetime import datetime


class Kind(enum.StrEnum):
    """What a meeting is: people always read its exact kind."""

    SEMINAR = "seminar"
    STEERING = "steering"
    TECHNICAL = "technical"
    WORKSHOP = "workshop"


COMMITTEES = frozenset({Kind.STEERING, Kind.TECHNICAL})


class State(enum.StrEnum):
    """The life of a seminar."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


def is_committee(kind: str) -> bool:
    """Say whether a meeting is a committee.

    It has a restricted and an extended audience, decides, and is for those it invites.
    """
    return kind in COMMITTEES


def may_publish(state: State, starts_at: datetime, now: datetime) -> bool:
    """Say whether a seminar can be published."""
    return state is State.DRAFT and now < starts_at


def may_cancel(state: State) -> bool:
    """Say whether a seminar can be cancelled."""
    return state is not State.CANCELLED


def is_open(state: State, starts_at: datetime, now: datetime) -> bool:
    """Say whether one can register for a seminar."""
    return state is State.PUBLISHED and now < starts_at
