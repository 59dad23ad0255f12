"""Who is interested in which call: reading and writing. No function here commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.acts import record
from core.settings import WatchSettings
from watch.alerts import names
from watch.alerts.models import Interest
from watch.alerts.rules import Plan, Rhythm, closings, first_plan, is_followed
from watch.desk.rules import read_dates
from watch.models import Story

CHAT = "chat"
MAIL = "mail"


@dataclass(frozen=True)
class Wish:
    """What somebody says of a call for a territory (0: nobody's), « chat » or « mail »."""

    story: int
    territory: int
    person: int
    via: str


def rhythm_of(settings: WatchSettings) -> Rhythm:
    """Return when reminders leave, as the configuration says."""
    return Rhythm(tuple(settings.reminder_days), settings.reminder_hour)


def closings_of(story: Story, now: datetime) -> tuple[datetime, ...]:
    """Return the closing dates to come of a piece of news; none once it was dropped."""
    return dates_of(story, now) if is_followed(story.state) else ()


def dates_of(story: Story, now: datetime) -> tuple[datetime, ...]:
    """Return the closing dates to come of a piece of news, whatever was decided of it."""
    return closings(read_dates(story.dates), story.deadline, now)


async def of_person(session: AsyncSession, story: int, person_id: int) -> Sequence[Interest]:
    """Return what somebody said of a call, for each of their territories; not what they withdrew.

    By territory.
    """
    rows = await session.scalars(
        select(Interest)
        .where(
            Interest.story_id == story,
            Interest.person_id == person_id,
            Interest.withdrawn_at.is_(None),
        )
        .order_by(Interest.territory_id)
    )
    return rows.all()


async def want(
    session: AsyncSession, story: Story, wish: Wish, rhythm: Rhythm, now: datetime
) -> Plan:
    """Note that somebody is interested in a call for a territory; return what they will get.

    Doing it again changes nothing.
    """
    plan = first_plan(closings_of(story, now), rhythm, now)
    row, is_new = await _open(session, wish, now)
    if is_new or row.withdrawn_at is not None:
        row.withdrawn_at = None
        row.passed, row.next_reminder_at, row.planned_at = list(plan.passed), plan.next_at, now
        _record(session, wish, "alerts.interested", now)
    await session.flush()
    return plan


async def withdraw(session: AsyncSession, wish: Wish, now: datetime) -> None:
    """Note that somebody wants no reminder of a call for a territory; again changes nothing.

    Whoever is reminded because a colleague is interested can say so too.
    """
    row, is_new = await _open(session, wish, now)
    if is_new or row.withdrawn_at is None:
        row.withdrawn_at, row.next_reminder_at = now, None
        _record(session, wish, "alerts.withdrawn", now)
    await session.flush()


def _record(session: AsyncSession, wish: Wish, verb: str, now: datetime) -> None:
    reference = names.story_reference(wish.story)
    record(session, names.person(wish.person), verb, reference, now, via=wish.via)


async def _open(session: AsyncSession, wish: Wish, now: datetime) -> tuple[Interest, bool]:
    """Return the row of somebody for a call and a territory, locked, and whether it is new."""
    values = {
        "story_id": wish.story,
        "territory_id": wish.territory,
        "person_id": wish.person,
        "via": wish.via,
        "created_at": now,
        "planned_at": now,
        "passed": [],
    }
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    made = await session.execute(
        insert(Interest).values(values).on_conflict_do_nothing().returning(Interest.id)
    )
    is_new = made.scalar() is not None
    rows = await session.scalars(
        select(Interest)
        .where(
            Interest.story_id == wish.story,
            Interest.territory_id == wish.territory,
            Interest.person_id == wish.person,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return rows.one(), is_new
