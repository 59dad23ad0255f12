"""Plans of meetings: reading and writing them. No function here commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import acts
from core.people.models import Person
from core.reference import Party
from core.working_time import paris_day
from digest.seminars import names, store
from digest.seminars.decide import Kind, State
from digest.seminars.half_days import Half, Hours
from digest.seminars.models import HalfDay, InvitedGroup, Registration, Seminar, Speaker
from digest.seminars.reminding.decide import What, states_of
from digest.seminars.rules import RegistrationState, plain
from digest.seminars.scheduling.decide import Other

COPIED = (
    "access", "capacity", "open_to_all", "audience", "meals", "carpool", "questions",
    "reminder_days", "chase_days",
)  # fmt: skip
"""What a meeting « like the last one » takes from it, besides its kind, title and place."""

ON_A_PAGE = 12
ANIMATOR = "animator"
"""The part of who animates, among the speakers."""


@dataclass(frozen=True)
class Listed:
    """A page of the meetings, its number from 0, and that of the last page."""

    seminars: Sequence[Seminar]
    page: int
    last: int


async def create(
    session: AsyncSession,
    *,
    kind: Kind,
    title: str,
    hours: Sequence[Hours],
    now: datetime,
    actor: Party,
    place: str = "",
    video_url: str | None = None,
) -> Seminar:
    """Write a draft with its half-days."""
    seminar = await store.create(
        session,
        kind=kind,
        title=title,
        starts_at=hours[0].starts_at,
        ends_at=hours[-1].ends_at,
        place=place,
        video_url=video_url,
        now=now,
        actor=actor,
    )
    await store.set_half_days(session, seminar, hours)
    return seminar


async def copy(
    session: AsyncSession, last: Seminar, hours: Sequence[Hours], now: datetime, actor: Party
) -> Seminar:
    """Write a draft like an earlier meeting, at another date: same groups, same animators.

    Not who speaks nor the programme: those of last time would pass for what is prepared.
    """
    seminar = await create(
        session,
        kind=Kind(last.kind),
        title=last.title,
        hours=hours,
        now=now,
        actor=actor,
        place=last.place,
        video_url=last.video_url,
    )
    for name in COPIED:
        setattr(seminar, name, getattr(last, name))
    columns = [each.key for each in InvitedGroup.__table__.columns]
    for group in await groups(session, last.id):
        kept = {name: getattr(group, name) for name in columns if name != "id"}
        session.add(InvitedGroup(**{**kept, "seminar_id": seminar.id, "added_at": now}))
    for one in await speakers(session, last.id):
        if one.part == ANIMATOR and one.name:
            session.add(_same(one, seminar.id))
    await session.flush()
    return seminar


def propose(seminar: Seminar, what: str, values: Mapping[str, Any]) -> int:
    """Keep a change that is to be confirmed, instead of an earlier one; return its number."""
    number = (seminar.proposal or {}).get("number", 0) + 1
    seminar.proposal = {"number": number, "what": what, **values}
    return int(number)


def proposed(seminar: Seminar, number: int) -> Mapping[str, Any] | None:
    """Return the change that waits under a number, unless another took its place."""
    found = seminar.proposal
    waits = found is not None and found.get("what") and found["number"] == number
    return found if waits else None


def settle(seminar: Seminar) -> None:
    """Forget the change that waited; its number is not given again."""
    number = (seminar.proposal or {}).get("number", 0)
    seminar.proposal = {"number": number}


def waiting_date(seminar: Seminar) -> Sequence[Hours]:
    """Return the half-days that were typed and wait to be confirmed, if any."""
    found = seminar.proposal or {}
    return [Hours.from_json(raw) for raw in found.get("half_days", [])]


def hours_of(half_days: Sequence[HalfDay]) -> list[Hours]:
    """Return half-days as decisions see them."""
    return [Hours(each.day, Half(each.half), each.starts_at, each.ends_at) for each in half_days]


async def groups(session: AsyncSession, seminar: int) -> Sequence[InvitedGroup]:
    """Return whom a meeting invites."""
    wanted = select(InvitedGroup).where(InvitedGroup.seminar_id == seminar)
    return (await session.scalars(wanted.order_by(InvitedGroup.id))).all()


def _same(one: Speaker, seminar: int) -> Speaker:
    kept = ("name", "organisation", "function", "part", "party")
    return Speaker(seminar_id=seminar, **{name: getattr(one, name) for name in kept})


async def party_named(session: AsyncSession, name: str) -> str | None:
    """Return the person of the directory who has that name, if one alone does."""
    people = await session.execute(select(Person.id, Person.given_name, Person.family_name))
    found = [
        row.id for row in people if plain(f"{row.given_name} {row.family_name}") == plain(name)
    ]
    return str(names.person_party(found[0])) if len(found) == 1 else None


async def speakers(session: AsyncSession, seminar: int) -> Sequence[Speaker]:
    """Return who speaks at a meeting or animates it, in the order they were added."""
    wanted = select(Speaker).where(Speaker.seminar_id == seminar)
    return (await session.scalars(wanted.order_by(Speaker.id))).all()


async def count_told(session: AsyncSession, seminar: int, change: str = "") -> int:
    """Return how many people a change of a meeting concerns: `moved` is for the excused too."""
    states = [state.value for state in states_of(What.UPDATE, change)]
    wanted = select(func.count()).where(
        Registration.seminar_id == seminar, Registration.state.in_(states)
    )
    return await session.scalar(wanted) or 0


async def others(session: AsyncSession, hours: Sequence[Hours], but: int) -> Sequence[Other]:
    """Return the other meetings of some days, drafts included, with their half-days."""
    days = {each.day for each in hours}
    rows = await session.execute(
        select(Seminar.id, Seminar.title, Seminar.kind, HalfDay.day, HalfDay.half)
        .join(HalfDay, HalfDay.seminar_id == Seminar.id)
        .where(HalfDay.day.in_(days), Seminar.id != but, Seminar.state != State.CANCELLED.value)
        .order_by(HalfDay.starts_at, Seminar.id)
    )
    found: dict[int, Other] = {}
    for row in rows:
        before = found.get(row.id, Other(row.title, row.kind, ()))
        half_days = (*before.half_days, (row.day, Half(row.half)))
        found[row.id] = Other(row.title, row.kind, half_days)
    return list(found.values())


async def listed(session: AsyncSession, now: datetime, number: int) -> Listed:
    """Return a page of what the desk shows, from 0: drafts, what comes, what took place.

    Drafts whose date is past are between the last two: they were left, and hide nothing.
    """
    drafts = await store.drafts(session)
    ahead = [one for one in drafts if one.starts_at > now]
    left = [one for one in drafts if one.starts_at <= now]
    coming, past = await store.coming(session, now), await store.past(session, now)
    every = [*ahead, *coming, *left, *past]
    last = max(0, (len(every) - 1) // ON_A_PAGE)
    page = min(number, last)
    return Listed(every[page * ON_A_PAGE : (page + 1) * ON_A_PAGE], page, last)


async def last_of_each_kind(session: AsyncSession) -> Sequence[Seminar]:
    """Return the latest meeting of each kind that was published, in the order of kinds."""
    found: list[Seminar] = []
    for kind in Kind:
        wanted = select(Seminar).where(
            Seminar.kind == kind.value, Seminar.state == State.PUBLISHED.value
        )
        found += await session.scalars(
            wanted.order_by(Seminar.starts_at.desc(), Seminar.id.desc()).limit(1)
        )
    return found


async def same(
    session: AsyncSession, kind: Kind, title: str, hours: Sequence[Hours]
) -> Seminar | None:
    """Return the meeting of that kind, title and first day, unless it is cancelled."""
    wanted = select(Seminar).where(
        Seminar.kind == kind.value, Seminar.title == title, Seminar.state != State.CANCELLED.value
    )
    day = hours[0].day
    rows = await session.scalars(wanted.order_by(Seminar.id))
    return next((each for each in rows if paris_day(each.starts_at) == day), None)


async def states(session: AsyncSession, seminar: int) -> Mapping[str, int]:
    """Return how many people are in each state of registration; every state is there."""
    wanted = select(Registration.state, func.count()).where(Registration.seminar_id == seminar)
    found = {state.value: 0 for state in RegistrationState}
    rows = await session.execute(wanted.group_by(Registration.state))
    return found | {row[0]: row[1] for row in rows}


def record(
    session: AsyncSession, seminar: Seminar, field: str, now: datetime, actor: Party
) -> None:
    """Note that something of a meeting was changed, of which nobody is told.

    A draft takes another version: what is published is what was seen.
    """
    seminar.updated_at = now
    if seminar.state == State.DRAFT:
        seminar.version += 1
    reference = names.seminar_reference(seminar.id)
    acts.record(session, actor, "seminars.changed", reference, now, field=field)
