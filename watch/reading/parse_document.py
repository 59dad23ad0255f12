"""Reading a document into records; runs inside a worker process."""

import io
import re
from collections.abc import Mapping
from typing import Any

import feedparser

from core.text import normalise
from watch.reading.dates import read_date
from watch.reading.links import clean_link
from watch.reading.mend import mend
from watch.reading.normalise import MOST_SUMMARY, plain_text, plain_title
from watch.reading.records import Document, DocumentError, Item
from watch.reading.titles import MOST_TITLE, best_title, clean_text, shorten, without_note_call

MOST_ITEMS = 5000
_DATES = ("published", "updated", "created", "issued")
_SKIP_HOURS = re.compile(rb"<skipHours>(.{0,1000}?)</skipHours>", re.DOTALL)
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>")
_HTML_PAGE = re.compile(rb"<(?:!doctype\s+html|html)\b", re.IGNORECASE)


def parse_document(body: bytes, url: str, headers: Mapping[str, str]) -> Document:
    """Read a feed (RSS, Atom) found at `url`. Raises DocumentError when there is none in it.

    `headers` are the response's, in lower case.
    """
    mended = mend(body, headers.get("content-type", ""))
    parsed = feedparser.parse(
        io.BytesIO(mended),
        response_headers={
            "content-type": "application/xml; charset=utf-8",
            "content-location": url,
        },
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.get("version"):
        raise _no_feed(mended, parsed)
    if parsed.get("bozo") and not parsed.entries:
        raise DocumentError(
            f"the feed cannot be read: {_reason(parsed)}",
            hint="open the address in a browser; tell the site's webmaster",
            permanent=False,
        )
    return Document(
        title=plain_title(parsed.feed.get("title", "")),
        items=tuple(_item(entry, url) for entry in parsed.entries[:MOST_ITEMS]),
        ttl=_ttl(parsed.feed.get("ttl", "")),
        skip_hours=_skip_hours(mended),
        warning=_reason(parsed) if parsed.get("bozo") else "",
    )


def _item(entry: Any, url: str) -> Item:
    guid = clean_text(entry.get("id") or "")
    summary = plain_text(_description(entry))
    title = best_title(plain_title(entry.get("title") or ""), summary)
    title = title or shorten(summary, MOST_TITLE)
    return Item(
        guid=guid,
        link=_link(entry, guid, url),
        title=title,
        summary="" if without_note_call(summary) in title else shorten(summary, MOST_SUMMARY),
        published_at=next((date for name in _DATES if (date := _date(entry, name))), None),
        author=shorten(plain_text(entry.get("author") or ""), 200),
        key=normalise(title)[:MOST_TITLE],
    )


def _description(entry: Any) -> str:
    """Return the item's HTML: its description, else its content."""
    texts = [entry.get("summary"), *(each.get("value") for each in entry.get("content", []))]
    return next((text for text in texts if text and text.strip()), "")


def _link(entry: Any, guid: str, url: str) -> str:
    found = [entry.get("link") or "", *(each.get("href", "") for each in entry.get("links", []))]
    found.append(guid if guid.startswith(("http://", "https://")) else "")
    cleaned = (clean_link(each, url) for each in found if each)
    return next((link for link in cleaned if link), "")


def _date(entry: Any, name: str) -> Any:
    return read_date(entry.get(name) or "", entry.get(f"{name}_parsed"))


def _ttl(text: str) -> float:
    """Return RSS's `ttl`, said in minutes, in seconds."""
    return 60.0 * int(text) if re.fullmatch(r"\d{1,6}", text.strip()) else 0.0


def _skip_hours(body: bytes) -> frozenset[int]:
    block = _SKIP_HOURS.search(body)
    hours = (int(hour) % 24 for hour in _HOUR.findall(block[1])) if block else ()
    return frozenset(hours)


def _no_feed(body: bytes, parsed: Any) -> DocumentError:
    if not body.partition(b"?>")[2].strip():
        return DocumentError(
            "the document is empty", hint="it will be tried again", permanent=False
        )
    if _HTML_PAGE.search(body[:2000]):
        return DocumentError(
            "a web page came instead of a feed",
            hint="look in that page for the address of its feed",
            permanent=False,
        )
    return DocumentError(
        f"the document is not a feed{': ' + _reason(parsed) if parsed.get('bozo') else ''}",
        hint="give the address of an RSS or Atom feed",
        permanent=False,
    )


def _reason(parsed: Any) -> str:
    """Return the parser's complaint on one line."""
    return shorten(clean_text(str(parsed.get("bozo_exception", ""))), 200)
