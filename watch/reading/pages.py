"""Pages without a feed, whose items are found by CSS selectors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cssselect import SelectorError
from lxml.cssselect import CSSSelector
from lxml.etree import XPathError
from lxml.html import HtmlElement

from watch.reading.dates import read_date
from watch.reading.items import clean_item
from watch.reading.markup import (
    Page,
    address_in,
    elements,
    heading_in,
    text_of,
    web_page,
)
from watch.reading.normalise import MOST_SUMMARY
from watch.reading.records import Document, DocumentError, Item, Selectors
from watch.reading.titles import MOST_TITLE, shorten

MOST_PAGE_ITEMS = 500
"""A page that lists more is read as far as this: nobody publishes so much at once."""

_AROUND = "ancestor::a[@href][1]"
_NEEDED = ("title", "link")
_EVERY = (*_NEEDED, "date", "summary")


@dataclass(frozen=True)
class _Found:
    """What the selectors find in one item; None where a selector is missing, or finds nothing."""

    item: HtmlElement
    title: HtmlElement | None
    link: HtmlElement | None
    date: HtmlElement | None
    summary: HtmlElement | None


def read_page(body: bytes, url: str, headers: Mapping[str, str], selectors: Selectors) -> Document:
    """Read the items of a web page found at `url`; `headers` are in lower case.

    Where no selector is given, the title is the first heading, else the first link that has
    words; the link is the title's, else the first; the date is the first `<time>`; the summary the
    first paragraph. A title, a link or a date that one item lacks is looked for likewise.
    Raises DocumentError: no page, a bot challenge, or a selector that is wrong or finds nothing. A
    date or a summary that no item has is a warning only: its items are news all the same.
    """
    page = web_page(body, url, headers)
    found = _find(page.root, selectors)
    return Document(
        title=page.title,
        items=tuple(item for each in found if (item := _item(each, page)).title),
        warning=_missing(found, selectors),
    )


def _find(root: HtmlElement, selectors: Selectors) -> Sequence[_Found]:
    if not selectors.items:
        raise DocumentError(
            "the source has no selector for its items",
            hint="write selectors.items: the CSS selector of what holds one item",
            permanent=False,
        )
    items = select(root, "items", selectors.items)[:MOST_PAGE_ITEMS]
    if not items:
        raise finds_nothing("items", selectors.items)
    paths = {name: compiled(name, getattr(selectors, name)) for name in _EVERY}
    return [_Found(each, **{name: _first(each, paths[name]) for name in _EVERY}) for each in items]


def select(root: HtmlElement, name: str, selector: str) -> Sequence[HtmlElement]:
    """Return what the selector of that name finds, in the page's order. Raises DocumentError."""
    path = compiled(name, selector)
    try:
        return [each for each in path(root) if isinstance(each, HtmlElement)] if path else []
    except XPathError as error:
        raise _wrong(name, selector) from error


def compiled(name: str, selector: str) -> CSSSelector | None:
    """Return a selector ready for use, None when it is not given. Raises DocumentError."""
    if not selector.strip():
        return None
    try:
        return CSSSelector(selector, translator="html")
    except (SelectorError, XPathError, RecursionError) as error:
        raise _wrong(name, selector) from error


def _wrong(name: str, selector: str) -> DocumentError:
    return DocumentError(
        f"the selector for {name} is wrong: {shorten(selector, 100)}",
        hint=f"correct selectors.{name}: it is not a CSS selector",
        permanent=False,
    )


def finds_nothing(name: str, selector: str) -> DocumentError:
    """Return the error of a selector that the page does not know."""
    return DocumentError(
        f"the selector for {name} finds nothing in the page: {shorten(selector, 100)}",
        hint=f"open the page, see whether it has changed, and correct selectors.{name}",
        permanent=False,
    )


def _first(item: HtmlElement, path: CSSSelector | None) -> HtmlElement | None:
    found = path(item) if path else []
    return next((each for each in found if isinstance(each, HtmlElement)), None)


def _missing(found: Sequence[_Found], selectors: Selectors) -> str:
    """Say which selectors find nothing in any item. Raises DocumentError when they are needed."""
    missing = []
    for name in _EVERY:
        selector = getattr(selectors, name)
        if selector.strip() and not any(getattr(each, name) is not None for each in found):
            if name in _NEEDED:
                raise finds_nothing(name, selector)
            missing.append(name)
    return f"the selector for {' and '.join(missing)} finds nothing" if missing else ""


def _item(found: _Found, page: Page) -> Item:
    heading = found.title if found.title is not None else heading_in(found.item)
    title = text_of(heading) if heading is not None else _default_title(found.item)
    summary = text_of(found.summary) if found.summary is not None else _paragraph(found.item)
    return clean_item(
        link=_link(found, heading, page.base),
        title=shorten(title, MOST_TITLE),
        summary=shorten(summary, MOST_SUMMARY),
        published_at=_date(found),
    )


def _default_title(item: HtmlElement) -> str:
    """Return the words of the first link that has some, else the item's own."""
    links = elements(item, ".//a[@href]")[:20]
    return next((text for each in links if (text := text_of(each))), "") or text_of(item)


def _paragraph(item: HtmlElement) -> str:
    return next((text for each in elements(item, ".//p")[:20] if (text := text_of(each))), "")


def _link(found: _Found, heading: HtmlElement | None, base: str) -> str:
    """Return the chosen link, else the title's, else the first, else the one around it all."""
    places = [] if found.link is None else [found.link]
    if heading is not None:
        places += [heading, *elements(heading, _AROUND)]
    places += [found.item, *elements(found.item, _AROUND)]
    return next((link for each in places if (link := address_in(each, base))), "")


def _date(found: _Found) -> datetime | None:
    """Return the date that was chosen, else the first `<time>`."""
    chosen = [] if found.date is None else [found.date, *elements(found.date, ".//time")[:1]]
    for each in [*chosen, *elements(found.item, ".//time")[:1]]:
        written = (each.get("datetime"), each.get("content"), text_of(each), each.get("title"))
        for text in written:
            if text and (date := read_date(str(text))):
                return date
    return None
