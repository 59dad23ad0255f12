"""What is read of a document, as plain values that cross processes."""

from dataclasses import dataclass
from datetime import datetime

from core.errors import RelaisError


class DocumentError(RelaisError):
    """A document came, but no feed can be read of it."""


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
    what was wrong with it, when it could be read all the same.
    """

    title: str
    items: tuple[Item, ...]
    ttl: float = 0.0
    skip_hours: frozenset[int] = frozenset()
    warning: str = ""
