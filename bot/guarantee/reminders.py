"""What the guarantee hands to the ledger: reminders in the topic, to a person, by mail."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.guarantee import names
from bot.guarantee.absences import last_moment
from bot.guarantee.decide import HEAD, NAMED, TOPIC, Guarantee
from bot.guarantee.rules import away_on
from bot.guarantee.words import text
from bot.hotline.models import Question
from core.chat import Button, Keyboard, Text
from core.ledger.draft import Channel, Content, Draft
from core.mail.compose import compose
from core.parts import Parts
from core.people.models import Account, Person, Territory, Theme
from core.people.store import TELEGRAM, account_of
from core.posts import render_post
from core.reference import Party
from core.working_time import paris_day

HOUR = timedelta(hours=1)
SUPERGROUP = "-100"
"""How the ids of groups begin whose topics have an address (https://core.telegram.org/api/bots/ids)."""


@dataclass(frozen=True)
class Case:
    """What a reminder tells of a question: never who asks, nor from where if that is discreet."""

    number: int
    since: datetime
    hours: int
    promised_at: datetime | None
    territory: str
    theme: str
    taker: str
    thread_id: int | None


async def case_of(
    session: AsyncSession, question: Question, since: datetime, known: Guarantee
) -> Case:
    """Return what is told of a question that awaits an answer since an instant."""
    place = None if question.discreet else question.territory_id
    territory = await session.get(Territory, place) if place else None
    theme = await session.get(Theme, question.theme_id) if question.theme_id else None
    taker = await session.get(Person, question.taken_by) if question.taken_by else None
    return Case(
        number=question.id,
        since=since,
        hours=known.team.between(since, known.now) // HOUR,
        promised_at=question.promised_at,
        territory=territory.name if territory else "",
        theme=theme.name if theme else "",
        taker=taker.name if taker else "",
        thread_id=question.thread_id,
    )


class Reminders:
    """Writes the drafts of reminders, in the words of the templates."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._language = parts.settings.network.language
        self._group_id = parts.settings.telegram.group_id

    def in_topic(self, case: Case, now: datetime) -> Draft:
        """Remind the question's topic."""
        return self._topic(TOPIC, case, text("silence_topic", case=case), now)

    async def to_everybody(
        self, session: AsyncSession, taken_by: int | None, case: Case, known: Guarantee
    ) -> Draft:
        """Remind the topic again, calling every animator by name."""
        away = away_on(known.roster.absences, taken_by or 0, paris_day(known.now))
        words = text(
            "silence_everybody",
            case=case,
            until=last_moment(away.days) if away else None,
            everybody=await self._callable(session, known),
        )
        return self._topic(NAMED, case, words, known.now)

    async def to_named(
        self,
        session: AsyncSession,
        person_id: int,
        taken_by: int | None,
        case: Case,
        now: datetime,
    ) -> Draft | None:
        """Remind one person in private; None when chat does not reach them."""
        person = await session.get(Person, person_id)
        if person is None or not await _reached_in_chat(session, person_id):
            return None
        words = text("silence_named", case=case, substitute=person_id != taken_by)
        content = self._chat(words, person.language, self._link(case))
        draft = self._private(NAMED, person, content, case, now)
        return replace(draft, values={names.TAKEN_BY: str(taken_by)})

    async def to_head(
        self, session: AsyncSession, person: Person, case: Case, now: datetime
    ) -> Draft | None:
        """Tell the head of the network in chat, or else by mail; None when neither reaches them."""
        if not await _reached_in_chat(session, person.id):
            return self.by_mail(person, case, now)
        content = self._chat(text("silence_head", case=case), person.language)
        return self._private(HEAD, person, content, case, now)

    def by_mail(self, person: Person, case: Case, now: datetime) -> Draft | None:
        """Tell the head of the network by mail; None without an address."""
        if not person.email:
            return None
        mail = self._parts.renderer.mail("silence", {"case": case}, person.language)
        content = compose(self._parts.settings.mail, mail, auto_submitted=True, names=())
        return self._private(HEAD, person, content, case, now)

    async def _callable(
        self, session: AsyncSession, known: Guarantee
    ) -> list[dict[str, str | None]]:
        """Return the animators who are there today, with what a mention needs."""
        day = paris_day(known.now)
        there = [each for each in known.roster.own if not away_on(known.roster.absences, each, day)]
        rows = await session.execute(
            select(Person, Account.address)
            .outerjoin(Account, (Account.person_id == Person.id) & (Account.channel == TELEGRAM))
            .where(Person.id.in_(there))
            .order_by(Person.id, Account.linked_at)
        )
        found: dict[int, dict[str, str | None]] = {
            person.id: {"name": person.name, "account": address} for person, address in rows
        }
        return list(found.values())

    def _topic(self, level: int, case: Case, words: Text, now: datetime) -> Draft:
        return Draft(
            names.TO_TOPIC,
            names.slot(case.number, case.since, level),
            Party("question", str(case.number)),
            self._chat(words, self._language),
            names.topic(case.number),
            now,
            stream=f"question:{case.number}",
        )

    def _private(  # each is part of what the draft is
        self, level: int, person: Person, content: Content, case: Case, now: datetime
    ) -> Draft:
        party, chat = names.person(person.id), content.channel is Channel.CHAT
        kind = names.TO_PERSON if chat else names.TO_MAILBOX
        slot = names.slot(case.number, case.since, level)
        stream = str(party) if chat else None
        return Draft(kind, slot, party, content, names.reminder(case.number), now, stream=stream)

    def _chat(self, words: Text, language: str, keyboard: Keyboard = ()) -> Content:
        return render_post(self._parts.renderer, words, keyboard, language).content()

    def _link(self, case: Case) -> Keyboard:
        """Return the way to the question's topic, when it has an address."""
        group = str(self._group_id)
        if case.thread_id is None or not group.startswith(SUPERGROUP):
            return ()
        url = f"https://t.me/c/{group.removeprefix(SUPERGROUP)}/{case.thread_id}"
        return ((Button(text("topic_button"), url=url),),)


async def _reached_in_chat(session: AsyncSession, person_id: int) -> bool:
    account = await account_of(session, person_id, TELEGRAM)
    return account is not None and account.blocked_at is None
