"""Showing news to the animators: one by one, or counted, when they are there to read them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.store import post
from core.parts import Parts
from watch import store
from watch.decide import tell
from watch.desk.shown import burst_draft, story_draft
from watch.models import Source, Story


async def tell_new(
    session: AsyncSession,
    parts: Parts,
    source: Source,
    dated: Sequence[tuple[Story, datetime]],
    now: datetime,
) -> int:
    """Show the new stories of one reading of a source, each with its date; return how many."""
    telling = tell([(story.id, date) for story, date in dated], parts.settings.watch.told_per_poll)
    stories = {story.id: story for story, _ in dated}
    await post_stories(session, parts, [stories[story_id] for story_id in telling.told], now)
    if telling.counted:
        language = parts.settings.network.language
        name = (source.id, source.name)
        draft = burst_draft(parts.renderer, name, telling.counted, now, language)
        await post(session, [draft], now)
    return len(telling.told)


async def post_stories(
    session: AsyncSession, parts: Parts, stories: Sequence[Story], now: datetime
) -> None:
    """Post stories in the watch topic, in the given order, and mark them as told."""
    language = parts.settings.network.language
    shown = await store.shown(session, stories)
    await post(session, [story_draft(parts.renderer, each, now, language) for each in shown], now)
    for story in stories:
        story.told_at = now
    await session.flush()
