"""`relais watch try`: what the watch would make of a document, and why; nothing is stored."""

import asyncio
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from sqlalchemy.engine import make_url

from core.clock import SystemClock
from core.errors import InputError
from core.http import Fetched, Fetcher
from core.people.rules import COLUMNS, Kind
from core.settings import Settings, WatchSettings
from core.spreadsheet import read
from core.themes.rules import ThemeWords
from relais.watch_shown import show
from watch.decide import Identified, identify
from watch.reading.parsing import Parser
from watch.reading.records import Document, DocumentError, Recipe
from watch.rules import Pace, next_check
from watch.sources.looking import Look, follow, look_at
from watch.sources.tried import encoding_of, entry_values, format_of
from watch.understanding.records import Understanding

STANDARD_INPUT = "-"
PACE = 3600.0
"""How often a source is read that says nothing else, in seconds."""

_PATIENCE = 3.0
"""Seconds given to a database that may be away: the themes of the sample are at hand."""

_WEB = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True)
class Wish:
    """What is to be tried: an address, a file or standard input (`-`), and how to read it.

    `base` is the address that relative links of a file are relative to. `before` is an older
    copy of a page that is watched for changes.
    """

    where: str
    recipe: Recipe
    base: str = ""
    before: Path | None = None


@dataclass(frozen=True)
class Tried:
    """All that was made of a document; `followed` is the page that named it, if one was given."""

    look: Look
    document: Document
    entries: Sequence[tuple[Identified, Understanding]]
    now: datetime
    next_check_at: datetime
    followed: Look | None = None

    def values(self) -> list[dict[str, Any]]:
        """Return the entries as they go into JSON."""
        return [entry_values(each, found, self.now) for each, found in self.entries]


async def try_document(settings: Settings, wish: Wish, console: Console, *, as_json: bool) -> int:
    """Say what the watch would make of a document. Raises RelaisError when it is none."""
    watch = settings.watch
    themes, origin = await themes_at_hand(settings)
    async with (
        Parser(workers=1, timeout=watch.parse_timeout) as parser,
        Fetcher(watch) as fetcher,
    ):
        tried = await _try(watch, wish, themes, parser, fetcher)
    print(f"relais: {origin}", file=sys.stderr)  # noqa: T201  # beside what is asked for
    if as_json:
        _write(tried.values())
    else:
        show(console, described(tried), tried.values())
    return 0


async def _try(
    watch: WatchSettings,
    wish: Wish,
    themes: Sequence[ThemeWords],
    parser: Parser,
    fetcher: Fetcher,
) -> Tried:
    recipe = await _recipe(watch, wish, parser)
    look = await look_at(parser, await _fetched(watch, wish, fetcher), recipe)
    followed = None
    if look.declared and is_on_the_web(wish.where):
        followed = look
        look = await follow(fetcher, parser, look.declared[0])
    document = look.read()
    now = SystemClock().now()
    items = identify(document.items)
    found = await parser.understand([each.item for each in items], themes, now)
    coming = next_check(
        Pace(PACE, watch.least_interval),
        look.fetched.headers,
        now,
        0.0,
        ttl=document.ttl,
        skip_hours=document.skip_hours,
    )
    entries = list(zip(items, found, strict=True))
    return Tried(look, document, entries, now, coming, followed)


async def _recipe(watch: WatchSettings, wish: Wish, parser: Parser) -> Recipe:
    """Return how to read what is tried; what a watched page said before is read first."""
    if wish.before is None:
        return wish.recipe
    body = await asyncio.to_thread(read_file, str(wish.before), watch.max_bytes)
    document = await parser.parse(body, wish.base, {}, wish.recipe)
    return replace(wish.recipe, before=document.page_text)


async def _fetched(watch: WatchSettings, wish: Wish, fetcher: Fetcher) -> Fetched:
    if is_on_the_web(wish.where):
        return await fetcher.fetch(wish.where)
    body = await asyncio.to_thread(read_file, wish.where, watch.max_bytes)
    return Fetched(200, {}, body, wish.base)


