"""What was understood of a text, as plain values that cross processes and are stored as JSON."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ReferenceKind = Literal[
    "law",
    "decree",
    "order",
    "ordinance",
    "circular",
    "article",
    "directive",
    "regulation",
    "nor",
    "jorftext",
    "legitext",
    "eli",
    "celex",
]

DateKind = Literal[
    "closing",
    "round",
    "letter_of_intent",
    "full_file",
    "extension",
    "opening",
    "registration",
    "training",
    "open_ended",
]
"""`round` is a successive closing (« relève »); `open_ended` is « au fil de l'eau », dateless."""

CLOSING_KINDS: frozenset[DateKind] = frozenset(
    {"closing", "round", "letter_of_intent", "full_file", "extension", "registration"}
)
"""The dates after which it is too late for something."""


@dataclass(frozen=True)
class LegalReference:
    """A text of law that is named.

    `text` is its canonical name (« loi n° 2020-1577 du 14 décembre 2020 »), the same however it
    was written; `url` leads to it, or is empty when no address can be made; `words` is as it was
    written.
    """

    kind: ReferenceKind
    text: str
    url: str
    words: str


@dataclass(frozen=True)
class TypedDate:
    """A date of a call or a training: an aware instant (Paris), and the words it came from.

    A day without a time ends at its last minute (23:59 in Paris) for what closes, and begins at
    its first for what starts. `at` is None only for `open_ended`.
    """

    kind: DateKind
    at: datetime | None
    words: str


@dataclass(frozen=True)
class ThemeFound:
    """A theme, how strongly, and the words that decided, as they were written."""

    code: str
    score: int
    words: tuple[str, ...]


@dataclass(frozen=True)
class Places:
    """The places named: codes of départements (« 43 », « 2A ») and of regions (« R84 »).

    They are INSEE's, those of regions with an R before: 84 is the Vaucluse too.
    """

    departments: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Understanding:
    """All that was understood of an item; `signature` is what near-identical ones are known by."""

    themes: tuple[ThemeFound, ...] = ()
    references: tuple[LegalReference, ...] = ()
    dates: tuple[TypedDate, ...] = ()
    places: Places = Places()
    signature: bytes = b""

    @property
    def theme_codes(self) -> tuple[str, ...]:
        """The codes of the themes, the one with most to say first."""
        return tuple(theme.code for theme in self.themes)


def deadline(dates: tuple[TypedDate, ...], now: datetime) -> datetime | None:
    """Return the next closing date at `now` (Paris); None when nothing closes, or all is closed.

    An extension replaces the closings, full files and extensions before it: not what closes on
    its own, a registration, a letter of intent, a relève.
    """
    last = max((date.at for date in dates if date.kind == "extension" and date.at), default=None)
    coming = [
        date.at
        for date in dates
        if date.at
        and date.kind in CLOSING_KINDS
        and date.at >= now
        and not (date.kind in _EXTENDED and last and date.at < last)
    ]
    return min(coming, default=None)


_EXTENDED: frozenset[DateKind] = frozenset({"closing", "full_file", "extension"})
