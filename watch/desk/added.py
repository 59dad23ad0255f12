"""Stories that no source told: an address of an animator, a document of the network's own."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Text
from core.parts import Parts
from core.reference import Party
from core.sections import Section
from core.text import normalise
from watch.archive.retention import FORGOTTEN
from watch.decide import Verdict
from watch.desk.deciding import write
from watch.desk.shown import TEMPLATE
from watch.models import Entry, Source, Story
from watch.reading.titles import MOST_TITLE

LINKS = "links"
DOCUMENTS = "documents"
KIND = "desk"


async def source_of(session: AsyncSession, parts: Parts, name: str, *, ours: bool) -> Source:
    """Return the source, which is never read, of what is added by hand; make it the first time.

    What is `ours` may be reproduced. To be called where nobody else stores stories meanwhile.
    """
    url = f"{KIND}:{name}"
    found = await session.scalar(select(Source).where(Source.url == url))
    if found is not None:
        return found
    words = Text(TEMPLATE, f"{name}_source")
    source = Source(
        name=parts.renderer.plain(words, parts.settings.network.language),
        url=url,
        section=(Section.TERRITORIES if ours else Section.LEGAL).value,
        every=0.0,
        enabled=False,
        kind=KIND,
        origin="chat",
        reproducible=ours,
    )
    session.add(source)
    await session.flush()
    return source


async def known_by_link(session: AsyncSession, link: str) -> Story | None:
    """Return the latest story that some source tells at an address, held; not one let go."""
    bare = link.removeprefix("https://").removeprefix("http://").rstrip("/")
    written = [f"{scheme}{bare}{end}" for scheme in ("https://", "http://") for end in ("", "/")]
    return await session.scalar(
        select(Story)
        .join(Entry, Entry.story_id == Story.id)
        .where(Entry.link.in_(written), Story.state != FORGOTTEN)
        .order_by(Story.id.desc())
        .limit(1)
        .with_for_update(of=Story)
    )


async def keep_new(
    session: AsyncSession, entry: Entry, source: Source, by: Party, now: datetime
) -> Story:
    """Store an entry that begins a story, and keep it in somebody's name."""
    story = Story(
        title=entry.title,
        title_key=title_key(entry.title),
        link=entry.link,
        section=source.section,
        state="waiting",
        version=0,
        folded=False,
        note="",
        first_seen_at=now,
        told_at=now,
    )
    session.add(story)
    await session.flush()
    await join(session, entry, story, by, now)
    return story


async def join(session: AsyncSession, entry: Entry, story: Story, by: Party, now: datetime) -> None:
    """Store an entry that tells a story, which is kept if it was not."""
    entry.story_id = story.id
    session.add(entry)
    write(session, story, Verdict.KEEP, by, now)
    await session.flush()


def digest(*words: str) -> str:
    """Return what stands for words: an identity, or what an entry says."""
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:32]


def title_key(title: str) -> str:
    """Return what identical titles share."""
    return normalise(title)[:MOST_TITLE]


def merged(codes: Iterable[str], more: Iterable[str]) -> list[str]:
    """Return themes with others, each once."""
    return list(dict.fromkeys([*codes, *more]))
