"""What is said and decided of sources: their health, their names, what people type of them."""

import enum
import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from core.errors import InputError
from core.text import normalise
from watch.understanding.places import find_places

MOST_NAME = 80
PAGE = 8
"""How many sources are listed at once: each has a button."""

HOUR = 3600
PACES = (HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 7 * 24 * HOUR)
"""The intervals that are offered, in seconds."""

SOON = timedelta(minutes=1)
"""A source that was read this recently is not read again at a press."""

_EVERYWHERE = frozenset({"tous", "toutes", "tout", "aucun", "france"})
_SPACES = re.compile(r"\s+")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_Value = TypeVar("_Value")


class Health(enum.StrEnum):
    """How a source is, as people are told; the worst that holds."""

    PAUSED = "paused"
    GONE = "gone"
    FAILING = "failing"
    SILENT = "silent"
    NEVER_READ = "never_read"
    FINE = "fine"


_WORST_FIRST = (
    Health.GONE,
    Health.FAILING,
    Health.SILENT,
    Health.NEVER_READ,
    Health.FINE,
    Health.PAUSED,
)


@dataclass(frozen=True)
class Standing:
    """What a source's row says of how it is."""

    enabled: bool
    gone_at: datetime | None
    failing_since: datetime | None
    silent_told_at: datetime | None
    checked_at: datetime | None


@dataclass(frozen=True)
class Pace:
    """How often: every so many `hours` or `days`."""

    unit: str
    count: int


@dataclass(frozen=True)
class Ago:
    """How long ago something was, in the unit that people would say."""

    unit: str
    count: int


def health(source: Standing) -> Health:
    """Say how a source is."""
    if not source.enabled:
        return Health.PAUSED
    if source.gone_at is not None:
        return Health.GONE
    if source.failing_since is not None:
        return Health.FAILING
    if source.silent_told_at is not None:
        return Health.SILENT
    return Health.NEVER_READ if source.checked_at is None else Health.FINE


def rank(state: Health) -> int:
    """Order sources: what needs somebody comes first."""
    return _WORST_FIRST.index(state)


def ago(instant: datetime, now: datetime) -> Ago:
    """Say how long before `now` an instant was: in minutes, hours, then days."""
    minutes = max(0, int((now - instant).total_seconds() // 60))
    if minutes < 60:  # noqa: PLR2004  # an hour
        return Ago("minutes", minutes)
    hours = minutes // 60
    return Ago("hours", hours) if hours < 48 else Ago("days", hours // 24)  # noqa: PLR2004


def page_of(items: Sequence[_Value], number: int) -> tuple[Sequence[_Value], bool]:
    """Return a page of a list, from 0, and whether there is another; past the end, the last."""
    last = max(0, (len(items) - 1) // PAGE)
    start = min(number, last) * PAGE
    return items[start : start + PAGE], start + PAGE < len(items)


def parse_address(text: str) -> str:
    """Read an address as people paste it, with or without https. Raises InputError: `not_one`."""
    written = text.strip().strip("<>")
    if not _SCHEME.match(written):
        written = f"https://{written}"
    try:
        parts = urlsplit(written)
        host = parts.hostname or ""
    except ValueError as error:
        raise InputError("not_one") from error
    named = "." in host or host == "localhost"
    if parts.scheme.lower() not in {"http", "https"} or not named or _SPACES.search(written):
        raise InputError("not_one")
    return written


def parse_name(text: str) -> str:
    """Read a source's name, on one line. Raises InputError: `name_wrong`."""
    name = _SPACES.sub(" ", text).strip()
    if not name or len(name) > MOST_NAME:
        raise InputError("name_wrong")
    return name


def name_for(title: str, url: str, taken: Collection[str]) -> str:
    """Return a name that no other source has: a document's title, else the site's."""
    name = _SPACES.sub(" ", title).strip() or (urlsplit(url).hostname or url).removeprefix("www.")
    name = name[:MOST_NAME].strip()
    numbered = (f"{name[: MOST_NAME - 6]} ({number})" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(each for each in numbered if each not in taken)


def parse_places(text: str) -> list[str]:
    """Read the départements and regions named, as codes; « tous » is none in particular.

    Raises InputError: `places_wrong`.
    """
    if normalise(text) in _EVERYWHERE:
        return []
    found = find_places(text)
    codes = [*found.departments, *found.regions]
    if not codes:
        raise InputError("places_wrong")
    return list(dict.fromkeys(codes))


def pace_of(seconds: float) -> Pace:
    """Say how often a source is read, in whole hours or days."""
    hours = max(1, math.ceil(seconds / HOUR))
    return Pace("days", hours // 24) if hours % 24 == 0 else Pace("hours", hours)


def toggled(codes: Sequence[str], code: str) -> list[str]:
    """Return codes with one more, or without it."""
    return [each for each in codes if each != code] if code in codes else [*codes, code]
