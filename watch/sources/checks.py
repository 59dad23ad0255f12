"""What `relais check` says of the sources that the configuration lists."""

import asyncio
from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from core.errors import RelaisError
from core.http import Fetcher
from core.parts import Parts
from core.people.models import Person, Theme
from core.people.roles import Role
from core.people.store import people_with_role
from core.room import Check, Finding
from core.settings import SourceSettings
from core.spreadsheet import nearest
from watch.reading.parsing import Parser
from watch.reading.records import Recipe
from watch.sources.looking import fetch_and_look
from watch.understanding.territory import unknown_places


def check(parts: Parts, fetcher: Fetcher, parser: Parser) -> Check:
    """Return the examination: every source is read, and what it names is looked up."""

    async def run() -> Sequence[Finding]:
        listed = parts.settings.watch.sources
        read = await asyncio.gather(*(_examine(source, fetcher, parser) for source in listed))
        return [*read, *_places(listed), *await _named(parts)]

    return Check("sources", run)


async def _examine(source: SourceSettings, fetcher: Fetcher, parser: Parser) -> Finding:
    subject = f"source {source.name}"
    recipe = Recipe.of(source.kind, source.selectors.model_dump())
    try:
        look = await fetch_and_look(fetcher, parser, source.url, recipe)
        document = look.read()
    except RelaisError as error:
        return Finding(subject, ok=False, what=error.what, hint=error.hint)
    if source.kind == "page" and not document.items:
        hint = f"try other selectors: `relais watch try {source.url} --items …`"
        return Finding(subject, ok=False, what="the selectors find no item", hint=hint)
    moved = look.fetched.moved_to
    hint = f"write {moved} in the configuration" if moved else ""
    what = f"{len(document.items)} items" + (f"; it moved for good to {moved}" if moved else "")
    return Finding(subject, ok=True, what=what, hint=hint)


def _places(sources: Sequence[SourceSettings]) -> Sequence[Finding]:
    return [
        Finding(
            f"source {source.name}",
            ok=False,
            what=f"no place is called {place}",
            hint="give the code of a département (43), of a region with an R (R84), or a name",
        )
        for source in sources
        for place in unknown_places(source.regions)
    ]


async def _named(parts: Parts) -> Sequence[Finding]:
    """Find the themes and owners that the directory does not know; it may be away, or empty."""
    try:
        async with parts.database.read() as session:
            themes = set(await session.scalars(select(Theme.code)))
            codes = set(await session.scalars(select(Person.code).where(Person.code.is_not(None))))
            now = parts.clock.now()
            animators = await people_with_role(session, Role.ANIMATOR, now)
    except (SQLAlchemyError, RelaisError):
        return []  # said of the database itself
    known = {person.code for person in animators}
    findings: list[Finding] = []
    for source in parts.settings.watch.sources:
        subject = f"source {source.name}"
        findings += [
            _unknown(subject, "theme", code, themes) for code in source.themes if code not in themes
        ]
        if source.owner and source.owner not in codes:
            findings.append(
                _unknown(subject, "person", source.owner, {str(code) for code in codes})
            )
        elif source.owner and source.owner not in known:
            hint = "give the code of an animator, or leave owner empty"
            findings.append(
                Finding(
                    subject, ok=False, what=f"its owner {source.owner} is no animator", hint=hint
                )
            )
    return findings


def _unknown(subject: str, what: str, code: str, known: Collection[str]) -> Finding:
    hint = nearest(code, known) or "`relais people import` brings the directory in"
    return Finding(subject, ok=False, what=f"no {what} has the code {code}", hint=hint)
