"""The directory and the welcome: who may be blocked or leave, whom to meet, what the menu shows."""

import enum
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import InputError
from core.people.roles import Role
from core.people.rules import read_until

COLLEAGUES = 3
LONGEST_NAME = 80
MENU_ORDER = ("question", "mesquestions", "reponses", "agenda", "proposer")
"""What comes first in the menu; the help comes last, the rest in between as it is mounted."""

HELP = "aide"

TEAM_TOO = frozenset({"reponses", "parrainage"})
"""What agents read in private, and animators work on in their group."""


ASKERS = frozenset({"question", "mesquestions"})
"""What only agents do: the hotline answers nobody else."""


class Blocking(enum.StrEnum):
    """Why somebody is blocked: chosen, never typed, for the trail keeps it."""

    ABUSE = "abuse"
    FLOOD = "flood"
    STOLEN = "stolen"
    OTHER = "other"


class Objection(enum.StrEnum):
    """Why something cannot be done to somebody."""

    ONESELF = "oneself"
    TEAM = "team"
    ALREADY = "already"


@dataclass(frozen=True)
class Colleague:
    """An agent as the welcome weighs them, by the territories served and their départements."""

    person_id: int
    territories: frozenset[int]
    departments: frozenset[str]


def may_block(
    actor: int | None, person: int, roles: frozenset[Role], *, blocked: bool
) -> Objection | None:
    """Say what stands against blocking somebody; None: nothing."""
    if actor == person:
        return Objection.ONESELF
    if roles & {Role.ANIMATOR, Role.HEAD}:
        return Objection.TEAM
    return Objection.ALREADY if blocked else None


def may_leave(actor: int | None, person: int) -> Objection | None:
    """Say what stands against ending what somebody holds: nobody shows themselves out."""
    return Objection.ONESELF if actor == person else None


def may_succeed(person: int, successor: int, chain: Sequence[int], roles: frozenset[Role]) -> bool:
    """Say whether somebody can take over from a person.

    `chain` is who comes after the successor: nobody may, in the end, take over from themselves.
    """
    return person != successor and person not in chain and Role.AGENT in roles


def may_receive_stranger(roles: frozenset[Role]) -> bool:
    """Say whether a stranger's account may be attached to somebody whose address it did not prove.

    Never to the team's own: an invitation is made for them.
    """
    return bool(roles) and not roles & {Role.ANIMATOR, Role.HEAD}


def colleagues(newcomer: Colleague, agents: Iterable[Colleague]) -> list[int]:
    """Choose whom a newcomer should know: neighbours first, then their own territory, then others.

    Among equals each newcomer starts elsewhere, so that the same three are not shown to all.
    """
    others = sorted((one for one in agents if one.person_id != newcomer.person_id), key=_number)
    start = newcomer.person_id % len(others) if others else 0
    turned = others[start:] + others[:start]
    nearest = sorted(turned, key=lambda one: _distance(newcomer, one))
    return [one.person_id for one in nearest[:COLLEAGUES]]


def _number(colleague: Colleague) -> int:
    return colleague.person_id


def _distance(newcomer: Colleague, other: Colleague) -> int:
    if newcomer.territories & other.territories:
        return 1
    return 0 if newcomer.departments & other.departments else 2


def menu_order(names: Sequence[str]) -> list[str]:
    """Return the commands of a menu in the order in which they are shown."""
    first = [name for name in MENU_ORDER if name in names]
    middle = [name for name in names if name not in first and name != HELP]
    return [*first, *middle, *(name for name in names if name == HELP)]


def in_menu(role: Role | None, name: str, roles: frozenset[Role], *, private: bool) -> bool:
    """Say whether a command has its place in somebody's menu, in private or in their group."""
    if name == HELP:
        return True
    if private and name in ASKERS:
        return Role.AGENT in roles
    if private:
        return role is None or role in roles
    return Role.ANIMATOR in roles and (role is Role.ANIMATOR or name in TEAM_TOO)


def parse_name(text: str, _now: datetime) -> str:
    """Read a given or a family name, less what nobody sees of it.

    Raises InputError: `name_empty` or `name_long`.
    """
    seen = "".join(
        character for character in text if character.isspace() or not _is_unseen(character)
    )
    name = " ".join(seen.split())
    if not name:
        raise InputError("name_empty")
    if len(name) > LONGEST_NAME:
        raise InputError("name_long")
    return name


def _is_unseen(character: str) -> bool:
    """Tell controls, and marks that turn the direction of writing, from what is read."""
    return unicodedata.category(character) in {"Cc", "Cf"}


def parse_blocking(text: str, _now: datetime) -> str:
    """Read a reason chosen by its button. Raises InputError: `reason_unknown`."""
    if text not in set(Blocking):
        raise InputError("reason_unknown")
    return text


def parse_last_day(text: str, now: datetime) -> str:
    """Return when somebody's last day ends, in UTC (ISO 8601); `now` is a day too: at once.

    Raises InputError: `day_unknown` or `day_past`.
    """
    if text.strip() == "now":
        return now.isoformat()
    try:
        end = read_until(text.strip())
    except InputError as error:
        raise InputError("day_unknown") from error
    if end <= now:
        raise InputError("day_past")
    return end.isoformat()


def pair(text: str) -> tuple[int, int] | None:
    """Read two rows' numbers, as `12-7`; None for anything else."""
    first, _, second = text.partition("-")
    parts = (first, second)
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):  # noqa: PLR2004  # as a row's number
        return None
    return int(first), int(second)
