"""Finding the feeds of a site from one of its pages."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin

from lxml.html import HtmlElement

from watch.reading.links import clean_link
from watch.reading.markup import Page, elements, text_of, web_page
from watch.reading.titles import clean_text, shorten

Kind = Literal["rss", "atom", "json", ""]

MOST_FEEDS = 50
_MOST_LINKS = 5000
_TYPES: Mapping[str, Kind] = {
    "application/rss+xml": "rss",
    "application/rdf+xml": "rss",
    "application/x-rss+xml": "rss",
    "text/rss+xml": "rss",
    "text/xml": "rss",
    "application/xml": "rss",
    "application/atom+xml": "atom",
    "application/feed+json": "json",
    "application/json": "json",
}
_LOOKS_LIKE_A_FEED = re.compile(
    r"(?:^|[/_.=-])(?:rss2?|atom|feed|flux|backend|syndication)(?:$|[/_.?&=-])|\.(?:rss|atom|rdf)$|"
    r"feedburner\.com/",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"comment", re.IGNORECASE)
_NOT_A_FEED = re.compile(r"oembed|wp-json|\.(?:html?|pdf|png|jpe?g|svg|css|js)$", re.IGNORECASE)
_USUAL = ("/feed", "/rss.xml", "/atom.xml", "/feed.xml", "/rss", "/spip.php?page=backend")


@dataclass(frozen=True)
class FoundFeed:
    """A feed that a page names; a `guessed` one is only where feeds often are.

    `kind` is what the page says it is: « rss », « atom », « json », empty when it does not.
    """

    url: str
    title: str = ""
    kind: Kind = ""
    guessed: bool = False


def discover(body: bytes, url: str, headers: Mapping[str, str]) -> tuple[FoundFeed, ...]:
    """Return the feeds that a web page names, the likeliest first; those of comments come last.

    First what it declares (`<link rel="alternate">`), then its links that look like feeds, marked
    as guessed. Raises DocumentError: a bot challenge, or no page.
    """
    page = web_page(body, url, headers)
    every = (*_declared(page), *_linked(page))
    found = {feed.url: feed for feed in reversed(every) if feed.url and feed.url != url}
    ordered = [found.pop(feed.url) for feed in every if feed.url in found]
    return tuple(sorted(ordered, key=_speaks_of_comments)[:MOST_FEEDS])


def usual_places(url: str) -> tuple[FoundFeed, ...]:
    """Return where the feeds of a site often are: guesses, to be tried one by one."""
    return tuple(FoundFeed(urljoin(url, path), guessed=True) for path in _USUAL)


def _declared(page: Page) -> Iterable[FoundFeed]:
    for link in elements(page.root, ".//link[@rel and @href]")[:_MOST_LINKS]:
        written = str(link.get("type") or "").partition(";")[0].strip().lower()
        if "alternate" in _relations(link) and written in _TYPES:
            address = clean_link(str(link.get("href")), page.base)
            if not _NOT_A_FEED.search(address):
                yield FoundFeed(address, _name(str(link.get("title") or "")), _TYPES[written])
        elif "feed" in _relations(link):
            yield FoundFeed(clean_link(str(link.get("href")), page.base))


def _relations(link: HtmlElement) -> set[str]:
    return set(str(link.get("rel") or "").lower().split())


def _linked(page: Page) -> Iterable[FoundFeed]:
    for link in elements(page.root, ".//a[@href]")[:_MOST_LINKS]:
        written = clean_text(str(link.get("href")))
        if _LOOKS_LIKE_A_FEED.search(written) and not _NOT_A_FEED.search(written):
            name = str(link.get("title") or "") or text_of(link)
            yield FoundFeed(clean_link(written, page.base), _name(name), guessed=True)


def _name(title: str) -> str:
    return shorten(clean_text(title), 200)


def _speaks_of_comments(feed: FoundFeed) -> bool:
    return bool(_COMMENTS.search(feed.title) or _COMMENTS.search(feed.url))
