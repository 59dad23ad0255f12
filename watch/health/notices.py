"""Telling the animators, in the topic of the watch, how the sources are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Text
from core.clock import aware
from core.ledger.draft import ChatAddress, DeliveryKind, Draft, Parcel, Policy, Ready, Skip
from core.ledger.store import post
from core.parts import Parts
from core.people.models import Person
from core.posts import render_post
from core.reference import ANIMATORS, Reference
from core.settings import TelegramSettings
from watch.desk.rules import read_shown_hours
from watch.health.rules import SOONEST_SILENCE, Trouble, failure_is_told, rhythm
from watch.models import Entry, Source

KIND = "watch.health"
STREAM = "group:animators/watch"
TEMPLATE = "chat/watch_health.html"

_TO_BE_READ = timedelta(hours=1)
"""How long after it is due a source has been read, unless it fails."""

_ARRIVALS = 200
"""How many of the latest entries of a source tell its rhythm."""


async def tell_if_it_fails(
    session: AsyncSession, parts: Parts, source_id: int, now: datetime
) -> None:
    """Tell that a source fails, once it has for long, or at once when it is gone for good."""
    source = await session.get_one(Source, source_id, populate_existing=True)
    patience = timedelta(hours=parts.settings.watch.failing_hours)
    since = source.failing_since or now
    if source.gone_at is not None:
        patience = timedelta(0)
    if not failure_is_told(since, source.failing_told_at, now, patience):
        return
    block = "gone" if source.gone_at else "failing"
    values = {"since": since, "trouble": source.trouble or Trouble.DEFECT.value}
    await _tell(session, parts, source, News(block, since, values), now)
    source.failing_told_at = now


async def tell_it_is_back(
    session: AsyncSession, parts: Parts, source: Source, now: datetime
) -> None:
    """Tell that a source, which was told to fail, was read again."""
    since = source.failing_since or now
    await _tell(session, parts, source, News("back", since, {"since": since}), now)


async def look_for_silence(parts: Parts, now: datetime) -> None:
    """Tell which sources bring nothing for longer than their own rhythm."""
    async with parts.database.write() as session:
        due = select(Source).where(Source.enabled, Source.quiet_check_at <= now)
        held = due.order_by(Source.id).with_for_update(skip_locked=True)
        for source in (await session.scalars(held)).all():
            await _look_at(session, parts, source, now)


async def next_silence(session: AsyncSession) -> datetime | None:
    """Return when a source may have gone quiet."""
    return await session.scalar(select(func.min(Source.quiet_check_at)).where(Source.enabled))


async def _look_at(session: AsyncSession, parts: Parts, source: Source, now: datetime) -> None:
    arrivals = await _arrivals(session, source.id)
    patience = rhythm(arrivals)
    source.quiet_check_at = None
    if patience is None:
        return
    last = max(arrivals)
    if source.failing_since is not None:
        source.quiet_check_at = now + SOONEST_SILENCE
        return
    if now < last + patience:
        source.quiet_check_at = last + patience
        return
    if source.checked_at is None or source.checked_at < last + patience:  # nobody listened
        source.quiet_check_at = max(source.next_check_at or now, now) + _TO_BE_READ
        return
    values = {"last": last, "days": (now - last).days}
    await _tell(session, parts, source, News("silent", last, values), now)
    source.silent_told_at = now


async def _arrivals(session: AsyncSession, source_id: int) -> Sequence[datetime]:
    """Return when the latest entries appeared: as they say, or when they were first seen."""
    query = select(Entry.published_at, Entry.first_seen_at).where(Entry.source_id == source_id)
    rows = await session.execute(query.order_by(Entry.id.desc()).limit(_ARRIVALS))
    return [min(row.published_at or row.first_seen_at, row.first_seen_at) for row in rows]


@dataclass(frozen=True)
class News:
    """What is told of a source: a block with its values, once for what began at `since`."""

    block: str
    since: datetime
    values: Mapping[str, object]


async def _tell(
    session: AsyncSession, parts: Parts, source: Source, news: News, now: datetime
) -> None:
    owner = await session.get(Person, source.owner_id) if source.owner_id else None
    named = {"source": source.name, "url": source.url, "owner": owner.name if owner else ""}
    words = Text(TEMPLATE, news.block, {**news.values, **named})
    draft = Draft(
        kind=KIND,
        slot=f"source:{source.id}/{news.block}/{aware(news.since):%Y-%m-%dT%H:%M:%S}",
        recipient=ANIMATORS,
        content=render_post(parts.renderer, words, (), parts.settings.network.language).content(),
        cause=Reference("watch", "source", str(source.id)),
        due_at=_shown_at(parts, now),
        stream=STREAM,
    )
    await post(session, [draft], now)


def _shown_at(parts: Parts, now: datetime) -> datetime:
    """Return when the animators are there to read it."""
    watch, hotline = parts.settings.watch, parts.settings.hotline
    hours = read_shown_hours(watch.shown_hours, hotline.closures, hotline.worked_holidays)
    return hours.next_opening(now)


def delivery(telegram: TelegramSettings) -> DeliveryKind:
    """Return the kind of these messages."""
    topic = ChatAddress(telegram.group_id, telegram.watch_thread_id)

    async def prepare(_session: AsyncSession, _parcel: Parcel, _now: datetime) -> Ready | Skip:
        if not topic.chat_id:
            return Skip("no animators' group in telegram.group_id")
        return Ready(topic)

    return DeliveryKind(KIND, Policy.RESEND, prepare)
