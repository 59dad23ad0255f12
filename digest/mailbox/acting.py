"""What is done about a received mail, in the transaction that notes it. Nothing here commits."""

from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from core.calendar_replies import CalendarReplies, CalendarReply
from core.files import keep
from core.parts import Parts
from core.questions import MailFile, MailQuestion, QuestionsByMail
from digest.mailbox import deliveries, notices, senders
from digest.mailbox.decide import Kind, Us, failures, kind_of, leaving, verdict
from digest.mailbox.mail import Mail
from digest.mailbox.models import ReceivedMail
from digest.subscribers import proofs, store
from digest.subscribers.bounces import Bounced, bounced, complained
from digest.subscribers.models import Subscriber
from digest.subscribers.rules import State

log = structlog.get_logger()


class Acting:
    """Acts upon what mails say; `questions` takes what humans write, `replies` calendars do."""

    def __init__(self, parts: Parts, questions: QuestionsByMail, replies: CalendarReplies) -> None:
        self._parts = parts
        self._questions = questions
        self._replies = replies

    @property
    def us(self) -> Us:
        """How our own mail is known."""
        return senders.us(self._parts)

    async def act(
        self, session: AsyncSession, row: ReceivedMail, mail: Mail, now: datetime
    ) -> Kind:
        """Do what a mail asks for; return what it was in the end."""
        kind = kind_of(mail, self.us)
        match kind:
            case Kind.BOUNCE:
                return await self._came_back(session, row, mail, now)
            case Kind.COMPLAINT:
                return await self._complained(session, mail, now)
            case Kind.UNSUBSCRIBE:
                return await self._unsubscribe(session, row, mail, now)
            case Kind.LEFT:
                await self._left(session, row, mail, now)
            case Kind.CHALLENGE:
                domain = mail.sender.rpartition("@")[2] or "?"
                await notices.tell_challenge(session, self._parts, domain, now)
            case Kind.BROKEN:
                await notices.tell_daily(session, self._parts, "aside", now)
            case Kind.CALENDAR:
                await self._answer(session, row, mail, now)
            case Kind.HUMAN:
                await self._ask(session, row, mail, now)
        return kind

    async def _came_back(
        self, session: AsyncSession, row: ReceivedMail, mail: Mail, now: datetime
    ) -> Kind:
        """Count a bounce of our own mail; one of anybody else's mail is none of our business."""
        failed, counted = failures(mail), False
        for ours in await senders.sent(session, mail.originals):
            judged = verdict(failed, ours.address)
            if judged is None:
                continue
            counted = True
            told = Bounced(
                mail.message_id or row.key,
                ours.party, ours.address, ours.kind, ours.slot,
                judged.severity, judged.status,
                now,
            )  # fmt: skip
            await bounced(session, self._parts, told, now)
            await self._questions.undelivered(session, ours.message_id, now)
        return Kind.BOUNCE if counted else Kind.FOREIGN

    async def _complained(self, session: AsyncSession, mail: Mail, now: datetime) -> Kind:
        """Write no more to a subscriber who reported our mail; who did is known by that mail."""
        of_subscribers = [
            ours
            for ours in await senders.sent(session, mail.originals)
            if ours.party.kind == senders.SUBSCRIBER and ours.address is not None
        ]
        for ours in of_subscribers:
            await complained(session, self._parts, ours.address or "", now)
        return Kind.COMPLAINT if of_subscribers else Kind.FOREIGN

    async def _unsubscribe(
        self, session: AsyncSession, row: ReceivedMail, mail: Mail, now: datetime
    ) -> Kind:
        """Unsubscribe the address that a mail comes from, and say so there.

        Its word is taken: whoever forges it gains nothing, and the owner is told how to come back.
        Somebody who asks it in words, and is not subscribed by that address, is answered by people.
        """
        subscriber = await senders.subscriber_at(session, mail.sender)
        if subscriber is None or subscriber.state == State.UNSUBSCRIBED:
            if subscriber is None and mail.text.strip() and mail.sender:
                await self._ask(session, row, mail, now)
                return Kind.HUMAN
            return Kind.UNSUBSCRIBE
        await store.unsubscribe(
            session, self._parts, subscriber,
            origin=proofs.MAIL, network="", reason="asked", now=now,
        )  # fmt: skip
        await deliveries.acknowledge(session, self._parts, subscriber, row.id, now)
        return Kind.UNSUBSCRIBE

    async def _left(
        self, session: AsyncSession, row: ReceivedMail, mail: Mail, now: datetime
    ) -> None:
        """Ask the animators what to do about an address that somebody left, if it is of ours."""
        subscriber = await senders.subscriber_at(session, mail.sender)
        person = await senders.person_at(session, mail.sender)
        active = subscriber is not None and subscriber.state != State.UNSUBSCRIBED
        if person is None and not active:
            return
        told = leaving(mail, self.us)
        values = {
            "old": told.old,
            "new": told.new or "",
            "moved": told.moved,
            "name": person.name if person else "",
            "subscribed": active,
            "basis": _basis(subscriber),
        }
        await notices.propose(session, self._parts, row.id, values, now)

    async def _answer(
        self, session: AsyncSession, row: ReceivedMail, mail: Mail, now: datetime
    ) -> None:
        """Hand what a calendar program answers to the meetings."""
        told = mail.invited
        if told is None:
            return
        reply = CalendarReply(
            told.uid, mail.sender, told.attendee, told.answer, told.sequence, told.stamp
        )
        done = await self._replies.take(session, reply, now)
        log.info("mailbox.calendar", mail=row.id, done=done)

    async def _ask(
        self, session: AsyncSession, row: ReceivedMail, mail: Mail, now: datetime
    ) -> None:
        """Hand what a human wrote to the hotline, with its files."""
        files = []
        for file in mail.files:
            key = await keep(session, file.data, file.media_type, now)
            files.append(MailFile(file.name, file.media_type, len(file.data), key))
        question = MailQuestion(
            message_id=mail.message_id or f"<{row.key}@mailbox.invalid>",
            email=mail.sender,
            name=mail.sender_name,
            subject=mail.subject,
            text=mail.text,
            references=mail.references,
            files=tuple(files),
            at=row.received_at,
        )
        await self._questions.take(session, question, now)


def _basis(subscriber: Subscriber | None) -> str:
    return subscriber.basis if subscriber is not None else ""
