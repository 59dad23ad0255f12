"""How mails about questions behave: where each goes, and what follows when it does not arrive."""

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.by_mail import threads
from bot.by_mail.mails import ANSWER, CLOSED, HOLDS_WHILE, RECEIVED, REOPENED, WAITING
from bot.by_mail.words import text
from bot.hotline import standing, store
from bot.hotline.decide import State
from bot.hotline.models import Question
from bot.hotline.posts import Composer
from core.ledger.draft import DeliveryKind, MailAddress, Parcel, Policy, Ready, Refused, Sent, Skip
from core.ledger.models import Delivery
from core.ledger.store import post
from core.reference import Reference

log = structlog.get_logger()

KINDS = (ANSWER, RECEIVED, CLOSED, REOPENED, WAITING)
ERASED = "erased"


class Delivering:
    """The kinds of mails, and what their topic is told of them."""

    def __init__(self, composer: Composer) -> None:
        self._composer = composer

    def kinds(self) -> tuple[DeliveryKind, ...]:
        """Return every kind: all are sent again when in doubt, under the same Message-ID."""
        again = Policy.RESEND
        others = (DeliveryKind(name, again, to_writer) for name in KINDS if name != ANSWER)
        return (DeliveryKind(ANSWER, again, to_writer, self._answer_settled), *others)

    async def came_back(self, session: AsyncSession, message_id: str, now: datetime) -> bool:
        """Tell the topic that a mail came back, once; False for a mail about no question."""
        row = await session.scalar(
            select(Delivery)
            .where(Delivery.external_id == message_id, Delivery.kind.in_(KINDS))
            .order_by(Delivery.id.desc())
            .limit(1)
        )
        if row is None:
            return False
        number = Reference.parse(row.cause).number
        question = await store.question(session, number)
        if question is not None and not await threads.erased(session, question):
            await self._tell(session, question, row.kind, row.slot, now)
        return True

    async def _answer_settled(
        self, session: AsyncSession, parcel: Parcel, outcome: Sent | Refused | Skip, now: datetime
    ) -> None:
        """Tell the topic that the server refused an answer: it is owed again."""
        if isinstance(outcome, Sent) or outcome.reason == ERASED:
            return
        question = await store.question(session, parcel.cause.number)
        if question is not None:
            await self._tell(session, question, parcel.kind, parcel.slot, now)

    async def _tell(
        self, session: AsyncSession, question: Question, kind: str, slot: str, now: datetime
    ) -> None:
        answer = kind == ANSWER
        log.warning("by_mail.undelivered", question=question.id, kind=kind)
        if answer and question.state == State.ANSWERED:
            standing.owed(question, now)
        words = text("undelivered" if answer else "notice_undelivered", number=question.id)
        notice = self._composer.notice(f"{kind}/{slot}/undelivered", question.id, words, now)
        await post(session, [notice], now)


async def to_writer(session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
    """Go to the address of the question's thread, and nowhere else, as long as it is known."""
    question = await session.get(Question, parcel.cause.number)
    thread = await threads.open_thread(session, question) if question else None
    if question is None or thread is None or thread.email is None:
        return Skip(ERASED)
    if HOLDS_WHILE.get(parcel.kind, question.state) != question.state:
        return Skip("changed")
    return Ready(MailAddress(thread.email, thread.name))
