"""What can be chosen to invite a group, and what chosen groups are called. Nothing here writes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.people.models import Person, Structure, Territory, Theme
from core.people.roles import Role
from core.people.rules import resemblance
from core.reference import Party
from digest.seminars import names
from digest.seminars.decide import State
from digest.seminars.inviting import reading
from digest.seminars.inviting.decide import Group, GroupKind
from digest.seminars.models import Guest, Seminar

EVERYBODY = 0
"""The number of the only choice of its kind."""


@dataclass(frozen=True)
class Choice:
    """A group that can be chosen: `number` is what its button carries, `label` what it says."""

    number: int
    group: Group
    label: Mapping[str, Any]


async def choices(session: AsyncSession, seminar: Seminar, kind: GroupKind) -> Sequence[Choice]:
    """Return what can be chosen among a kind of groups, in the order of its screen.

    Of single people and guests, those who are chosen already.
    """
    numbered = await _numbered(session, seminar, kind)
    found = [(number, Group(kind, value)) for number, value in numbered]
    named = await labels(session, [group for _, group in found])
    return [Choice(number, group, named[group]) for number, group in found]


async def choice(
    session: AsyncSession, seminar: Seminar, kind: GroupKind, number: int
) -> Group | None:
    """Return the group that a button is about; None when there is none (any more)."""
    if kind is GroupKind.PERSON:
        there = await session.get(Person, number)
        return Group(kind, str(names.person_party(number))) if there and there.name else None
    if kind is GroupKind.GUEST:
        guest = await session.get(Guest, number)
        return Group(kind, str(names.guest_party(number))) if guest and guest.email else None
    found = (one.group for one in await choices(session, seminar, kind) if one.number == number)
    return next(found, None)


def matching(found: Sequence[Choice], words: str, most: int) -> Sequence[Choice]:
    """Return the choices whose name has what was typed, whatever its case and accents."""
    near = (one for one in found if resemblance(words, str(one.label["name"]), "") is not None)
    return [one for one, _ in zip(near, range(most), strict=False)]


async def labels(
    session: AsyncSession, groups: Iterable[Group]
) -> Mapping[Group, Mapping[str, Any]]:
    """Return what groups are called: `kind`, `value`, `name`, and `at` for an earlier meeting."""
    groups = list(groups)
    named = {kind: await _names(session, kind, groups) for kind in {one.kind for one in groups}}
    empty: Mapping[str, Any] = {"name": "", "meeting": "", "at": None}
    return {
        group: {
            "kind": group.kind.value,
            "value": group.value,
            **empty,
            **named[group.kind].get(group.value, {}),
        }
        for group in groups
    }


Numbered = Sequence[tuple[int, str]]
"""The numbers of choices, and the values of their groups."""


async def _numbered(session: AsyncSession, seminar: Seminar, kind: GroupKind) -> Numbered:
    if kind is GroupKind.ROLE:
        return [(place, role.value) for place, role in enumerate(Role)]
    if kind is GroupKind.EVERYBODY:
        return [(EVERYBODY, "")]
    if kind in {GroupKind.PERSON, GroupKind.GUEST}:
        groups = (await reading.groups_of(session, seminar.id)).values()
        return [(Party.parse(one.value).number, one.value) for one in groups if one.kind is kind]
    if kind is GroupKind.THEME:
        themes = await session.execute(select(Theme.id, Theme.code).order_by(Theme.id))
        return [(row.id, row.code) for row in themes]
    if kind is GroupKind.AGENDA:
        found = await _earlier(session, seminar)
    else:
        table = Territory if kind is GroupKind.TERRITORY else Structure
        found = (await session.scalars(select(table.id).order_by(table.name))).all()
    return [(number, str(number)) for number in found]


async def _earlier(session: AsyncSession, seminar: Seminar) -> Sequence[int]:
    """Return the other meetings that were published, the latest first."""
    rows = await session.scalars(
        select(Seminar.id)
        .where(
            Seminar.id != seminar.id,
            Seminar.state == State.PUBLISHED,
            Seminar.starts_at < seminar.starts_at,
        )
        .order_by(Seminar.starts_at.desc(), Seminar.id.desc())
    )
    return rows.all()


Named = Mapping[str, Mapping[str, Any]]
"""What the values of some groups are called."""


async def _names(session: AsyncSession, kind: GroupKind, groups: Sequence[Group]) -> Named:
    if kind in {GroupKind.ROLE, GroupKind.EVERYBODY}:
        return {}
    if kind is GroupKind.THEME:
        themes = await session.execute(select(Theme.code, Theme.name))
        return {row.code: {"name": row.name} for row in themes}
    values = [one.value for one in groups if one.kind is kind]
    numbers = {int(value.rpartition(":")[2]): value for value in values}
    return await _rows(session, kind, numbers)


TABLES = {
    GroupKind.TERRITORY: Territory,
    GroupKind.STRUCTURE: Structure,
    GroupKind.AGENDA: Seminar,
    GroupKind.PERSON: Person,
    GroupKind.GUEST: Guest,
}
"""Where the rows are of those groups whose value is a number, or a party."""


async def _rows(session: AsyncSession, kind: GroupKind, numbers: Mapping[int, str]) -> Named:
    table: Any = TABLES[kind]
    rows = await session.scalars(select(table).where(table.id.in_(numbers)))
    if kind is GroupKind.AGENDA:
        return {
            numbers[row.id]: {"name": row.title, "meeting": row.kind, "at": row.starts_at}
            for row in rows
        }
    return {numbers[row.id]: {"name": row.name} for row in rows}
