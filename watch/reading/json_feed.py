"""Reading JSON Feed, versions 1.0 and 1.1 (https://jsonfeed.org/version/1.1)."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from watch.reading.dates import read_date
from watch.reading.items import MOST_ITEMS, clean_item
from watch.reading.links import clean_link
from watch.reading.mend import undouble
from watch.reading.normalise import plain_text, plain_title
from watch.reading.records import Document, DocumentError, Item
from watch.reading.titles import clean_text

_VERSION = "jsonfeed.org/version/"
_OPENING = re.compile(r"[\ufeff\s]*[\[{]")
_JUNK = re.compile(r"[\ufeff\s]*(?:\)\]\}',?|for\s*\(;;\);|while\s*\(1\);)")
"""What some sites put before JSON, so that no script takes it as its own."""


def is_json(text: str) -> bool:
    """Tell whether a document can only be JSON."""
    return bool(_OPENING.match(_without_junk(text)))


def read_json_feed(text: str, url: str) -> Document:
    """Read the JSON Feed found at `url`. Raises DocumentError when it is none."""
    feed = _load(text)
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list) or not _is_feed(feed):
        raise DocumentError(
            "the document is not a feed: it is JSON, of another kind",
            hint="give the address of an RSS, Atom or JSON feed",
            permanent=False,
        )
    base = clean_link(_text(feed.get("home_page_url")), url) or url
    author = _author(feed)
    read = (_item(each, base, author) for each in items[:MOST_ITEMS] if isinstance(each, dict))
    return Document(
        title=plain_title(_text(feed.get("title"))),
        items=tuple(read),
        warning="the feed says that it has ended" if feed.get("expired") is True else "",
    )


def _load(text: str) -> Any:
    try:
        return json.loads(undouble(_without_junk(text)).lstrip("\ufeff"), strict=False)
    except RecursionError as error:
        raise _unreadable("it is nested too deep") from error
    except ValueError as error:
        raise _unreadable(clean_text(str(error))[:200]) from error


def _without_junk(text: str) -> str:
    junk = _JUNK.match(text)
    return text[junk.end() :] if junk else text


def _unreadable(why: str) -> DocumentError:
    return DocumentError(
        f"the feed cannot be read: {why}",
        hint="open the address in a browser; tell the site's webmaster",
        permanent=False,
    )


def _is_feed(feed: dict[str, Any]) -> bool:
    """Tell whether JSON is a feed; without a version, a title and the site's address must do."""
    if _VERSION in _text(feed.get("version")):
        return True
    return bool(
        _text(feed.get("title")) and _text(feed.get("home_page_url") or feed.get("feed_url"))
    )


def _item(item: dict[str, Any], base: str, author: str) -> Item:
    return clean_item(
        guid=_text(item.get("id")),
        link=_link(item, base),
        title=_text(item.get("title")),
        summary=_summary(item),
        published_at=_date(item.get("date_published")) or _date(item.get("date_modified")),
        updated_at=_date(item.get("date_modified")),
        author=_author(item) or author,
    )


def _link(item: dict[str, Any], base: str) -> str:
    """Return the item's own page, else the one that it speaks of."""
    identity = _text(item.get("id"))
    written = [_text(item.get("url")), _text(item.get("external_url"))]
    written.append(identity if identity.startswith(("http://", "https://")) else "")
    return next((link for each in written if each and (link := clean_link(each, base))), "")


def _summary(item: dict[str, Any]) -> str:
    html = (_text(item.get("summary")), _text(item.get("content_html")))
    found = next((text for each in html if (text := plain_text(each))), "")
    return found or clean_text(_text(item.get("content_text")))


def _author(holder: dict[str, Any]) -> str:
    """Return the names of the `authors` of version 1.1, or of the `author` of 1.0."""
    authors = holder.get("authors")
    every: Sequence[Any] = authors if isinstance(authors, list) else [holder.get("author")]
    names = (_text(each.get("name")) for each in every[:10] if isinstance(each, dict))
    return ", ".join(clean_text(name) for name in names if name.strip())


def _date(value: Any) -> datetime | None:
    return read_date(_text(value))


def _text(value: Any) -> str:
    """Return what should be a text; numbers are read as such (an `id`, in 1.0)."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
