"""Looking at an address before it is watched: what is there, and which feeds a page names."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import RelaisError
from core.http import Fetched, Fetcher
from watch.reading.discovery import FoundFeed, discover
from watch.reading.parsing import Parser
from watch.reading.records import FEED, ChallengeError, Document, DocumentError, Recipe

MOST_FEEDS = 10
"""More would be a directory of feeds: nobody chooses among them under a message."""


@dataclass(frozen=True)
class Look:
    """What an address gave: a document, or a page (`document` is None) that names feeds.

    `complaint` says why there is no document.
    """

    fetched: Fetched
    document: Document | None
    feeds: tuple[FoundFeed, ...] = ()
    complaint: DocumentError | None = None

    @property
    def declared(self) -> tuple[FoundFeed, ...]:
        """The feeds that the page itself says are its own, instead of links that look like some."""
        return tuple(feed for feed in self.feeds if not feed.guessed)

    @property
    def address(self) -> str:
        """Where to read it from now on."""
        return self.fetched.moved_to or self.fetched.url

    def read(self) -> Document:
        """Return the document. Raises DocumentError, which names the feeds of a page."""
        if self.document is not None:
            return self.document
        names = ", ".join(feed.url for feed in self.feeds)
        raise DocumentError(
            "a web page came instead of a feed",
            hint=f"its feeds: {names}" if names else _HINT,
            permanent=False,
        )


_HINT = "it names no feed: give --items, a selector of its items, or watch its changes (--change)"


async def look_at(
    parser: Parser, fetched: Fetched, recipe: Recipe = FEED, *, pages: bool = False
) -> Look:
    """Read what was fetched; of a page that should have been a feed, find the feeds it names.

    Raises DocumentError when there is nothing to read nor any feed named; with `pages`, a page
    without feeds is an answer too.
    """
    try:
        return Look(fetched, await parser.parse(fetched.body, fetched.url, fetched.headers, recipe))
    except ChallengeError:
        raise
    except DocumentError as error:
        if recipe.kind != "feed":
            raise
        feeds = await _feeds(parser, fetched)
        if feeds or (pages and is_page(fetched.body)):
            return Look(fetched, None, feeds, error)
        raise


async def fetch_and_look(
    fetcher: Fetcher, parser: Parser, url: str, recipe: Recipe = FEED, *, pages: bool = False
) -> Look:
    """Fetch an address and read it. Raises FetchError, and as `look_at` does."""
    return await look_at(parser, await fetcher.fetch(url), recipe, pages=pages)


async def follow(fetcher: Fetcher, parser: Parser, feed: FoundFeed) -> Look:
    """Read a feed that a page names. Raises DocumentError, which says where it was named."""
    try:
        return await fetch_and_look(fetcher, parser, feed.url)
    except RelaisError as error:
        what = f"the page names the feed {feed.url}, but {error.what}"
        raise DocumentError(what, hint=error.hint, permanent=error.permanent) from error


def is_page(body: bytes) -> bool:
    """Tell whether a document looks like a web page."""
    beginning = body[:4000].replace(b"\0", b"").lower()
    return b"<html" in beginning or b"<!doctype html" in beginning


async def _feeds(parser: Parser, fetched: Fetched) -> tuple[FoundFeed, ...]:
    try:
        found: Sequence[FoundFeed] = await parser.run(
            discover, fetched.body, fetched.url, dict(fetched.headers)
        )
    except RelaisError:  # what made the document unreadable makes it unsearchable too
        return ()
    return tuple(found[:MOST_FEEDS])
