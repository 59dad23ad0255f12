"""What a web page says of itself: enough to show it as a piece of news."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from watch.reading.dates import read_date
from watch.reading.items import clean_item
from watch.reading.markup import Page, elements, web_page
from watch.reading.normalise import plain_text
from watch.reading.records import DocumentError, Item

_HTML = ("text/html", "application/xhtml+xml")


def read_page(body: bytes, url: str, headers: Mapping[str, str]) -> Item:
    """Return a page's title, description, date and site; the item's link is `url`.

    Raises DocumentError: no web page (a PDF, say), a bot challenge, a page without a title.
    """
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind not in _HTML:
        raise DocumentError(f"not a web page: {kind[:60]}", hint="give its title by hand")
    page = web_page(body, url, headers)
    title = _said(page, "og:title") or page.title
    if not title:
        raise DocumentError("the page has no title", hint="give its title by hand")
    return clean_item(
        link=url,
        title=title,
        summary=plain_text(_said(page, "og:description") or _said(page, "description")),
        published_at=read_date(_said(page, "article:published_time"), None),
        author=plain_text(_said(page, "og:site_name")) or site_of(url),
    )


def site_of(url: str) -> str:
    """Return the site of an address, as people name it."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _said(page: Page, name: str) -> str:
    """Return what a page declares under a name, in a `<meta>`."""
    found = elements(page.root, f".//meta[@property='{name}' or @name='{name}'][@content]")
    return next((text for each in found if (text := str(each.get("content")).strip())), "")
