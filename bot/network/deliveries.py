"""How the network's deliveries behave: rechecked before each send, followed once settled."""

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.hotline import store as hotline
from bot.hotline.decide import State, Topic, topic_is_gone
from bot.hotline.models import Question
from bot.hotline.posts import Composer
from bot.hotline.topics import COMING, again, coming
from bot.network import consents, names, store
from bot.network.models import Proposal, Solicitation, SolicitationReply
from bot.network.words import text
from core.ledger.draft import (
    ChatAddress,
    DeliveryKind,
    Parcel,
    Policy,
    Ready,
    Refused,
    Sent,
    Skip,
)
from core.ledger.models import Delivery
from core.ledger.store import post
from core.parts import Parts
from core.people.reaching import to_person

log = structlog.get_logger()

TARGET = "target"
"""The value of a delivery that says which message it is about."""


class Deliveries:
    """The network's kinds of deliveries."""

    def __init__(self, parts: Parts) -> None:
        telegram = parts.settings.telegram
        self._group_id = telegram.group_id
        self._desk = telegram.desk_thread_id
        self._composer = Composer(parts.renderer, parts.settings.network.language)

    def kinds(self) -> tuple[DeliveryKind, ...]:
        """Return every kind: all are sent again when nobody knows whether they arrived."""
        again = Policy.RESEND
        return (
            DeliveryKind(names.SOLICITATION, again, self._to_asked, self._asked_settled),
            DeliveryKind(names.REPLY, again, self._to_topic, self._reply_settled),
            DeliveryKind(names.PROPOSAL, again, self._to_desk),
            DeliveryKind(names.OUTCOME, again, to_person),
            DeliveryKind(names.CLARIFICATION, again, to_person),
            DeliveryKind(names.DOCUMENT, again, to_person),
            DeliveryKind(names.REMOVAL, again, self._removed),
        )

    async def _to_asked(self, session: AsyncSession, parcel: Parcel, now: datetime) -> Ready | Skip:
        """Ask somebody as long as they agree, are of the network, and the question stands."""
        draft = await session.get(Solicitation, parcel.cause.number)
        if draft is None or draft.state != "sent":
            return Skip("cancelled")
        question = await session.get(Question, draft.question_id)
        if question is None or question.state == State.CLOSED:
            return Skip("closed")
        if not await consents.may_be_asked(session, parcel.recipient.number, now):
            return Skip("no_consent")
        return await to_person(session, parcel, now)

    async def _asked_settled(
        self,
        session: AsyncSession,
        parcel: Parcel,
        outcome: Sent | Refused | Skip,
        now: datetime,
    ) -> None:
        """Give back their turn to whoever was not reached, and tell the topic."""
        if isinstance(outcome, Sent):
            return
        number = parcel.cause.number
        row = await store.solicited(session, number, parcel.recipient.number)
        draft = await session.get(Solicitation, number)
        if row is None or draft is None:
            return
        row.outcome = row.outcome or "undelivered"
        log.info("network.not_asked", solicitation=number, delivery=parcel.id)
        people = await store.listed(session, [parcel.recipient.number], now)
        if (person := people.get(parcel.recipient.number)) is None:
            return
        words = text("solicitation_undelivered", person=person)
        slot = f"question:{draft.question_id}/solicitation:{number}/{person.person_id}"
        await post(session, [self._composer.notice(slot, draft.question_id, words, now)], now)

    async def _to_topic(
        self, session: AsyncSession, parcel: Parcel, _now: datetime
    ) -> Ready | Skip:
        reply = await session.get(SolicitationReply, parcel.recipient.number)
        if reply is None or reply.person_id is None:
            return Skip("erased")
        question = await session.get(Question, parcel.cause.number)
        if question is None or not self._group_id:
            return Skip("no_topic")
        if await coming(session, question, parcel):
            return COMING
        return Ready(ChatAddress(self._group_id, question.thread_id))

    async def _reply_settled(
        self,
        session: AsyncSession,
        parcel: Parcel,
        outcome: Sent | Refused | Skip,
        now: datetime,
    ) -> None:
        """Say a reply again in another topic when its own was deleted."""
        follows = again(parcel, now)
        if outcome == COMING:
            await post(session, [follows], now)
        gone = isinstance(outcome, Refused) and topic_is_gone(outcome.reason)
        question = await hotline.question(session, parcel.cause.number) if gone else None
        if question is None or question.topic == Topic.NONE:
            return
        drafts = [follows]
        if question.topic != Topic.WANTED:
            question.thread_id, question.topic = None, Topic.WANTED.value
            fiche = await hotline.fiche(session, question, now)
            topic = self._composer.topic(fiche, now, follows.slot)
            drafts = [topic, self._composer.card(fiche, now, follows.slot), follows]
        await post(session, drafts, now)

    async def _to_desk(self, session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
        """Show a proposal as it is, not as it was, while it waits for a decision."""
        proposal = await session.get(Proposal, parcel.recipient.number)
        if proposal is None or proposal.person_id is None:
            return Skip("erased")
        if proposal.state != "proposed":
            return Skip("decided")
        if not self._group_id:
            return Skip("no_group")
        return Ready(ChatAddress(self._group_id, self._desk))

    async def _removed(self, session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
        """Remove the message that another delivery sent, if it was."""
        sent = await session.scalar(
            select(Delivery.external_id).where(Delivery.id == int(parcel.slot.partition(":")[2]))
        )
        if not sent or not self._group_id:
            return Skip("never_sent")
        return Ready(ChatAddress(self._group_id), {TARGET: sent})
