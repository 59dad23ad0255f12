"""How what agents are told by the ledger behaves: to whom it goes, and when it no longer must."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.hotline import telling
from bot.hotline.decide import State
from bot.hotline.models import Question
from core.ledger.draft import DeliveryKind, Parcel, Policy, Ready, Skip
from core.people.reaching import to_person

HOLDS_WHILE = {telling.CLOSED: State.CLOSED, telling.WAITING: State.WAITING}
"""The state in which a question must still be for what is said of it to be true."""


def kinds() -> tuple[DeliveryKind, ...]:
    """Return the kinds: all are sent again when nobody knows whether they arrived."""
    names = (
        telling.CLOSED,
        telling.REOPENED,
        telling.WAITING,
        telling.TAKEN,
        telling.TRANSFERRED,
        telling.UNDECIDED,
    )
    return tuple(DeliveryKind(name, Policy.RESEND, to_asker) for name in names)


async def to_asker(session: AsyncSession, parcel: Parcel, now: datetime) -> Ready | Skip:
    """Tell the asker of the question, as long as they are, and as long as it is true."""
    question = await session.get(Question, parcel.cause.number)
    if question is None or question.asker_id != parcel.recipient.number:
        return Skip("erased")
    if HOLDS_WHILE.get(parcel.kind, question.state) != question.state:
        return Skip("changed")
    return await to_person(session, parcel, now)
