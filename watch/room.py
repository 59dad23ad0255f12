"""The watch as the house sees it: its ticks, commands, buttons, deliveries and contributions."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.alerts import AlertReaders
from core.contributions import Contribution
from core.http import Fetcher
from core.parts import Parts
from core.room import Check, ContributionSource, Room, Tick
from core.sections import Section
from watch.desk import store
from watch.desk.deliveries import kinds
from watch.desk.desk import Desk
from watch.desk.examine import examination
from watch.desk.personal import PERSONAL_DATA
from watch.desk.rules import next_date, next_training, read_shown_hours, read_weekly
from watch.desk.shown import ShownStory
from watch.desk.summary import Summary
from watch.models import Story
from watch.poll import Poller
from watch.reading.parsing import Parser
from watch.reading.titles import public_title
from watch.relevance.judge import Judge
from watch.sources.store import next_due, sync_sources
from watch.understanding.records import deadline

__all__ = ["build", "sync_sources"]

_EVERY = 15.0
_SOON = 3.0

MOST_OFFERED = 1_000
"""How many kept stories are offered to an edition."""


def build(
    parts: Parts, fetcher: Fetcher, parser: Parser, readers: Sequence[AlertReaders] = ()
) -> Room:
    """Return the room; the caller closes `fetcher` and `parser`, and calls `sync_sources` first.

    `readers` are those whom alerts reach. Raises InputError for hours of the configuration that
    cannot be read.
    """
    settings, judge = parts.settings, Judge()
    hours = read_shown_hours(
        settings.watch.shown_hours, settings.hotline.closures, settings.hotline.worked_holidays
    )
    weekly = read_weekly(settings.watch.summary)
    desk = Desk(parts, judge, hours, fetcher, parser, readers)
    poller, summary = Poller(parts, fetcher, parser, judge), Summary(desk.telling, weekly)
    return Room(
        name="watch",
        commands=desk.commands(),
        actions=desk.actions(),
        forms=desk.forms(),
        links=desk.links.said,
        ticks=(
            Tick("watch.poll", poller.poll, next_due, every=_EVERY, loop="poll"),
            Tick("watch.show", desk.telling.run, desk.telling.next_due, every=_SOON),
            Tick("watch.pages", desk.links.run, desk.links.next_due, every=_SOON, loop="poll"),
            Tick("watch.summary", summary.run, summary.next_due, every=60.0),
        ),
        deliveries=kinds(settings.telegram),
        contributions=offering(parts),
        personal_data=PERSONAL_DATA,
        checks=(Check("watch hours", examination(weekly, hours, parts.clock)),),
    )


def offering(parts: Parts) -> ContributionSource:
    """Return what offers the kept stories, those that close with our page about them."""
    pages = f"{parts.settings.service.public_url.rstrip('/')}/veille/actualites"

    async def contributions(
        session: AsyncSession,
        since: datetime,  # noqa: ARG001  # the protocol's; see below
        until: datetime,
    ) -> Sequence[Contribution]:
        """Offer the stories kept up to `until` that appeared in no edition, however old.

        A story kept too late for one edition is offered to the next; a call or a training that is
        over by then is not.
        """
        rows = await store.stories(
            session, store.kept(until), Story.decided_at.asc(), most=MOST_OFFERED
        )
        stories = await store.shown(session, rows)
        return [_contribution(each, pages, until) for each in stories if not _over(each, until)]

    return contributions


def _over(story: ShownStory, now: datetime) -> bool:
    """Say whether a call or a training comes too late: it closed, or began for the last time."""
    if story.section not in {Section.CALLS, Section.TRAININGS}:
        return False
    coming = next_date(story.dates, now)
    begins = [each.at for each in story.dates if each.kind == "training" and each.at]
    return bool(coming and coming.past) or bool(begins and max(begins) < now)


def _contribution(story: ShownStory, pages: str, now: datetime) -> Contribution:
    closing = deadline(story.dates, now)
    training = next_training(story.dates, now) if story.section == Section.TRAININGS else None
    return Contribution(
        reference=story.reference,
        section=Section(story.section),
        title=public_title(story.title, reproducible=story.reproducible),
        summary=story.summary if story.reproducible else "",
        url=story.link,
        source=", ".join(story.sources),
        note=story.note,
        starts_at=training.at if training else None,
        themes=story.themes,
        deadline=closing,
        more_url=f"{pages}/{story.id}" if closing else "",
        references=story.texts,
    )
