"""What the subscribers' pages have in common: who comes, what themes there are, what was ticked."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from core.errors import ExpiredTokenError, TokenError
from core.pages import PRIVATE, bad_link, page, ticked, typed
from core.parts import Parts
from core.people.models import Theme
from digest.subscribers import store
from digest.subscribers.models import Subscriber
from digest.subscribers.rules import Choices, read_choices, truncated

BAD_LINK = "web/bad_link.html"
NO_THEME = "no_theme"
"""The problem of who wants some sections only, and says of which themes nowhere."""


EVEN = 0.1
"""Seconds: what a form has looked up takes a whole number of these, found or not."""


@asynccontextmanager
async def evenly() -> AsyncIterator[None]:
    """Make how long something takes tell nothing of what it found."""
    began = time.monotonic()
    yield
    await asyncio.sleep(EVEN - (time.monotonic() - began) % EVEN)


async def still_known(session: AsyncSession, identity: int, *, lock: bool = False) -> Subscriber:
    """Return whom a link is about. Raises ExpiredTokenError for who was erased since."""
    subscriber = await store.by_id(session, identity, lock=lock)
    if subscriber is None or subscriber.email is None:
        raise ExpiredTokenError("erased")
    return subscriber


def network_of(request: Request) -> str:
    """Return the network that a request comes from, never the whole address."""
    return truncated(request.client.host) if request.client else ""


async def themes_of(parts: Parts) -> Mapping[str, str]:
    """Return the names of the themes by their codes, in their order."""
    async with parts.database.read() as session:
        rows = await session.execute(select(Theme.code, Theme.name).order_by(Theme.id))
    return {row.code: row.name for row in rows}


async def choices_typed(request: Request, themes: Mapping[str, str]) -> tuple[Choices, str]:
    """Return what was ticked, and what is wrong with it (nothing, mostly)."""
    given = await typed(request, "alerts", "narrowed")
    choices = read_choices(
        given["alerts"], await ticked(request, "theme"), themes, given["narrowed"]
    )
    if given["narrowed"] and themes and not choices.themes:
        return replace(choices, whole=False), NO_THEME  # as it was ticked, to be shown again
    return choices, ""


def named(choices: Choices, themes: Mapping[str, str]) -> list[str]:
    """Return the names of the chosen themes that there still are."""
    return [themes[code] for code in choices.themes if code in themes]


def private(parts: Parts, template: str, values: Mapping[str, Any], status: int = 200) -> Response:
    """Return a page behind a signed link: neither stored nor indexed."""
    return page(parts, template, values, status=status, headers=PRIVATE)


def bad(parts: Parts, purpose: str, error: TokenError) -> Response:
    """Say what to do about a link of the subscribers' that does not work."""
    return bad_link(parts, BAD_LINK, purpose, error)
