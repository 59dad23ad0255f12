"""Sources as animators see them in chat: the list, and a card with its buttons."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Button, Keyboard, Redraw, Reply, Text, Turn
from core.people.models import Person, Theme
from core.reference import Reference
from watch.models import Source
from watch.sources.changing import health_of, is_ours, listed
from watch.sources.rules import PAGE, ago, pace_of, page_of, rank
from watch.sources.words import reference, text
from watch.understanding.territory import names as place_names

NEW = Reference("watch", "source", "new")


async def list_reply(session: AsyncSession, number: int, now: datetime) -> tuple[Text, Keyboard]:
    """Return a page of the sources (from 0): those that need somebody first."""
    rows = await listed(session)
    ordered = sorted(rows, key=lambda row: (rank(health_of(row)), row.name.lower(), row.id))
    page, more = page_of(ordered, number)
    pages = max(1, -(-len(ordered) // PAGE))
    number = min(number, pages - 1)
    values = {
        "sources": [_summary(row, now) for row in page],
        "total": len(ordered),
        "number": number + 1,
        "pages": pages,
    }
    turning = (
        *((_page_button("previous_button", number - 1),) if number else ()),
        *((_page_button("next_button", number + 1),) if more else ()),
    )
    adding = (Button(text("add_button"), "sources.add", NEW),)
    keyboard = (*_named(page), *((turning,) if turning else ()), adding)
    return text("list", **values), keyboard


def _named(page: Sequence[Source]) -> Keyboard:
    return tuple(
        (Button(text("source_button", name=row.name), "sources.card", reference(row.id)),)
        for row in page
    )


def _page_button(label: str, number: int) -> Button:
    return Button(text(label), "sources.page", Reference("watch", "sources", str(number)))


async def card(turn: Turn, source: Source) -> Reply:
    """Return a source's card as a message."""
    return Reply(*await _face(turn, source), about=reference(source.id))


async def redrawn(turn: Turn, source: Source) -> Redraw:
    """Return a source's card in place of the pressed message."""
    return Redraw(*await _face(turn, source))


async def _face(turn: Turn, source: Source) -> tuple[Text, Keyboard]:
    values = await card_values(turn.session, source, turn.now)
    return text("card", source=values), card_keyboard(source)


def _summary(source: Source, now: datetime) -> Mapping[str, Any]:
    """Return what a line of the list says of a source."""
    return {
        "name": source.name,
        "state": health_of(source).value,
        "since": source.failing_since,
        "ago": ago(source.checked_at or now, now),
        "last_new_at": source.last_new_at,
    }


async def card_values(session: AsyncSession, source: Source, now: datetime) -> Mapping[str, Any]:
    """Return all that a card says of a source."""
    rows = await session.execute(select(Theme.code, Theme.name))
    names = {row.code: row.name for row in rows}
    owner = await session.get(Person, source.owner_id) if source.owner_id else None
    return {
        **_summary(source, now),
        "url": source.url,
        "kind": source.kind,
        "section": source.section,
        "themes": [names.get(code, code) for code in source.themes],
        "places": place_names(source.regions),
        "pace": pace_of(source.every),
        "owner": owner.name if owner else "",
        "reproducible": source.reproducible,
        "trouble": source.trouble or "",
        "next_check_at": source.next_check_at if source.enabled else None,
        "moved_to": source.moved_to or "",
        "ours": is_ours(source),
    }


def card_keyboard(source: Source) -> Keyboard:
    """Return what can be done with a source: only to read it, when the configuration has it."""
    back = (_page_button("list_button", 0),)
    reading = (_press("read", source),) if source.enabled else ()
    if not is_ours(source):
        return tuple(row for row in (reading, back) if row)
    state = _press("pause" if source.enabled else "resume", source)
    return (
        (*reading, state),
        (_press("rename", source), _press("section", source), _press("themes", source)),
        (_press("places", source), _press("pace", source), _press("owner", source)),
        (_press("forbid" if source.reproducible else "allow", source),),
        (_press("remove", source),),
        back,
    )


def removal_keyboard(source: Source) -> Keyboard:
    """Return the second press that takes a source away, and the way back."""
    return ((_press("removed", source),), (back_button(source),))


def back_button(source: Source) -> Button:
    """Return the button that shows the card again."""
    return Button(text("back_button"), "sources.card", reference(source.id), source.version)


def _press(verb: str, source: Source) -> Button:
    return Button(text(f"{verb}_button"), f"sources.{verb}", reference(source.id), source.version)
