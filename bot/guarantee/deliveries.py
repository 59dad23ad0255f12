"""How reminders behave: rechecked right before they leave, and another way when one fails."""

from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.by_mail.threads import erased
from bot.guarantee import names
from bot.guarantee.decide import HEAD
from bot.guarantee.reminders import Reminders, case_of
from bot.guarantee.silence import Silence
from bot.hotline.decide import topic_is_gone
from bot.hotline.models import Question
from bot.hotline.topics import COMING, coming, same
from core.ledger.draft import (
    ChatAddress,
    DeliveryKind,
    MailAddress,
    Parcel,
    Policy,
    Ready,
    Refused,
    Sent,
    Skip,
)
from core.ledger.store import post
from core.people.models import Person
from core.people.reaching import private_chat

log = structlog.get_logger()

MOOT = frozenset({"answered", "handed_over", "erased"})
"""Why a reminder that did not leave needs no other way."""


class Deliveries:
    """The guarantee's kinds of deliveries; `group_id` is the animators' group."""

    def __init__(self, silence: Silence, reminders: Reminders, group_id: int) -> None:
        self._silence = silence
        self._reminders = reminders
        self._group_id = group_id

    def kinds(self) -> tuple[DeliveryKind, ...]:
        """Return every kind: all are sent again when nobody knows whether they arrived."""
        again = Policy.RESEND
        return (
            DeliveryKind(names.TO_TOPIC, again, self._to_topic, self._topic_settled),
            DeliveryKind(names.TO_PERSON, again, self._to_person, self._person_settled),
            DeliveryKind(names.TO_MAILBOX, again, self._to_mailbox, self._mail_settled),
        )

    async def _to_topic(
        self, session: AsyncSession, parcel: Parcel, _now: datetime
    ) -> Ready | Skip:
        question = await _awaiting(session, parcel)
        if isinstance(question, Skip):
            return question
        if not self._group_id:
            return Skip("no_group")
        slot = names.read_slot(parcel.slot)
        elsewhere = slot is not None and slot.way == names.IN_GROUP
        if not elsewhere and await coming(session, question, parcel):
            return COMING
        return Ready(ChatAddress(self._group_id, None if elsewhere else question.thread_id))

    async def _to_person(
        self, session: AsyncSession, parcel: Parcel, _now: datetime
    ) -> Ready | Skip:
        question = await _awaiting(session, parcel)
        if isinstance(question, Skip):
            return question
        if parcel.values.get(names.TAKEN_BY, str(question.taken_by)) != str(question.taken_by):
            return Skip("handed_over")
        return await private_chat(session, parcel.recipient.number)

    async def _to_mailbox(
        self, session: AsyncSession, parcel: Parcel, _now: datetime
    ) -> Ready | Skip:
        question = await _awaiting(session, parcel)
        if isinstance(question, Skip):
            return question
        person = await session.get(Person, parcel.recipient.number)
        if person is None or not person.email:
            return Skip("no_address")
        return Ready(MailAddress(person.email, person.name))

    async def _topic_settled(
        self, session: AsyncSession, parcel: Parcel, outcome: Sent | Refused | Skip, now: datetime
    ) -> None:
        """Say it to the whole group when somebody deleted the topic; behind one that is coming."""
        slot = names.read_slot(parcel.slot)
        if slot is None or slot.way:
            return
        if outcome == COMING:
            anew = replace(same(parcel, now), slot=f"{parcel.slot}/{names.IN_NEW_TOPIC}")
            await post(session, [anew], now)
        if not isinstance(outcome, Refused):
            return
        log.warning("guarantee.topic_refused", question=parcel.cause.number, delivery=parcel.id)
        if topic_is_gone(outcome.reason):
            in_group = replace(same(parcel, now), slot=f"{parcel.slot}/{names.IN_GROUP}")
            await post(session, [in_group], now)

    async def _person_settled(
        self, session: AsyncSession, parcel: Parcel, outcome: Sent | Refused | Skip, now: datetime
    ) -> None:
        """Take another way to somebody whom chat does not reach: the topic, or a mail."""
        question = await session.get(Question, parcel.cause.number)
        slot = names.read_slot(parcel.slot)
        moot = isinstance(outcome, Sent) or outcome.reason in MOOT
        if moot or question is None or slot is None or question.awaiting_since is None:
            return
        known = await self._silence.known(session, now)
        case = await case_of(session, question, question.awaiting_since, known)
        if slot.level == HEAD:
            person = await session.get(Person, parcel.recipient.number)
            draft = self._reminders.by_mail(person, case, now) if person else None
        else:
            draft = await self._reminders.to_everybody(session, question.taken_by, case, known)
        if draft is None:
            log.warning("guarantee.head_unreachable", question=question.id)
        else:
            await post(session, [replace(draft, slot=parcel.slot)], now)

    async def _mail_settled(
        self, _session: AsyncSession, parcel: Parcel, outcome: Sent | Refused | Skip, _now: datetime
    ) -> None:
        """Tell the operators that the head of the network was not told."""
        if not isinstance(outcome, Sent) and outcome.reason not in MOOT:
            log.warning("guarantee.head_unreachable", question=parcel.cause.number)


async def _awaiting(session: AsyncSession, parcel: Parcel) -> Question | Skip:
    """Return the question if it still awaits the very answer that the reminder is about."""
    question = await session.get(Question, parcel.cause.number)
    if question is None:
        return Skip("erased")
    if question.logged_by is None and await erased(session, question):
        return Skip("erased")
    slot = names.read_slot(parcel.slot)
    waits = slot is not None and names.is_of(slot, question.awaiting_since)
    return question if waits else Skip("answered")
