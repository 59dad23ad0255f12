"""How what is shown in the watch topic behaves: rechecked right before it leaves."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import ChatAddress, DeliveryKind, Parcel, Policy, Ready, Skip
from core.settings import TelegramSettings
from watch.decide import State
from watch.desk.cards import CARD_KIND, CHANGE_KIND, STORY_KIND
from watch.desk.summary import SUMMARY_KIND
from watch.desk.telling import BURST_KIND
from watch.models import Story


def kinds(telegram: TelegramSettings) -> tuple[DeliveryKind, ...]:
    """Return every kind: all are sent again when nobody knows whether they arrived."""
    topic = ChatAddress(telegram.group_id, telegram.watch_thread_id)
    ready = Ready(topic) if topic.chat_id else Skip("no animators' group in telegram.group_id")

    async def waiting(session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
        story = await session.get(Story, parcel.cause.number)
        if story is None or story.state != State.WAITING.value:
            return Skip("already decided")
        return ready

    async def card(session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
        story = await session.get(Story, parcel.cause.number)
        return Skip("no such story") if story is None else ready

    async def always(_session: AsyncSession, _parcel: Parcel, _now: datetime) -> Ready | Skip:
        return ready

    again = Policy.RESEND
    return (
        DeliveryKind(STORY_KIND, again, waiting),
        DeliveryKind(CARD_KIND, again, card),
        DeliveryKind(CHANGE_KIND, again, always),
        DeliveryKind(BURST_KIND, again, always),
        DeliveryKind(SUMMARY_KIND, again, always),
    )
