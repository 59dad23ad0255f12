"""Reading the dates that feeds write, of which few follow their standard."""

import re
import unicodedata
from calendar import timegm
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from time import struct_time

from core.clock import PARIS
from watch.months import MONTHS

_ACCENTS = str.maketrans("àâäéèêëîïôöùûüç", "aaaeeeeiioouuuc")
_YEAR_FIRST = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[t ]|\b)")
_DAY_FIRST = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\b|\b(\d{1,2})/(\d{1,2})/(\d{2})\b")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:t?(\d\d)(\d\d)(\d\d)?)?(z?)")
_EPOCH = re.compile(r"(1\d{9})(?:\d{3}|\.\d+)?")
_DAY_MONTH = re.compile(r"\b(\d{1,2})(?:er)?[ -]+([a-z]{3,9})\.?[ ,-]+(\d{4}|\d{2})\b")
_MONTH_DAY = re.compile(r"\b([a-z]{3,9})\.? +(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})\b")
_TIME = re.compile(
    r"(?<![\d:+-])(\d{1,2})(?::| ?h ?)([0-5]\d)(?::([0-5]\d))?(?:[.,]\d+)?(?: ?([ap])\.?m\b)?"
)
_OFFSET = re.compile(r"(?<=\d) *([+-])(\d{2})(?::?([0-5]\d)\b|$)")
_ZONE = re.compile(r"\b(z|gmt|utc|ut|cest|cet|mest|met|west|wet|bst|[ecmp][sd]t)\b")
_ZULU = re.compile(r"\d *z\b")
_ZONES = {"cest": 2, "mest": 2, "cet": 1, "met": 1, "west": 1, "bst": 1, "est": -5, "edt": -4}
_ZONES |= {"cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}


_NOON = 12
_MOST = 1000
"""Characters: what is longer is no date, though one may begin it."""


def read_date(text: str, parsed: struct_time | None = None) -> datetime | None:
    """Return the instant that `text` names, in UTC; None when it names none.

    A date without a zone is of Paris, and without a time (or with an impossible one) is its
    midnight. `parsed` is what feedparser made of it (UTC): used only where this reader finds
    nothing.
    """
    plain = unicodedata.normalize("NFC", text[:_MOST]).strip().lower().translate(_ACCENTS)
    try:
        return _read(plain) or (_from_parsed(parsed) if parsed else None)
    except (ValueError, OverflowError):
        return None


def _read(text: str) -> datetime | None:
    if seconds := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(seconds[1]), UTC)
    found = _day(_spread(text))
    if found is None:
        return None
    (year, month, day), rest = found
    time = _TIME.search(rest)
    zone = _zone(rest[time.end() - 1 :] if time else rest)
    date = datetime(year, month, day, tzinfo=zone)
    return _at(date, time).astimezone(UTC)


def _spread(text: str) -> str:
    """Put its marks into a date written in figures alone: « 20261103T091500Z »."""
    if not (found := _COMPACT.fullmatch(text)):
        return text
    year, month, day, hour, minute, second, zone = found.groups()
    return f"{year}-{month}-{day}" + (f" {hour}:{minute}:{second or '00'}{zone}" if hour else "")


def _at(date: datetime, time: re.Match[str] | None) -> datetime:
    """Return the date at a time that was read, at midnight when there is no such time."""
    if time is None:
        return date
    hour, minute, second = (int(part or 0) for part in time.groups()[:3])
    if time[4] and 1 <= hour <= _NOON:
        hour = hour % _NOON + (_NOON if time[4] == "p" else 0)
    try:
        return date.replace(hour=hour, minute=minute, second=min(second, 59))
    except ValueError:
        return date


def _day(text: str) -> tuple[tuple[int, int, int], str] | None:
    """Return year, month and day, and what follows them."""
    if found := _YEAR_FIRST.search(text):
        return (int(found[1]), int(found[2]), int(found[3])), text[found.end() :]
    if found := _DAY_FIRST.search(text):
        day, month, year = found[1] or found[4], found[2] or found[5], found[3] or found[6]
        return (_full_year(year), int(month), int(day)), text[found.end() :]
    if (found := _DAY_MONTH.search(text)) and found[2] in MONTHS:
        return (_full_year(found[3]), MONTHS[found[2]], int(found[1])), text[found.end() :]
    if (found := _MONTH_DAY.search(text)) and found[1] in MONTHS:
        return (int(found[3]), MONTHS[found[1]], int(found[2])), text[found.end() :]
    return None


def _full_year(digits: str) -> int:
    """Two digits are of the century that RFC 2822 §4.3 says."""
    year = int(digits)
    if len(digits) > 2:  # noqa: PLR2004
        return year
    return year + (2000 if year < 50 else 1900)  # noqa: PLR2004


def _zone(text: str) -> tzinfo:
    if offset := _OFFSET.search(text):
        shift = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return timezone(-shift if offset[1] == "-" else shift)
    if _ZULU.search(text):
        return UTC
    if name := _ZONE.search(text):
        return timezone(timedelta(hours=_ZONES.get(name[1], 0)))
    return PARIS


def _from_parsed(parsed: struct_time) -> datetime:
    return datetime.fromtimestamp(timegm(parsed), UTC)
