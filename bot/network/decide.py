"""Whom a question is put to, and whose contact is given, from values alone."""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.clock import PARIS, aware
from core.people.roles import Role

HELPERS = frozenset({Role.AGENT, Role.RESOURCE, Role.OPERATOR, Role.SUPPORT, Role.RESEARCHER})
"""Agents and experts: who may agree to be asked and contacted, and may search for contacts."""

CAPS = (1, 2, 4, 8)
"""How many times a month somebody may choose to be asked at most."""


class Reason(enum.StrEnum):
    """Why somebody is asked, from the nearest to the farthest."""

    DEPARTMENT = "department"
    NEIGHBOUR = "neighbour"
    THEME = "theme"


_NEAREST = tuple(Reason)


@dataclass(frozen=True)
class Candidate:
    """Somebody who agreed to be asked.

    `departments` are those of the `territories` they serve. `themes` are the only ones they accept
    (empty: all). `asked` counts what they were sent this month, `last_asked` is when they were
    last, ever.
    """

    person_id: int
    territories: frozenset[int]
    departments: frozenset[str]
    themes: frozenset[int]
    cap: int
    asked: int
    last_asked: datetime | None


@dataclass(frozen=True)
class Subject:
    """What is asked, and for whom: `territories` are the asker's own, `neighbours` the
    départements that touch theirs, `already` who had this very question.
    """  # noqa: D205  # one sentence

    asker_id: int | None
    territories: frozenset[int]
    departments: frozenset[str]
    neighbours: frozenset[str]
    theme_id: int | None
    discreet: bool
    already: frozenset[int]


@dataclass(frozen=True)
class Chosen:
    """Somebody to ask, and why."""

    person_id: int
    reason: Reason


def choose(candidates: Iterable[Candidate], subject: Subject, most: int) -> tuple[Chosen, ...]:
    """Return whom to ask, at most so many: those asked least recently, then the nearest.

    Never the asker, nobody twice for the same question, nobody over their monthly cap, nobody of
    a discreet asker's own territory; only those whose territory or theme fits.
    """
    fitting = [
        (candidate, reason)
        for candidate in candidates
        if _may_be_asked(candidate, subject) and (reason := fit(candidate, subject))
    ]
    fitting.sort(key=lambda pair: _turn(*pair))
    return tuple(Chosen(one.person_id, reason) for one, reason in fitting[: max(most, 0)])


def fit(candidate: Candidate, subject: Subject) -> Reason | None:
    """Return why a question suits somebody, if it does.

    Whoever named themes accepts no other, nor a question whose theme is unknown.
    """
    if candidate.themes and subject.theme_id not in candidate.themes:
        return None
    if candidate.departments & subject.departments:
        return Reason.DEPARTMENT
    if candidate.departments & subject.neighbours:
        return Reason.NEIGHBOUR
    return Reason.THEME if subject.theme_id is not None else None


def _may_be_asked(candidate: Candidate, subject: Subject) -> bool:
    if candidate.person_id == subject.asker_id or candidate.person_id in subject.already:
        return False
    if subject.discreet and candidate.territories & subject.territories:
        return False
    return candidate.asked < candidate.cap


def _turn(candidate: Candidate, reason: Reason) -> tuple[float, int, int]:
    """Return somebody's turn: who was never asked comes first."""
    last = float("-inf") if candidate.last_asked is None else candidate.last_asked.timestamp()
    return last, _NEAREST.index(reason), candidate.person_id


def month_start(now: datetime) -> datetime:
    """Return the first instant of the month of Paris that `now` is in."""
    local = aware(now).astimezone(PARIS)
    return aware(local.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0))


@dataclass(frozen=True)
class Contact:
    """Somebody whose contact may be given, for a territory, and the experience that says why."""

    person_id: int
    territory_id: int
    proposal_id: int | None = None


def first_territories(
    found: Sequence[Contact], excluded: frozenset[int], most: int
) -> tuple[Contact, ...]:
    """Return the first contact of each of the first territories, at most so many.

    Nobody is named twice, even for two territories.
    """
    kept: dict[int, Contact] = {}
    people: set[int] = set()
    for contact in found:
        new = contact.territory_id not in kept and contact.person_id not in people
        if new and contact.territory_id not in excluded and len(kept) < most:
            kept[contact.territory_id] = contact
            people.add(contact.person_id)
    return tuple(kept.values())
