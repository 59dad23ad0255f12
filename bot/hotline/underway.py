"""What an agent has under way when they write: what a message may belong to."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.hotline import store
from bot.hotline.decide import Aim, Direction, Ongoing, Underway
from bot.hotline.models import Announcement, QuestionMessage
from core.chat import Turn
from core.db import alone
from core.reference import Party


async def underway(session: AsyncSession, person_id: int) -> Underway:
    """Return what somebody has under way."""
    questions = await store.ongoing(session, person_id)
    said = await session.get(Announcement, person_id)
    return Underway(
        ongoing=tuple(Ongoing(each.id, each.last_message_at) for each in questions),
        announced=Aim(said.question_id, said.at) if said else None,
        last=await _last(session, person_id),
        unplaced=bool(await unplaced(session, person_id)),
    )


async def _last(session: AsyncSession, person_id: int) -> Aim | None:
    """Return what somebody's last message was about."""
    message = await session.scalar(
        select(QuestionMessage)
        .where(
            QuestionMessage.author == _author(person_id),
            QuestionMessage.direction == Direction.FROM_AGENT.value,
        )
        .order_by(QuestionMessage.id.desc())
        .limit(1)
    )
    return Aim(message.question_id, message.at) if message else None


async def announce(
    session: AsyncSession, person_id: int, number: int | None, now: datetime
) -> None:
    """Note what somebody's next message is for: a question, or a new one (None)."""
    await session.merge(Announcement(person_id=person_id, question_id=number, at=now))
    await session.flush()


async def heard(session: AsyncSession, person_id: int) -> None:
    """Forget what was announced: it has come."""
    await session.execute(delete(Announcement).where(Announcement.person_id == person_id))


async def unplaced(session: AsyncSession, person_id: int) -> Sequence[QuestionMessage]:
    """Return the messages whose author has not said which question they belong to, in order.

    Who reads them waits for who is giving them a question to commit.
    """
    await alone(session, _waiting(person_id))
    rows = await session.scalars(
        select(QuestionMessage)
        .where(
            QuestionMessage.author == _author(person_id),
            QuestionMessage.question_id.is_(None),
        )
        .order_by(QuestionMessage.id)
    )
    return rows.all()


async def placed(session: AsyncSession, message: QuestionMessage, person_id: int) -> None:
    """Read a message of somebody's anew, once whoever is giving it a question has committed."""
    await alone(session, _waiting(person_id))
    await session.refresh(message)


async def album_before(turn: Turn) -> QuestionMessage | None:
    """Return the first message of the album that goes on; None when it begins, or there is none."""
    if not turn.incoming.album:
        return None
    return await turn.session.scalar(
        select(QuestionMessage)
        .where(
            QuestionMessage.author == _author(turn.sender.person_id),
            QuestionMessage.chat_id == turn.incoming.place.chat_id,
            QuestionMessage.album == turn.incoming.album,
        )
        .order_by(QuestionMessage.id)
        .limit(1)
    )


def _waiting(person_id: int) -> str:
    """Return the name that is held by who looks at, or gives a question to, what has none."""
    return f"hotline.unplaced:{person_id}"


def _author(person_id: int | None) -> str:
    return str(Party("person", str(person_id)))
