"""What is read of a document, as plain values that cross processes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from core.errors import RelaisError


class DocumentError(RelaisError):
    """A document came, but no feed can be read of it."""


class ChallengeError(DocumentError):
    """The site answered with a page that only lets people through, not programs."""


@dataclass(frozen=True)
class Selectors:
    """Where a page has its items, as CSS selectors; all but `items` are looked for inside each."""

    items: str = ""
    title: str = ""
    link: str = ""
    date: str = ""
    summary: str = ""


@dataclass(frozen=True)
class Recipe:
    """How a document is to be read.

    `kind` is « feed », « page » (items by selectors) or « change » (the page itself, compared
    with `before`, what it said last; None the first time).
    """

    kind: str = "feed"
    selectors: Selectors = Selectors()
    before: str | None = None

    @classmethod
    def of(cls, kind: str, selectors: Mapping[str, str], before: str | None = None) -> Self:
        """Return the recipe of a source as it is stored."""
        return cls(kind, Selectors(**selectors), before if kind == "change" else None)


FEED = Recipe()


@dataclass(frozen=True)
class Item:
    """An item of a feed, cleaned. Missing texts are empty; a missing date is None.

    `link` is absolute, without tracking; `title` and `summary` are plain text; `published_at`
    is what the feed says, plausible or not. `key` is what titles share that are the same in
    case, accents and punctuation.
    """

    guid: str
    link: str
    title: str
    summary: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    author: str = ""
    key: str = ""


@dataclass(frozen=True)
class Document:
    """A feed. `ttl` is how long it asks to be left alone, in seconds.

    `skip_hours` are the hours of the day (UTC) at which it asks not to be read. `warning` says
    what was wrong with it, when it could be read all the same. `page_text` is what a page watched
    for changes says now; None for the rest.
    """

    title: str
    items: tuple[Item, ...]
    ttl: float = 0.0
    skip_hours: frozenset[int] = frozenset()
    warning: str = ""
    page_text: str | None = None
