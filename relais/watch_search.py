"""`relais watch search`: looking something up in all the news."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from rich.console import Console
from rich.text import Text

from core.clock import PARIS
from core.errors import InputError
from core.settings import Settings
from relais.schema import opened
from watch.archive.published import theme_names
from watch.archive.rules import Wanted, Wish, read_period, read_query
from watch.archive.search import StorySearch, sources_of
from watch.models import Story


@dataclass(frozen=True)
class Asked:
    """What an operator looks for, as it was typed."""

    words: str
    themes: tuple[str, ...]
    since: str
    until: str
    state: Wish


async def search(
    settings: Settings, asked: Asked, most: int, console: Console, *, as_json: bool
) -> int:
    """Print what was found, the nearest first; return 1 when nothing was.

    Raises InputError when a theme or a date is none.
    """
    async with opened(settings) as database, database.read() as session:
        wanted = read(asked, await theme_names(session))
        found = await StorySearch().find(session, wanted, most)
        sources = await sources_of(session, [story.id for story in found])
    values = [_values(story, sources[story.id]) for story in found]
    if as_json:
        sys.stdout.write(json.dumps(values, ensure_ascii=False, indent=2) + "\n")
    else:
        _show(values, console)
    return 0 if found else 1


def read(asked: Asked, themes: Mapping[str, str]) -> Wanted:
    """Return what is looked for. Raises InputError when a theme or a date is none."""
    for code in asked.themes:
        if code not in themes:
            known = ", ".join(themes) or "none yet: import themes.csv"
            raise InputError(f"no theme {code!r}", hint=f"themes are {known}")
    wanted = read_query(asked.words, themes)
    return replace(
        wanted,
        themes=(*wanted.themes, *asked.themes),
        since=_day(asked.since, 0) or wanted.since,
        until=_day(asked.until, 1) or wanted.until,
        state=asked.state or wanted.state,
    )


def _day(written: str, which: int) -> date | None:
    if not written:
        return None
    period = read_period(written)
    if period is None:
        raise InputError(f"{written!r} is no date", hint="write 2026, 2026-03 or 2026-03-15")
    return period[which]


def _values(story: Story, sources: Sequence[str]) -> dict[str, Any]:
    return {
        "id": story.id,
        "title": story.title,
        "url": story.link,
        "state": story.state,
        "seen": story.first_seen_at.astimezone(PARIS).isoformat(timespec="seconds"),
        "sources": list(sources),
        "themes": list(story.themes),
        "references": [each["text"] for each in story.references],
        "deadline": story.deadline.astimezone(PARIS).isoformat() if story.deadline else None,
        "note": story.note,
    }


def _show(values: Sequence[Mapping[str, Any]], console: Console) -> None:
    for each in values:
        console.print(Text(f"{each['id']}. {each['title']}", style="bold"), soft_wrap=True)
        facts = [each["seen"][:10], each["state"], *each["sources"], *each["themes"]]
        console.print(Text("   " + " · ".join(facts)), soft_wrap=True)
        if each["url"]:
            console.print(Text(f"   {each['url']}"), soft_wrap=True)
    if not values:
        console.print("Nothing was found: try fewer words, or others.")
