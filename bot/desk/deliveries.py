"""How the hotline's deliveries behave: where each goes, and what follows once it is settled."""

from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.hotline import posts, store
from bot.hotline.decide import State, Topic, thread_of, topic_is_gone
from bot.hotline.models import Question
from bot.hotline.posts import Composer
from core.ledger.draft import (
    Channel,
    ChatAddress,
    Content,
    DeliveryKind,
    Draft,
    Parcel,
    Policy,
    Ready,
    Refused,
    Sent,
    Skip,
)
from core.ledger.store import post
from core.people.store import TELEGRAM, account_of

log = structlog.get_logger()


class Deliveries:
    """The hotline's kinds of deliveries; `group_id` is the animators' group."""

    def __init__(self, composer: Composer, group_id: int) -> None:
        self._composer = composer
        self._group_id = group_id

    def kinds(self) -> tuple[DeliveryKind, ...]:
        """Return every kind: all are sent again when nobody knows whether they arrived."""
        again = Policy.RESEND
        return (
            DeliveryKind(posts.TOPIC, again, self._to_group, self._topic_settled),
            DeliveryKind(posts.CARD, again, self._to_topic, self._relay_settled),
            DeliveryKind(posts.RELAY, again, self._to_topic, self._relay_settled),
            DeliveryKind(posts.NOTICE, again, self._to_topic),
            DeliveryKind(posts.ANSWER, again, self._to_agent, self._answer_settled),
        )

    async def _to_group(
        self, _session: AsyncSession, _parcel: Parcel, _now: datetime
    ) -> Ready | Skip:
        return Ready(ChatAddress(self._group_id)) if self._group_id else Skip("no_group")

    async def _to_topic(
        self, session: AsyncSession, parcel: Parcel, _now: datetime
    ) -> Ready | Skip:
        question = await session.get(Question, parcel.recipient.number)
        if question is None or question.asker_id is None:
            return Skip("erased")
        if not self._group_id:
            return Skip("no_group")
        return Ready(ChatAddress(self._group_id, question.thread_id))

    async def _to_agent(
        self, session: AsyncSession, parcel: Parcel, _now: datetime
    ) -> Ready | Skip:
        account = await account_of(session, parcel.recipient.number, TELEGRAM)
        if account is None:
            return Skip("no_account")
        return Skip("blocked") if account.blocked_at else Ready(ChatAddress(int(account.address)))

    async def _topic_settled(
        self,
        session: AsyncSession,
        parcel: Parcel,
        outcome: Sent | Refused | Skip,
        _now: datetime,
    ) -> None:
        """Keep the thread of the topic; without topics, everything goes to the group itself."""
        question = await store.question(session, parcel.cause.number)
        if question is None:
            return
        thread = thread_of(outcome.external_id) if isinstance(outcome, Sent) else None
        question.thread_id = thread
        question.topic = (Topic.NONE if thread is None else Topic.OPEN).value

    async def _relay_settled(
        self,
        session: AsyncSession,
        parcel: Parcel,
        outcome: Sent | Refused | Skip,
        now: datetime,
    ) -> None:
        """Lose nothing: make a deleted topic anew, and say so when a message was refused."""
        if not isinstance(outcome, Refused):
            return
        question = await store.question(session, parcel.cause.number)
        if question is None:
            return
        if not topic_is_gone(outcome.reason):
            log.warning("hotline.relay_refused", question=question.id, delivery=parcel.id)
            words = posts.desk_text("relay_refused")
            slot = f"{parcel.slot}/refused"
            await post(session, [self._composer.notice(slot, question.id, words, now)], now)
        elif question.topic != Topic.NONE:
            await post(session, await self._anew(session, question, parcel, now), now)

    async def _anew(
        self, session: AsyncSession, question: Question, parcel: Parcel, now: datetime
    ) -> list[Draft]:
        """Give another topic to a question whose own was deleted, and the message again."""
        slot = f"{parcel.slot}/anew:{parcel.id}"
        content = Content(Channel.CHAT, parcel.body)
        again = Draft(
            parcel.kind, slot, parcel.recipient, content, parcel.cause, now, stream=parcel.stream
        )
        if question.topic == Topic.WANTED:  # another topic is already on its way
            return [again]
        question.thread_id, question.topic = None, Topic.WANTED.value
        fiche = await store.fiche(session, question, now)
        return [self._composer.topic(fiche, now, slot), again]

    async def _answer_settled(
        self,
        session: AsyncSession,
        parcel: Parcel,
        outcome: Sent | Refused | Skip,
        now: datetime,
    ) -> None:
        """Tell the topic once that an answer did not reach the agent: it is open again."""
        if isinstance(outcome, Sent):
            return
        question = await store.question(session, parcel.cause.number)
        if question is None:
            return
        if question.state == State.ANSWERED:
            question.state = State.OPEN.value
        log.warning("hotline.answer_undelivered", question=question.id, delivery=parcel.id)
        message = "/".join(parcel.slot.split("/")[:2])
        fiche = await store.fiche(session, question, now)
        words = posts.desk_text("answer_undelivered", fiche=fiche)
        slot = f"{message}/undelivered"
        await post(session, [self._composer.notice(slot, question.id, words, now)], now)