def is_on_the_web(where: str) -> bool:
    """Tell an address from the name of a file."""
    return _WEB.match(where) is not None


def read_file(where: str, most: int) -> bytes:
    """Return the content of a file, or of standard input (`-`).

    Raises InputError: it cannot be read, or has over `most` bytes.
    """
    try:
        if where == STANDARD_INPUT:
            body = sys.stdin.buffer.read(most + 1)
        else:
            with Path(where).open("rb") as handle:
                body = handle.read(most + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        what = f"{where} cannot be read ({reason})"
        hint = "give the address of a feed or a page (https://…), a file, or - for standard input"
        raise InputError(what, hint=hint) from error
    if len(body) > most:
        what = f"the document has over {most:,} bytes"
        raise DocumentError(what, hint="give a shorter document, or raise watch.max_bytes")
    return body


def _write(values: Sequence[Mapping[str, Any]]) -> None:
    text = json.dumps(values, ensure_ascii=False, indent=2) + "\n"
    typer.echo(text.encode("utf-8", "replace"), nl=False)


def described(tried: Tried) -> Mapping[str, str]:
    """Return what is worth knowing of a document beside its entries, in the order of reading."""
    fetched, document = tried.look.fetched, tried.document
    hours = ", ".join(str(hour) for hour in sorted(document.skip_hours))
    dropped = len(document.items) - len(tried.entries)
    page = tried.followed.fetched.url if tried.followed else ""
    others = [feed.url for feed in tried.followed.feeds[1:]] if tried.followed else []
    kinds = {
        "named by": page,
        "also named there": ", ".join(others),
        "address": fetched.url,
        "moved for good to": fetched.moved_to or "",
        "format": format_of(fetched.body),
        "encoding": encoding_of(fetched.body, fetched.headers),
        "title": document.title,
        "warning": document.warning,
        "entries": str(len(tried.entries)),
        "left out": f"{dropped} that repeat others, or say nothing" if dropped else "",
        "asks to be left alone for": f"{document.ttl:g} s" if document.ttl else "",
        "hours to skip (UTC)": hours,
        "next check": f"{tried.next_check_at:%Y-%m-%d %H:%M} UTC, if it were read now",
        "the page says": _beginning(document.page_text or ""),
    }
    return {name: words for name, words in kinds.items() if words}


def _beginning(text: str) -> str:
    return text if len(text) <= 300 else f"{text[:300]}… ({len(text)} characters)"  # noqa: PLR2004


# --- themes -----------------------------------------------------------------------------------


async def themes_at_hand(settings: Settings) -> tuple[Sequence[ThemeWords], str]:
    """Return the themes of the configured database, else the sample's, and which they are."""
    try:
        found = await _stored_themes(settings)
    except Exception as error:  # noqa: BLE001  # whatever it is, there are others
        return sample_themes(), (
            f"themes of the sample network (the database cannot be read: {type(error).__name__})"
        )
    if found:
        return found, f"{len(found)} themes of the configured database"
    return sample_themes(), "themes of the sample network (no database has any)"


async def _stored_themes(settings: Settings) -> Sequence[ThemeWords]:
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not os.path.isfile(url.database or ""):  # noqa: ASYNC240, PTH113  # nothing else runs
        return ()
    from core.db import Database  # noqa: PLC0415  # slow to load, and most often not needed
    from core.themes.store import themes  # noqa: PLC0415  # idem

    database = Database(settings.database_url)
    try:
        async with asyncio.timeout(_PATIENCE), database.read() as session:
            return await themes(session)
    finally:
        await database.close()


def sample_themes() -> Sequence[ThemeWords]:
    """Return the themes of the sample network."""
    data = resources.files("relais").joinpath("sandbox/network/themes.csv").read_bytes()
    records = read(data, COLUMNS[Kind.THEMES]).records
    return tuple(
        ThemeWords(
            record.values["code"],
            tuple(record.values.get("words") or ()),
            tuple(record.values.get("exclusions") or ()),
        )
        for record in records
    )
