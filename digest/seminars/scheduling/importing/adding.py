"""Writes the drafts that a file plans. It does not commit."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.acts import SYSTEM
from digest.seminars.models import Seminar, Speaker
from digest.seminars.scheduling import store as plans
from digest.seminars.scheduling.importing.rules import Plan


async def known(session: AsyncSession, plan: Plan) -> Seminar | None:
    """Return the meeting of the same kind, title and first day, if it is there already."""
    return await plans.same(session, plan.kind, plan.title, plan.hours)


async def add(session: AsyncSession, plan: Plan, now: datetime) -> Seminar:
    """Write a draft; nobody is told until an animator publishes it."""
    seminar = await plans.create(
        session,
        kind=plan.kind,
        title=plan.title,
        hours=plan.hours,
        now=now,
        actor=SYSTEM,
        place=plan.place,
        video_url=plan.video_url,
    )
    seminar.access, seminar.programme = plan.access, plan.programme
    seminar.capacity = plan.capacity
    if plan.open_to_all is not None:
        seminar.open_to_all = plan.open_to_all
    seminar.audience, seminar.carpool = plan.audience, plan.carpool
    seminar.meals, seminar.questions = list(plan.meals), list(plan.questions)
    seminar.reminder_days = None if plan.reminder_days is None else list(plan.reminder_days)
    seminar.chase_days = None if plan.chase_days is None else list(plan.chase_days)
    for part, people in (("speaker", plan.speakers), ("animator", plan.animators)):
        for name, function, organisation in people:
            session.add(
                Speaker(
                    seminar_id=seminar.id,
                    name=name,
                    function=function,
                    organisation=organisation,
                    part=part,
                    party=await plans.party_named(session, name),
                )
            )
    await session.flush()
    return seminar
