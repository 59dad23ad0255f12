"""Reading what the network's decisions need. No function here commits."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.hotline.models import Question
from bot.network.consents import agreed
from bot.network.decide import HELPERS, Candidate, Subject, month_start
from bot.network.models import Solicitation, Solicited
from bot.network.neighbours import NEIGHBOURS
from core.people.directory import Listed, everybody
from core.people.models import Account, Territory, Theme
from core.people.store import TELEGRAM, territories_of
from core.themes.rules import match
from core.themes.store import themes

ALONE = "network.solicited"
"""The name that is held while somebody is chosen: nobody is then counted twice as free."""


async def solicitation(session: AsyncSession, number: int) -> Solicitation | None:
    """Return a solicitation, held against other writers until the transaction ends."""
    return await session.get(Solicitation, number, with_for_update=True)


async def draft_of(session: AsyncSession, question_id: int) -> Solicitation | None:
    """Return the solicitation of a question that is being written, if there is one."""
    return await session.scalar(
        select(Solicitation)
        .where(Solicitation.question_id == question_id, Solicitation.state == "draft")
        .order_by(Solicitation.id.desc())
        .limit(1)
        .with_for_update()
    )


async def solicited(session: AsyncSession, number: int, person_id: int) -> Solicited | None:
    """Return somebody's part in a solicitation; None when they were never asked."""
    return await session.scalar(
        select(Solicited)
        .where(Solicited.solicitation_id == number, Solicited.person_id == person_id)
        .with_for_update()
    )


async def candidates(session: AsyncSession, now: datetime) -> Sequence[Candidate]:
    """Return who agreed to be asked, still is an agent or an expert, and can be reached."""
    consents = await agreed(session)
    reached = set(
        await session.scalars(
            select(Account.person_id).where(
                Account.channel == TELEGRAM, Account.blocked_at.is_(None)
            )
        )
    )
    this_month = await _asked(session, month_start(now))
    last = await _last_asked(session)
    return [
        Candidate(
            person_id=one.person_id,
            territories=one.territories,
            departments=one.departments,
            themes=frozenset(consents[one.person_id].themes),
            cap=consents[one.person_id].monthly_cap,
            asked=this_month.get(one.person_id, 0),
            last_asked=last.get(one.person_id),
        )
        for one in await everybody(session, now)
        if one.roles & HELPERS and one.person_id in reached
        if one.person_id in consents and consents[one.person_id].asked
    ]


async def subject(session: AsyncSession, question: Question, now: datetime) -> Subject:
    """Return what counts of a question when it is put to the network."""
    served = await territories_of(session, question.asker_id or 0, now)
    territories = {territory.id: territory for territory in served}
    if question.territory_id and question.territory_id not in territories:
        own = await session.get(Territory, question.territory_id)
        territories |= {own.id: own} if own else {}
    near = [territories[question.territory_id]] if question.territory_id in territories else served
    departments = frozenset(territory.department for territory in near)
    neighbours = frozenset(
        code for department in departments for code in NEIGHBOURS.get(department, ())
    )
    rows = await session.scalars(
        select(Solicited.person_id)
        .join(Solicitation, Solicitation.id == Solicited.solicitation_id)
        .where(Solicitation.question_id == question.id, Solicited.person_id.is_not(None))
    )
    return Subject(
        asker_id=question.asker_id,
        territories=frozenset(territories),
        departments=departments,
        neighbours=neighbours - departments,
        theme_id=question.theme_id,
        discreet=question.discreet,
        already=frozenset(person_id for person_id in rows if person_id is not None),
    )


async def listed(
    session: AsyncSession, people: Sequence[int], now: datetime
) -> Mapping[int, Listed]:
    """Return how the directory lists people, by their number."""
    wanted = set(people)
    return {one.person_id: one for one in await everybody(session, now) if one.person_id in wanted}


async def theme_of(session: AsyncSession, words: str) -> Theme | None:
    """Return the theme that a text speaks of most, if it speaks of any."""
    found = match(words, await themes(session))
    if not found:
        return None
    return await session.scalar(select(Theme).where(Theme.code == found[0].code))


async def _asked(session: AsyncSession, since: datetime) -> Mapping[int | None, int]:
    rows = await session.execute(
        select(Solicited.person_id, func.count())
        .where(Solicited.asked_at >= since, Solicited.outcome != "undelivered")
        .group_by(Solicited.person_id)
    )
    return {row[0]: row[1] for row in rows}


async def _last_asked(session: AsyncSession) -> Mapping[int | None, datetime]:
    rows = await session.execute(
        select(Solicited.person_id, func.max(Solicited.asked_at)).group_by(Solicited.person_id)
    )
    return {row[0]: row[1] for row in rows}
