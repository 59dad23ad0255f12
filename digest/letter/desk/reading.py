"""What animators type about an edition, read: words, links, dates.

Each raises `InputError` whose `what` names the block of the letter's texts that explains.
"""

import re
from datetime import datetime

from core.clock import PARIS
from core.errors import InputError
from digest.letter.decide import paragraphs

LONGEST_EDITORIAL = 3_000
LONGEST_TITLE = 300
LONGEST_TEXT = 1_500
LONGEST_NOTE = 600
LONGEST_WORDS = 250

NOTHING = "-"
"""The answer that leaves something empty."""

DATE = re.compile(
    r"(?P<day>\d{1,2})[/.](?P<month>\d{1,2})[/.](?P<year>\d{4})"
    r",?\s+(?:à\s*)?(?P<hour>\d{1,2})\s*[h:]\s*(?P<minute>\d{2})?"
)


def editorial(text: str, _now: datetime) -> str:
    """Read the opening words: paragraphs, not too many of them."""
    return passage(text, LONGEST_EDITORIAL, empty="editorial_empty", long="editorial_long")


def passage(text: str, longest: int, *, empty: str, long: str) -> str:
    """Read paragraphs; `empty` and `long` name the blocks that refuse none, or too many."""
    read = "\n\n".join(paragraphs(text))
    if not read:
        raise InputError(empty)
    if len(read) > longest:
        raise InputError(long)
    return read


def title(text: str, _now: datetime) -> str:
    """Read the title of an item: one line."""
    return _line(text, LONGEST_TITLE)


def summary(text: str, _now: datetime) -> str:
    """Read the text of an item; it may be left empty."""
    return "" if _nothing(text) else _line(text, LONGEST_TEXT)


def note(text: str, _now: datetime) -> str:
    """Read « notre lecture »; it may be left empty."""
    return "" if _nothing(text) else _line(text, LONGEST_NOTE)


def description(text: str, _now: datetime) -> str:
    """Read what a picture shows, in words: required, for who cannot see it."""
    return _line(text, LONGEST_WORDS)


def link(text: str, _now: datetime) -> str:
    """Read an address on the web; it may be left empty."""
    if _nothing(text):
        return ""
    if not re.fullmatch(r"https?://[^\s/]+\.[^\s]+", text.strip(), re.IGNORECASE):
        raise InputError("link_wrong")
    return text.strip()


def date(text: str, now: datetime) -> str:
    """Read a date and an hour, in Paris; as ISO 8601, empty when there is none."""
    if _nothing(text):
        return ""
    found = DATE.fullmatch(text.strip().lower())
    if found is None:
        raise InputError("date_wrong")
    given = {name: int(value or 0) for name, value in found.groupdict().items()}
    try:
        instant = datetime(**given, tzinfo=PARIS)
    except ValueError as error:
        raise InputError("date_wrong") from error
    if instant < now:
        raise InputError("date_past")
    return instant.isoformat()


def _nothing(text: str) -> bool:
    return text.strip() in {NOTHING, ""}


def _line(text: str, longest: int) -> str:
    read = " ".join(text.split())
    if not read:
        raise InputError("words_empty")
    if len(read) > longest:
        raise InputError("words_long")
    return read
