"""What people thought of a meeting: one answer each, and nobody knows whose it is.

No function here commits.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import PARIS, aware
from digest.seminars.attendance.models import Feedback, FeedbackGiven

LEAST = 3
"""With fewer answers, one would guess who wrote what."""

LARGEST_ID = 2**31 - 1


@dataclass(frozen=True)
class Opinion:
    """An answer: a mark from 1 to 4, what was useful, what is wanted next."""

    rating: int
    useful: str = ""
    wanted: str = ""


@dataclass(frozen=True)
class Summary:
    """What the answers say together. Texts come in the order of the alphabet, not of time."""

    count: int
    average: float
    ratings: tuple[int, ...]
    useful: tuple[str, ...]
    wanted: tuple[str, ...]


async def give(
    session: AsyncSession,
    dice: random.Random,
    seminar: int,
    party: str,
    opinion: Opinion,
    *,
    now: datetime,
) -> bool:
    """Keep an answer; say whether it is the first of that party: the next ones are not kept.

    That they answered, and what was answered, are two rows that nothing ties together: the answer
    is dated of the day only, and its number is drawn.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    given = await session.scalar(
        insert(FeedbackGiven)
        .values(seminar_id=seminar, party=party)
        .on_conflict_do_nothing()
        .returning(FeedbackGiven.id)
    )
    if given is None:
        return False
    day = now.astimezone(PARIS).date()
    identity = dice.randint(1, LARGEST_ID)
    while await session.get(Feedback, identity) is not None:
        identity = dice.randint(1, LARGEST_ID)
    session.add(
        Feedback(
            id=identity,
            seminar_id=seminar,
            rating=opinion.rating,
            useful=opinion.useful,
            wanted=opinion.wanted,
            given_on=aware(datetime.combine(day, time(), PARIS)),
        )
    )
    await session.flush()
    return True


async def has_given(session: AsyncSession, seminar: int, party: str) -> bool:
    """Say whether a party answered already."""
    wanted = select(FeedbackGiven.id).where(
        FeedbackGiven.seminar_id == seminar, FeedbackGiven.party == party
    )
    return await session.scalar(wanted) is not None


async def answers(session: AsyncSession, seminar: int) -> Sequence[Opinion]:
    """Return every answer, in no order that tells anything."""
    rows = await session.scalars(select(Feedback).where(Feedback.seminar_id == seminar))
    found = [Opinion(row.rating, row.useful, row.wanted) for row in rows]
    return sorted(found, key=lambda each: (each.rating, each.useful, each.wanted))


def summed(given: Sequence[Opinion]) -> Summary | None:
    """Return what answers say together; None when they are too few to be shown."""
    if len(given) < LEAST:
        return None
    marks = [each.rating for each in given]
    return Summary(
        len(given),
        round(sum(marks) / len(marks), 1),
        tuple(marks.count(mark) for mark in range(1, 5)),
        tuple(sorted((each.useful for each in given if each.useful), key=str.casefold)),
        tuple(sorted((each.wanted for each in given if each.wanted), key=str.casefold)),
    )
