"""What the animators are told by themselves: what a meeting lacks, what the contract awaits."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Keyboard, Text
from core.clock import PARIS
from core.ledger import store as ledger
from core.ledger.draft import DeliveryKind, Draft, Parcel, Policy, Prepare, Ready, Skip
from core.ledger.models import Delivery
from core.parts import Parts
from core.posts import render_post
from core.reference import ANIMATORS, Reference
from core.room import Tick
from core.working_time import paris_day
from digest.seminars import names as seminar_names
from digest.seminars.models import Seminar
from digest.seminars.obligations import decide, names, rules, store, words
from digest.seminars.obligations.decide import Standing
from digest.seminars.obligations.rules import Meeting, Notice
from digest.to_desk import to_the_desk

log = structlog.get_logger()

STREAM = "animators:desk"
"""What the animators are told leaves in order."""

LOOKED_BACK = rules.STILL_NEWS + timedelta(days=400)
"""How long ago a meeting may have ended about which there is still something to say."""


@dataclass(frozen=True)
class Wanted:
    """A notice, told once by its kind and slot: from `due_at`, and not from `until` on."""

    kind: str
    slot: str
    cause: Reference
    due_at: datetime
    until: datetime
    about: tuple[Seminar, Meeting, Notice] | Standing


Look = Callable[[AsyncSession, datetime], Awaitable[Sequence[Wanted]]]


class Telling:
    """Posts what is due to the animators' desk, when they are at work."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._hour = parts.settings.seminars.reminder_hour

    def tick(self) -> Tick:
        """Return the tick that looks for what is to be said."""
        return Tick("obligations.tell", self.run, self.next_due, every=60.0)

    def deliveries(self) -> tuple[DeliveryKind, ...]:
        """Return both kinds, each looked at again right before it leaves."""
        return (
            DeliveryKind(names.MEETING, Policy.RESEND, self._prepare(self._meetings)),
            DeliveryKind(names.CONTRACT, Policy.RESEND, self._prepare(self._contract)),
        )

    async def run(self, now: datetime) -> None:
        """Post what is due and was not; nothing at night, in a week-end, on a public holiday."""
        if decide.when_at_work(now, self._hour) > now:
            return
        async with self._parts.database.write() as session:
            due = [one for one in await self._untold(session, now) if one.due_at <= now]
            new = await ledger.post(session, [self._draft(one, now) for one in due], now)
        if new:
            log.info("obligations.told", new=new)

    async def next_due(self, session: AsyncSession) -> datetime | None:
        """Return when something is to be said next, as things stand."""
        now = self._parts.clock.now()
        untold = await self._untold(session, now)
        moments = [decide.when_at_work(max(one.due_at, now), self._hour) for one in untold]
        return min(moments, default=None)

    async def _untold(self, session: AsyncSession, now: datetime) -> list[Wanted]:
        """Return what is missing and was not said yet, whose time has come or is to come."""
        wanted = [*await self._meetings(session, now), *await self._contract(session, now)]
        slots = [one.slot for one in wanted]
        told = set(
            await session.scalars(
                select(Delivery.slot).where(
                    Delivery.kind.in_([names.MEETING, names.CONTRACT]), Delivery.slot.in_(slots)
                )
            )
        )
        return [one for one in wanted if one.slot not in told]

    async def _meetings(self, session: AsyncSession, now: datetime) -> list[Wanted]:
        delays = store.delays(self._parts.settings)
        found = []
        for seminar, meeting in await store.meetings(session, now - LOOKED_BACK):
            for one in rules.notices(meeting, delays):
                if now < one.until:
                    slot = names.meeting_slot(seminar.id, one.notice, _day_of(meeting, one.notice))
                    cause = seminar_names.seminar_reference(seminar.id)
                    about = (seminar, meeting, one.notice)
                    found.append(Wanted(names.MEETING, slot, cause, one.due_at, one.until, about))
        return found

    async def _contract(self, session: AsyncSession, now: datetime) -> list[Wanted]:
        found = []
        for one in await store.standings(session, self._parts.settings, now):
            code, period = one.obligation.code, one.period.name
            cause = names.period_reference(code, period)
            for telling in decide.tellings(one, self._hour):
                if one.missing and now < telling.until:
                    slot = names.contract_slot(code, period, telling.name)
                    found.append(
                        Wanted(names.CONTRACT, slot, cause, telling.due_at, telling.until, one)
                    )
        return found

    def _draft(self, wanted: Wanted, now: datetime) -> Draft:
        text, keyboard = self._face(wanted, now)
        language = self._parts.settings.network.language
        content = render_post(self._parts.renderer, text, keyboard, language).content()
        return Draft(
            wanted.kind, wanted.slot, ANIMATORS, content, wanted.cause, wanted.due_at,
            stream=STREAM,
        )  # fmt: skip

    def _face(self, wanted: Wanted, now: datetime) -> tuple[Text, Keyboard]:
        if isinstance(wanted.about, Standing):
            return words.contract_notice(wanted.about, paris_day(now))
        seminar, meeting, notice = wanted.about
        delays = store.delays(self._parts.settings)
        return words.meeting_notice(self._parts, seminar, meeting, notice, delays)

    def _prepare(self, look: Look) -> Prepare:
        """Say it only while it is still missing, of the same day, and of use."""
        desk = to_the_desk(self._parts)

        async def prepare(session: AsyncSession, parcel: Parcel, now: datetime) -> Ready | Skip:
            if parcel.slot not in {one.slot for one in await look(session, now)}:
                return Skip("done")
            return await desk(session, parcel, now)

        return prepare


def _day_of(meeting: Meeting, notice: Notice) -> str:
    after = notice in {Notice.ENDED, Notice.MINUTES}
    instant = meeting.ends_at if after else meeting.starts_at
    return instant.astimezone(PARIS).date().isoformat()
