"""Reading a feed into records: RSS, Atom, JSON Feed; runs inside a worker process."""

import contextlib
import io
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import feedparser

from watch.reading.challenge import refuse_challenge
from watch.reading.dates import read_date
from watch.reading.discovery import discover
from watch.reading.items import MOST_ITEMS, clean_item
from watch.reading.json_feed import is_json, read_json_feed
from watch.reading.links import clean_link
from watch.reading.mend import decode, is_feed, mend_text
from watch.reading.normalise import plain_text, plain_title
from watch.reading.records import Document, DocumentError, Item
from watch.reading.titles import clean_text, shorten
from watch.reading.unpacking import unpacked

_DATES = ("published", "updated", "created", "issued")
_SKIP_HOURS = re.compile(rb"<skipHours>(.{0,1000}?)</skipHours>", re.DOTALL)
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>")
_HTML_PAGE = re.compile(rb"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_ATOM = re.compile(rb"<\?xml[^>]*>\s*<(?:[\w.-]+:)?feed\b")
_WHOLE = re.compile(rb"</(?:[\w.-]+:)?(?:rss|feed|rdf)\s*>\s*$", re.IGNORECASE)
_CAPTION = re.compile(rb"(</?media:)description\b")
_ADDRESS = re.compile(r"\S+@\S+")
_PROXIES = ("feedburner.com", "feedproxy.google.com")


def parse_document(body: bytes, url: str, headers: Mapping[str, str]) -> Document:
    """Read a feed (RSS, Atom, JSON Feed) found at `url`. Raises DocumentError when there is none.

    `headers` are the response's, in lower case; what the document is, it says itself.
    """
    text = decode(unpacked(body), headers.get("content-type", ""))
    if is_json(text):
        return read_json_feed(text, url)
    mended = mend_text(text)
    if not is_feed(mended):
        refuse_challenge(text, headers)
        raise _no_feed(mended, url)
    parsed = _parse(mended, url)
    if not parsed.get("version"):
        raise _no_feed(mended, url)
    if parsed.get("bozo") and not parsed.entries and not _WHOLE.search(mended[-200:]):
        raise DocumentError(
            f"the feed cannot be read: {_reason(parsed)}",
            hint="open the address in a browser; tell the site's webmaster",
            permanent=False,
        )
    base = url if _is_atom(parsed) else clean_link(parsed.feed.get("link") or "", url) or url
    return Document(
        title=plain_title(parsed.feed.get("title", "")),
        items=tuple(_item(entry, base, parsed) for entry in parsed.entries[:MOST_ITEMS]),
        ttl=_ttl(parsed.feed.get("ttl", "")),
        skip_hours=_skip_hours(mended),
        warning=_reason(parsed) if parsed.get("bozo") else "",
    )


def _parse(mended: bytes, url: str) -> Any:
    """Let feedparser read a document.

    Relative links are of the document's address in Atom. RSS does not say, and sites mean their
    own address, which is known afterwards: until then they stay relative. What describes a
    picture (`media:description`) would take the place of what describes the item.
    """
    return feedparser.parse(
        io.BytesIO(_CAPTION.sub(rb"\1caption", mended) if b"<media:" in mended else mended),
        response_headers={
            "content-type": "application/xml; charset=utf-8",
            "content-location": url if _ATOM.match(mended) else "",
        },
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _is_atom(parsed: Any) -> bool:
    return str(parsed.get("version")).startswith("atom")


def _item(entry: Any, base: str, parsed: Any) -> Item:
    guid = clean_text(entry.get("id") or "")
    published = next((date for name in _DATES if (date := _date(entry, name))), None)
    return clean_item(
        guid=guid,
        link=_link(entry, guid, base),
        title=entry.get("title") or "",
        summary=plain_text(_description(entry)),
        published_at=published,
        updated_at=_updated(entry, atom=_is_atom(parsed)),
        author=_author(entry),
    )


def _updated(entry: Any, *, atom: bool) -> datetime | None:
    """Return when an item was last changed. Without another date, RSS's `dc:date` is no change."""
    if dict.get(entry, "dc_modified"):
        return read_date(entry["dc_modified"])
    if not dict.get(entry, "updated") or not (atom or dict.get(entry, "published")):
        return None
    return _date(entry, "updated")


def _description(entry: Any) -> str:
    """Return the item's HTML: its description, else its content, else that of its picture."""
    texts = [entry.get("summary"), *(each.get("value") for each in entry.get("content", []))]
    texts.append(entry.get("media_caption"))
    return next((text for text in texts if text and text.strip()), "")


def _link(entry: Any, guid: str, base: str) -> str:
    link = entry.get("link") or ""
    found = ["" if _is_only_a_name(link, guid) else link]
    found += [each.get("href", "") for each in entry.get("links", [])]
    found.append(guid if guid.startswith(("http://", "https://")) else "")
    if any(proxy in link for proxy in _PROXIES):
        found.insert(0, entry.get("feedburner_origlink") or "")
    cleaned = (clean_link(each, base) for each in found if each)
    return next((link for link in cleaned if link), "")


def _author(entry: Any) -> str:
    """Return who wrote an item, without the address that RSS 2.0 wants: « a@b.fr (DREAL) »."""
    name = _ADDRESS.sub("", plain_text(entry.get("author") or "")).strip()
    return name[1:-1] if name.startswith("(") and name.endswith(")") else name


def _is_only_a_name(link: str, guid: str) -> bool:
    """Tell whether a link is a guid that RSS takes for an address, though it is none."""
    return link == guid and ":" not in link and "/" not in link


def _date(entry: Any, name: str) -> datetime | None:
    """Return a date under its own name: feedparser would give another one, with a warning."""
    return read_date(dict.get(entry, name) or "", dict.get(entry, f"{name}_parsed"))


def _ttl(text: str) -> float:
    """Return RSS's `ttl`, said in minutes, in seconds."""
    return 60.0 * int(text) if re.fullmatch(r"\d{1,6}", text.strip()) else 0.0


def _skip_hours(body: bytes) -> frozenset[int]:
    block = _SKIP_HOURS.search(body)
    hours = (int(hour) % 24 for hour in _HOUR.findall(block[1])) if block else ()
    return frozenset(hours)


def _no_feed(body: bytes, url: str) -> DocumentError:
    if not body.partition(b"?>")[2].strip():
        return DocumentError(
            "the document is empty", hint="it will be tried again", permanent=False
        )
    if _HTML_PAGE.search(body[:2000]):
        return DocumentError(
            "a web page came instead of a feed",
            hint=_where(body, url),
            permanent=False,
        )
    return DocumentError(
        "the document is not a feed",
        hint="give the address of an RSS, Atom or JSON feed",
        permanent=False,
    )


def _where(page: bytes, url: str) -> str:
    """Say where the feed may be, when the page names it."""
    with contextlib.suppress(DocumentError):
        for feed in discover(page, url, {}):
            return f"the page names {feed.url}: give that address"
    return "look in that page for the address of its feed"


def _reason(parsed: Any) -> str:
    """Return the parser's complaint on one line."""
    return shorten(clean_text(str(parsed.get("bozo_exception", ""))), 200)
