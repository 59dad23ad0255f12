"""Atom feeds (RFC 4287) of what the network publishes."""

import re
from dataclasses import dataclass
from datetime import datetime

from lxml import etree
from lxml.etree import _Element
from starlette.requests import Request
from starlette.responses import Response

from core.clock import aware
from core.pages import validated

NAMESPACE = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FRESH = "public, max-age=900"


@dataclass(frozen=True)
class Entry:
    """An entry. `id` is its permanent address; `link` may lead elsewhere; texts are plain."""

    id: str
    link: str
    title: str
    published: datetime
    updated: datetime
    summary: str = ""
    source: str = ""
    categories: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Feed:
    """A feed, at `url`; `page` is the same for people. `author` is who publishes it."""

    url: str
    page: str
    title: str
    author: str
    language: str
    updated: datetime
    entries: tuple[Entry, ...]


def written(feed: Feed) -> bytes:
    """Return a feed as XML."""
    root = etree.Element("feed", {_LANGUAGE: feed.language}, nsmap={None: NAMESPACE})
    _add(root, "id", feed.url)
    _add(root, "title", feed.title)
    _add(root, "updated", _instant(feed.updated))
    _add(root, "link", rel="self", href=feed.url, type=MEDIA_TYPE)
    _add(root, "link", rel="alternate", href=feed.page, type="text/html")
    _add(_add(root, "author"), "name", feed.author)
    for entry in feed.entries:
        _write(_add(root, "entry"), entry)
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def _write(element: _Element, entry: Entry) -> None:
    _add(element, "id", entry.id)
    _add(element, "title", entry.title)
    _add(element, "published", _instant(entry.published))
    _add(element, "updated", _instant(entry.updated))
    _add(element, "link", rel="alternate", href=entry.link)
    for term, label in entry.categories:
        _add(element, "category", term=term, label=label)
    if entry.summary:
        _add(element, "summary", entry.summary)
    if entry.source:
        _add(_add(element, "source"), "title", entry.source)


def _add(parent: _Element, name: str, text: str = "", **attributes: str) -> _Element:
    element = etree.SubElement(parent, name, attributes)
    element.text = _NOT_XML.sub("", text) or None
    return element


def _instant(instant: datetime) -> str:
    return aware(instant).isoformat(timespec="seconds")


def respond(request: Request, feed: Feed) -> Response:
    """Answer with a feed, or 304 to who has it already (RFC 9110 § 13.1.2)."""
    return validated(request, written(feed), MEDIA_TYPE, {"Cache-Control": _FRESH})
