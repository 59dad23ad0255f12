"""How a draft becomes an answer that everybody finds."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers import store
from bot.answers.decide import State, What
from bot.answers.models import Answer
from bot.answers.rules import one_line


async def publish(session: AsyncSession, draft: Answer, by: int | None, now: datetime) -> Answer:
    """Make a draft the validated answer; return it, or the one whose place it takes.

    It is found from the moment this is committed.
    """
    row = await _revised(session, draft) or draft
    what = What.VALIDATED if row is draft else What.REVISED
    row.state = State.VALIDATED.value
    row.version += 1
    row.validated_by, row.validated_at, row.updated_at = by, now, now
    row.withdrawn_by = row.withdrawn_at = row.told_review_on = None
    variants = await store.variants(session, row.id)
    others = [each for each in variants if each != one_line(row.question)]
    await store.set_variants(session, row.id, others)
    await store.remember(session, row, what, by, now)
    await store.changed(session, [row])
    return row


async def _revised(session: AsyncSession, draft: Answer) -> Answer | None:
    """Put a revision in the place of what it revises; nothing when it revises nothing."""
    row = await store.answer(session, draft.revises) if draft.revises else None
    if row is None:
        return None
    for name in ("question", "answer", "sources", "theme_id", "stated_on", "review_on"):
        setattr(row, name, getattr(draft, name))
    row.drafted_by = draft.drafted_by
    await store.set_variants(session, row.id, await store.variants(session, draft.id))
    await store.remove(session, draft)
    return row
