"""`relais watch sources | add | remove | pause | resume | import | export`."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.acts import SYSTEM
from core.clock import PARIS, SystemClock
from core.errors import InputError
from core.http import Fetcher
from core.people.models import Person, Theme
from core.render import Renderer
from core.sections import Section
from core.settings import Settings, SourceSettings
from core.spreadsheet import nearest
from relais import named_files
from relais.configuration import explain
from relais.schema import opened
from relais.watching import read_file
from watch.models import Source
from watch.reading.parsing import Parser
from watch.reading.records import Recipe
from watch.sources import changing, opml
from watch.sources.changing import AlreadyWatchedError, Wanted
from watch.sources.looking import Look, fetch_and_look, follow
from watch.sources.rules import Health, name_for, parse_address
from watch.sources.words import text
from watch.understanding.territory import unknown_places

COMMAND, OPML = "command", "opml"
"""The origins of what comes from here."""

Choose = Callable[[Sequence[str]], int]
"""Asks which of several feeds is meant; returns its place."""


@dataclass(frozen=True)
class Asked:
    """A source to add as the command line describes it; empty texts are left to what is found.

    `first` takes the first feed of a page that names several; `unread` reads nothing.
    """

    url: str
    name: str
    kind: str
    selectors: Mapping[str, str]
    section: str
    themes: Sequence[str]
    regions: Sequence[str]
    every: float
    owner: str
    reproducible: bool
    first: bool
    unread: bool


async def list_sources(settings: Settings, console: Console) -> int:
    """Print a line or two for each source: how it is, when it is read, who manages it."""
    now = SystemClock().now()
    async with opened(settings) as database, database.read() as session:
        rows = await changing.listed(session)
    for row in rows:
        state = changing.health_of(row)
        parts = (
            f"{row.name}  [{row.kind}, {row.origin}]",
            _state(row, state),
            f"last read {_instant(row.checked_at)}",
            f"next {_instant(row.next_check_at) if row.enabled else 'never'}",
        )
        _say(console, "  ".join(parts))
        _say(console, f"    {row.moved_to or row.url}")
        if row.last_error:
            _say(console, f"    {row.errors} errors in a row: {row.last_error}")
    _say(console, f"{len(rows)} sources, at {_instant(now)}")
    return 0


def _state(row: Source, state: Health) -> str:
    since = {
        Health.FAILING: row.failing_since,
        Health.GONE: row.gone_at,
        Health.SILENT: row.last_new_at,
    }
    instant = since.get(state)
    return state.value.replace("_", " ") + (f" since {_instant(instant)}" if instant else "")


def _instant(instant: datetime | None) -> str:
    return f"{instant.astimezone(PARIS):%Y-%m-%d %H:%M}" if instant else "never"


async def add_source(settings: Settings, asked: Asked, choose: Choose, console: Console) -> int:
    """Read an address, then watch it. Raises RelaisError: it cannot be, or is already."""
    async with opened(settings) as database:
        async with database.read() as session:
            owner_id = await _known(session, asked)
            await _refuse_again(session, asked.url)
            names = await changing.names(session)
        url, title, items = asked.url, "", 0
        if not asked.unread:
            look = await _look(settings, asked, choose)
            url, document = look.address, look.read()
            title, items = document.title, len(document.items)
        source = _checked(asked, url, asked.name or name_for(title, url, names))
        wanted = Wanted(
            name=source.name,
            url=source.url,
            kind=source.kind,
            selectors=source.selectors.model_dump(exclude_defaults=True),
            section=source.section.value,
            themes=tuple(source.themes),
            regions=tuple(source.regions),
            every=source.every,
            owner_id=owner_id,
            reproducible=source.reproducible,
        )
        async with database.write() as session:
            now = SystemClock().now()
            await changing.add(session, wanted, COMMAND, SYSTEM, now)
    told = "not read yet" if asked.unread else f"{items} items"
    _say(console, f"{wanted.name} is watched ({wanted.url}, {told})")
    return 0


async def _known(session: AsyncSession, asked: Asked) -> int | None:
    """Return who is named as owner. Raises InputError for a code that nobody or nothing has."""
    themes = set(await session.scalars(select(Theme.code)))
    for code in asked.themes:
        if code not in themes:
            hint = nearest(code, themes) or "`relais people import themes.csv` brings themes in"
            raise InputError(f"no theme has the code {code}", hint=hint)
    for place in unknown_places(asked.regions):
        hint = "give the code of a département (43), of a region with an R (R84), or a name"
        raise InputError(f"no place is called {place}", hint=hint)
    if not asked.owner:
        return None
    owner_id = await session.scalar(select(Person.id).where(Person.code == asked.owner))
    if owner_id is None:
        hint = "give the code of somebody in people.csv"
        raise InputError(f"nobody in the directory has the code {asked.owner}", hint=hint)
    return owner_id


async def _refuse_again(session: AsyncSession, url: str) -> None:
    there = await changing.watched(session, url)
    if there is not None:
        raise AlreadyWatchedError(there)


async def _look(settings: Settings, asked: Asked, choose: Choose) -> Look:
    """Read the address; of a page, the feed that it names, or that is chosen."""
    watch = settings.watch
    recipe = Recipe.of(asked.kind, asked.selectors)
    async with (
        Parser(workers=1, timeout=watch.parse_timeout) as parser,
        Fetcher(watch) as fetcher,
    ):
        look = await fetch_and_look(fetcher, parser, asked.url, recipe)
        if look.document is not None or not look.feeds:
            return look
        feeds = look.declared or look.feeds
        alone = asked.first or (len(feeds) == 1 and not feeds[0].guessed)
        chosen = 0 if alone else choose([f"{feed.url}  {feed.title}".strip() for feed in feeds])
        return await follow(fetcher, parser, feeds[chosen])


def _checked(asked: Asked, url: str, name: str) -> SourceSettings:
    """Return the source as the configuration would have it. Raises InputError as it would."""
    try:
        return SourceSettings.model_validate(
            {
                "name": name,
                "url": url,
                "kind": asked.kind,
                "section": asked.section,
                "themes": list(asked.themes),
                "regions": list(asked.regions),
                "every": asked.every,
                "reproducible": asked.reproducible,
                "selectors": dict(asked.selectors),
            }
        )
    except ValidationError as error:
        raise InputError("\n".join(explain(error)), hint="`relais watch add --help`") from None


async def change_source(settings: Settings, named: str, verb: str, console: Console) -> int:
    """Remove, pause or resume a source. Raises InputError: not one, or not ours to change."""
    done = {"remove": changing.remove, "pause": changing.pause, "resume": changing.resume}[verb]
    async with opened(settings) as database, database.write() as session:
        source = await changing.find(session, named)
        if not changing.is_ours(source):
            hint = "change [[watch.sources]] in the configuration, and restart the service"
            raise InputError(f"{source.name} is listed by the configuration", hint=hint)
        done(session, source, SYSTEM, SystemClock().now())
        name = source.name
    _say(console, f"{name}: {verb}d" if verb.endswith("e") else f"{name}: {verb}ed")
    return 0


# --- OPML -------------------------------------------------------------------------------------


async def import_opml(
    settings: Settings, file: Path, console: Console, *, dry_run: bool, reproducible: bool = False
) -> int:
    """Add the sources of a list; return 1 if any was left out. Raises InputError: no list.

    What it says of summaries that may be shown is believed if `reproducible`: lists come from
    strangers too.
    """
    body = await asyncio.to_thread(read_file, str(file), settings.watch.max_bytes)
    async with Parser(workers=1, timeout=settings.watch.parse_timeout) as parser:
        outlines = await parser.run(opml.read_outlines, body)
    added = known_already = 0
    complaints: list[str] = []
    async with opened(settings) as database, database.write() as session:
        known = await _names(session, settings)
        names = await changing.names(session)
        now = SystemClock().now()
        for outline in outlines:
            try:
                wanted = opml.wanted(outline, known, names)
                wanted = replace(wanted, reproducible=wanted.reproducible and reproducible)
                await changing.add(session, wanted, OPML, SYSTEM, now)
            except AlreadyWatchedError:
                known_already += 1
            except InputError as error:
                complaints.append(f"  {outline.title or outline.url}: {error.what} ({error.hint})")
            else:
                names.add(wanted.name)
                added += 1
                _say(console, f"  + {wanted.name}  {wanted.section}  {wanted.url}")
        if dry_run:
            await session.rollback()
    for line in complaints:
        _say(console, line)
    would = "would be added" if dry_run else "added"
    counted = f"{added} {would}, {known_already} watched already, {len(complaints)} left out"
    _say(console, f"{file.name}: {counted}")
    return 1 if complaints else 0


async def export_opml(settings: Settings, file: Path, console: Console) -> int:
    """Write every source that is watched or paused to a list. Raises InputError: no such place."""
    async with opened(settings) as database, database.read() as session:
        rows = await changing.listed(session)
    wanted = [_as_wanted(row) for row in rows]
    data = opml.write(wanted, _section_titles(settings), settings.network.name)
    await named_files.write(file, data)
    _say(console, f"{file.name}: {len(rows)} sources")
    return 0


def _as_wanted(row: Source) -> Wanted:
    return Wanted(
        name=row.name,
        url=row.moved_to or row.url,
        kind=row.kind,
        selectors=dict(row.selectors),
        section=row.section,
        themes=tuple(row.themes),
        regions=tuple(row.regions),
        every=row.every,
        reproducible=row.reproducible,
        paused=not row.enabled,
    )


async def _names(session: AsyncSession, settings: Settings) -> opml.Known:
    themes = await session.execute(select(Theme.code, Theme.name))
    return opml.Known.of(_section_titles(settings), {row.code: row.name for row in themes})


def _section_titles(settings: Settings) -> Mapping[str, str]:
    renderer = Renderer({}, settings.service.templates_folder)
    language = settings.network.language
    return {
        section.value: renderer.plain(text("section_choice", section=section.value), language)
        for section in Section
    }


def _say(console: Console, line: str) -> None:
    console.print(line, highlight=False, markup=False, soft_wrap=True)


def address(words: str) -> str:
    """Return an address as people paste it. Raises InputError."""
    try:
        return parse_address(words)
    except InputError as error:
        what = f"{words!r} is not an address"
        raise InputError(what, hint="give it as a browser shows it: https://…") from error
