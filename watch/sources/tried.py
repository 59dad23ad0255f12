"""What the watch would make of a document, as values that can be shown: nothing is stored."""

import codecs
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from core.clock import PARIS
from watch.decide import OLDEST_YEAR, Identified
from watch.understanding.records import Understanding, deadline

FAR = timedelta(days=366)
"""A date further ahead is a mistake of the document."""

_DECLARED = re.compile(rb"^[\s\x00]*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._:-]+)[\"']")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]+)", re.IGNORECASE)
_FORMATS = (
    (re.compile(rb"<(?:\w+:)?rss\b", re.IGNORECASE), "RSS"),
    (re.compile(rb"<(?:\w+:)?feed\b"), "Atom"),
    (re.compile(rb"<(?:\w+:)?RDF\b"), "RSS 1.0"),
    (re.compile(rb"<(?:!doctype\s+html|html)\b", re.IGNORECASE), "a web page"),
    (re.compile(rb"^[\s\x00]*[\[{]"), "JSON"),
)


def entry_values(each: Identified, found: Understanding, now: datetime) -> dict[str, Any]:
    """Return an item read at `now` as it goes into JSON; instants are ISO 8601, in Paris.

    `deadline` is the next closing date after the item was published, or after `now` when nobody
    knows when that was: an old document still tells what it announced. `links` gives the address
    of each reference that has one; `why` the words that decided of each theme.
    """
    item = each.item
    published = said(item.published_at, now)
    return {
        "id": each.identity,
        "title": item.title,
        "url": item.link,
        "published": _written(published),
        "updated": _written(said(item.updated_at, now)),
        "summary": item.summary,
        "themes": list(found.theme_codes),
        "references": [reference.text for reference in found.references],
        "deadline": _written(deadline(found.dates, published or now)),
        "dates": [
            {"kind": date.kind, "at": _written(date.at), "words": date.words}
            for date in found.dates
        ],
        "departments": list(found.places.departments),
        "regions": list(found.places.regions),
        "links": {reference.text: reference.url for reference in found.references if reference.url},
        "why": {theme.code: list(theme.words) for theme in found.themes},
    }


def said(instant: datetime | None, now: datetime) -> datetime | None:
    """Return a date that a document gives, unless nobody can mean it."""
    if instant is None or instant.year < OLDEST_YEAR or instant > now + FAR:
        return None
    return instant


def _written(instant: datetime | None) -> str | None:
    return instant.astimezone(PARIS).isoformat() if instant else None


def format_of(body: bytes) -> str:
    """Say what a document looks like, by how it begins."""
    beginning = body[:4000].replace(b"\0", b"")
    return next((name for shape, name in _FORMATS if shape.search(beginning)), "something else")


def encoding_of(body: bytes, headers: Mapping[str, str]) -> str:
    """Say how a document is encoded, and whether what it declares had to be corrected."""
    declared = _declared(body, headers)
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return _not_utf8(declared)
    if declared in {"", "utf-8"} or body.isascii():
        return declared or "utf-8"
    return f"declared {declared}, read as utf-8"


def _not_utf8(declared: str) -> str:
    if not declared or declared in {"utf-8", "ascii"}:
        return f"declared {declared or 'nothing'}, mended: it is not utf-8"
    return "windows-1252" if declared == "iso8859-1" else declared


def _declared(body: bytes, headers: Mapping[str, str]) -> str:
    """Return the normal name of the encoding that the headers declare, else the document."""
    header = _CHARSET.search(headers.get("content-type", ""))
    document = _DECLARED.match(body[:300])
    name = header[1] if header else document[1].decode() if document else ""
    try:
        return codecs.lookup(name).name if name else ""
    except LookupError:
        return f"an unknown {name}"
