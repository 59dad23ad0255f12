"""Thanks to who came, the working day after, with the way to say what they thought of it."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Button
from core.clock import PARIS, aware
from core.ledger.draft import Channel, Content
from core.mail.compose import compose, placeholder
from core.one_by_one import one_by_one
from core.parts import Parts
from core.posts import render_post
from core.room import Tick
from digest.seminars import names as seminars
from digest.seminars.attendance import names
from digest.seminars.attendance.words import words
from digest.seminars.decide import State
from digest.seminars.models import Announcement, Seminar
from digest.seminars.reminding import announcements
from digest.seminars.reminding.decide import Progress, What
from digest.seminars.reminding.working_days import next_working_day
from digest.seminars.rendering import shown

NAME = "thanks"
LATE = timedelta(days=14)
"""After which nobody is thanked any more: the service was off, or the meeting is from before it."""

TOO_LATE = "late"


def tick(parts: Parts) -> Tick:
    """Return what plans the thanks of each meeting once it is over."""

    async def run(now: datetime) -> None:
        async with parts.database.read() as session:
            ended = await session.scalars(
                select(Seminar.id).where(_unthanked(), Seminar.ends_at <= now)
            )
            identities = ended.all()
        await one_by_one(identities, lambda identity: _plan(parts, identity, now))

    return Tick("attendance.thanks", run, next_due)


async def next_due(session: AsyncSession) -> datetime | None:
    """Return when the next meeting ends for which nobody was thanked."""
    return await session.scalar(select(func.min(Seminar.ends_at)).where(_unthanked()))


def due_instant(ends_at: datetime, hour: int) -> datetime:
    """Return when thanks are due: at `hour` in Paris, the first working day after the end."""
    day = next_working_day(ends_at.astimezone(PARIS).date())
    return aware(datetime.combine(day, time(hour), PARIS))


def content(parts: Parts, seminar: Seminar, channel: Channel, language: str) -> Content:
    """Build the thanks; by mail, with the placeholder `names.FEEDBACK_URL`."""
    if channel is Channel.CHAT:
        reference = seminars.seminar_reference(seminar.id)
        button = Button(words("opinion_button"), "attendance.opinion", reference, seminar.version)
        text = words("thanks", **shown(parts, seminar))
        return render_post(parts.renderer, text, ((button,),), language).content()
    values = {**shown(parts, seminar), names.FEEDBACK_URL: placeholder(names.FEEDBACK_URL)}
    told = parts.renderer.mail("feedback", values, language)
    return compose(parts.settings.mail, told, auto_submitted=True, names=(names.FEEDBACK_URL,))


def values(parts: Parts, registration: int, channel: Channel) -> dict[str, str]:
    """Return what the thanks of one registered party are filled with."""
    if channel is not Channel.MAIL:
        return {}
    return {names.FEEDBACK_URL: names.feedback_url(parts, registration)}


def thanked(party: str, *, registered: bool, present: Mapping[str, bool]) -> bool:
    """Say whether somebody is thanked: who was there, and who was to be when nobody noted it."""
    return present.get(party, registered)


async def _plan(parts: Parts, identity: int, now: datetime) -> None:
    async with parts.database.write() as session:
        seminar = await session.scalar(
            select(Seminar).where(Seminar.id == identity, _unthanked()).with_for_update()
        )
        if seminar is None or seminar.ends_at > now:  # another process was quicker, or it moved
            return
        due_at = due_instant(seminar.ends_at, parts.settings.seminars.reminder_hour)
        await announcements.plan(session, seminar, What.THANKS, NAME, due_at)
        if now - due_at > LATE:
            await session.execute(
                update(Announcement)
                .where(Announcement.seminar_id == seminar.id, Announcement.name == NAME)
                .values(state=Progress.DROPPED.value, reason=TOO_LATE, settled_at=now)
                .execution_options(synchronize_session=False)
            )


def _unthanked() -> ColumnElement[bool]:
    given_up = (Announcement.state == Progress.DROPPED.value) & or_(
        Announcement.reason.is_(None), Announcement.reason != TOO_LATE
    )
    said = exists().where(
        Announcement.seminar_id == Seminar.id, Announcement.what == What.THANKS.value, ~given_up
    )
    return (Seminar.state == State.PUBLISHED.value) & ~said
