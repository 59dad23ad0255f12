"""What waits for a question's topic while that is being made anew: it goes behind it."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.hotline.decide import Topic
from bot.hotline.models import Question
from bot.hotline.posts import TOPIC
from core.ledger.draft import Channel, Content, Draft, Parcel, Skip
from core.ledger.models import Delivery
from core.ledger.rules import UNSETTLED

COMING = Skip("topic on its way")
"""Why something does not leave yet: it was posted before the topic that it is to be shown in."""


async def coming(session: AsyncSession, question: Question, parcel: Parcel) -> bool:
    """Say whether another topic of a question was posted after a parcel, and is not made yet."""
    if question.topic != Topic.WANTED:
        return False
    posted = exists().where(
        Delivery.kind == TOPIC,
        Delivery.recipient == f"question:{question.id}",
        Delivery.id > parcel.id,
        Delivery.state.in_([state.value for state in UNSETTLED]),
    )
    return bool(await session.scalar(select(posted)))


def again(parcel: Parcel, now: datetime) -> Draft:
    """Return a draft of what a parcel holds, to be sent once more, behind what was posted since."""
    return replace(same(parcel, now), slot=f"{parcel.slot}/anew:{parcel.id}")


def same(parcel: Parcel, now: datetime) -> Draft:
    """Return a draft of what a parcel holds, under the same slot."""
    return Draft(
        parcel.kind,
        parcel.slot,
        parcel.recipient,
        Content(Channel.CHAT, parcel.body),
        parcel.cause,
        now,
        values=parcel.values,
        stream=parcel.stream,
    )
