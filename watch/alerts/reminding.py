"""Reminders of calls: the tick that asks the tables which are due, and what they say."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache

import structlog
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import Channel, Content, Draft
from core.ledger.store import post
from core.mail.compose import compose, placeholder
from core.one_by_one import one_by_one
from core.parts import Parts
from core.people.models import Person, Territory
from core.posts import render_post
from core.room import Tick
from core.working_time import paris_day
from watch.alerts import interests, names
from watch.alerts.models import Interest
from watch.alerts.people import audience, reached_by_chat
from watch.alerts.rules import Reminder, Slot, is_followed, plan
from watch.alerts.shown import closing
from watch.models import Story

log = structlog.get_logger()

_EVERY = 60.0


class Reminding:
    """Reminds territories of the calls that they are interested in."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._rhythm = interests.rhythm_of(parts.settings.watch)

    def tick(self) -> Tick:
        """Return the tick of the reminders."""
        return Tick("alerts.remind", self.run, self.next_due, every=_EVERY)

    async def run(self, now: datetime) -> None:
        """Post every reminder that is due, each interest in a transaction of its own."""
        async with self._parts.database.read() as session:
            due = select(Interest.id).join(Story, Story.id == Interest.story_id)
            rows = await session.scalars(due.where(_due(now)).order_by(Interest.id))
            numbers = rows.all()

        async def remind(number: int) -> None:
            await self._remind(number, now)

        await one_by_one(numbers, remind)

    async def next_due(self, session: AsyncSession) -> datetime | None:
        """Return when the next reminder is due, or since when dates are to be planned anew."""
        planned = select(func.min(Interest.next_reminder_at)).where(Interest.withdrawn_at.is_(None))
        changed = (
            select(func.min(Story.changed_at))
            .join(Interest, Interest.story_id == Story.id)
            .where(_changed())
        )
        found = [await session.scalar(planned), await session.scalar(changed)]
        return min((each for each in found if each is not None), default=None)

    async def _remind(self, number: int, now: datetime) -> None:
        """Post what is due about one interest, unless somebody was quicker; plan what follows."""
        async with self._parts.database.write() as session:
            found = (
                select(Interest)
                .join(Story, Story.id == Interest.story_id)
                .where(Interest.id == number, _due(now))
            )
            interest = await session.scalar(found.with_for_update(of=Interest))
            if interest is None:
                return
            story = await session.get_one(Story, interest.story_id)
            decided = plan(interests.dates_of(story, now), self._rhythm, interest.passed, now)
            if is_followed(story.state):
                interest.passed = list(decided.passed)
                for reminder in decided.send:
                    await self._post(session, story, interest.territory_id, reminder, now)
            interest.next_reminder_at, interest.planned_at = decided.next_at, now

    async def _post(
        self,
        session: AsyncSession,
        story: Story,
        territory: int,
        reminder: Reminder,
        now: datetime,
    ) -> None:
        """Write a row for everybody who is to be reminded; for those who have one, nothing."""
        people = await audience(session, story.id, territory, now)
        rows = await session.execute(
            select(Person, reached_by_chat()).where(Person.id.in_(people)).order_by(Person.id)
        )
        place = await session.get(Territory, territory) if territory else None
        words = Words(self._parts, story, place, reminder, now)
        slot = Slot(story.id, territory, reminder.days, paris_day(reminder.closing))
        drafts = _drafts(words, slot, [(person, by_chat) for person, by_chat in rows])
        new = await post(session, drafts, now)
        log.info("alerts.reminded", story=story.id, territory=territory, new=new)


class Words:
    """What a reminder says, in chat and by mail; each is written once for all its readers."""

    def __init__(
        self,
        parts: Parts,
        story: Story,
        territory: Territory | None,
        about: Reminder,
        now: datetime,
    ) -> None:
        self.parts = parts
        self.now = now
        self._story = story
        self._territory = territory
        self._values = {
            "title": story.title,
            "url": story.link,
            "note": story.note,
            "page_url": names.story_url(parts, story.id),
            "territory": territory.name if territory else "",
            "closing": closing(about.closing, now),
        }
        self.chat = cache(self._chat)
        self.mail = cache(self._mail)

    def _chat(self, language: str) -> Content:
        stop = names.text("withdraw_button")
        territory = self._territory.id if self._territory else 0
        keyboard = (
            (names.read_button(self.parts, self._story.id, self._story.link),),
            (names.choice_button(stop, "alerts.withdraw", self._story.id, territory),),
        )
        words = names.text("reminder", **self._values)
        return render_post(self.parts.renderer, words, keyboard, language).content()

    def _mail(self, language: str) -> Content:
        link = placeholder(names.WITHDRAW_URL)
        values = {**self._values, names.WITHDRAW_URL: link}
        text = self.parts.renderer.mail("call_reminder", values, language)
        mail, own = self.parts.settings.mail, {names.WITHDRAW_URL}
        return compose(mail, text, auto_submitted=True, names=own)


def _drafts(words: Words, slot: Slot, people: Iterable[tuple[Person, bool]]) -> list[Draft]:
    """Return one draft for each person: by chat, or else by mail; none whom nothing reaches."""
    found = []
    for person, by_chat in people:
        if not (by_chat or person.email):
            continue
        content = words.chat(person.language) if by_chat else words.mail(person.language)
        party, mailed = names.person(person.id), content.channel is Channel.MAIL
        url = names.withdraw_url(words.parts, slot.story, slot.territory, person.id)
        found.append(
            Draft(
                kind=names.REMINDER_MAIL if mailed else names.REMINDER,
                slot=str(slot),
                recipient=party,
                content=content,
                cause=names.story_reference(slot.story),
                due_at=words.now,
                values={names.WITHDRAW_URL: url} if mailed else {},
                stream=None if mailed else str(party),
            )
        )
    return found


def _due(now: datetime) -> ColumnElement[bool]:
    """Match the interests whose reminder is due, or whose call has changed since it was planned."""
    return or_(Interest.withdrawn_at.is_(None) & (Interest.next_reminder_at <= now), _changed())


def _changed() -> ColumnElement[bool]:
    return Interest.withdrawn_at.is_(None) & (Story.changed_at > Interest.planned_at)
