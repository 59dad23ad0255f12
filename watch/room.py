"""The watch as the house sees it: its tick, commands, buttons, deliveries and contributions."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.contributions import Contribution
from core.http import Fetcher
from core.ledger.draft import ChatAddress, DeliveryKind, Parcel, Policy, Ready, Skip
from core.parts import Parts
from core.room import Room, Tick
from core.sections import Section
from core.settings import TelegramSettings
from watch import store
from watch.decide import State
from watch.desk.desk import Desk, unpublished
from watch.desk.shown import BURST_KIND, STORY_KIND, ShownStory
from watch.models import Story
from watch.poll import Poller
from watch.reading.parsing import Parser
from watch.relevance.judge import Judge
from watch.sources.store import next_due, sync_sources

__all__ = ["build", "sync_sources"]

_EVERY = 15.0


def build(parts: Parts, fetcher: Fetcher, parser: Parser) -> Room:
    """Return the room; the caller closes `fetcher` and `parser`, and calls `sync_sources` first."""
    desk = Desk(parts)
    poller = Poller(parts, fetcher, parser, Judge())
    return Room(
        name="watch",
        commands=desk.commands(),
        actions=desk.actions(),
        ticks=(Tick("watch.poll", poller.poll, next_due, every=_EVERY, loop="poll"),),
        deliveries=_deliveries(parts.settings.telegram),
        contributions=contributions,
    )


async def contributions(
    session: AsyncSession,
    since: datetime,  # noqa: ARG001  # the protocol's; see below
    until: datetime,
) -> Sequence[Contribution]:
    """Offer the stories kept up to `until` that appeared in no edition, however old.

    A story kept too late for one edition is offered to the next.
    """
    kept = await unpublished(session, await store.kept_stories(session, until))
    return [_contribution(story) for story in await store.shown(session, kept)]


def _contribution(story: ShownStory) -> Contribution:
    return Contribution(
        reference=story.reference,
        section=Section(story.section),
        title=story.title,
        summary=story.summary,
        url=story.link,
        source=", ".join(story.sources),
        note=story.note,
        themes=story.themes,
    )


def _deliveries(telegram: TelegramSettings) -> tuple[DeliveryKind, ...]:
    topic = ChatAddress(telegram.group_id, telegram.watch_thread_id)

    async def story(session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
        found = await session.get(Story, parcel.cause.number)
        if found is None or found.state != State.WAITING.value:
            return Skip("already decided")
        return _to(topic)

    async def burst(_session: AsyncSession, _parcel: Parcel, _now: datetime) -> Ready | Skip:
        return _to(topic)

    return (
        DeliveryKind(STORY_KIND, Policy.RESEND, story),
        DeliveryKind(BURST_KIND, Policy.RESEND, burst),
    )


def _to(topic: ChatAddress) -> Ready | Skip:
    return Ready(topic) if topic.chat_id else Skip("no animators' group in telegram.group_id")
