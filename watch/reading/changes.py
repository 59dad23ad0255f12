"""Pages watched for changes: what they say now, compared with what they said."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import urldefrag

import lxml.etree
from inscriptis import get_text
from lxml.html import HtmlElement

from core.text import normalise
from watch.reading.markup import Page, elements, html_of, web_page
from watch.reading.noise import without_noise
from watch.reading.normalise import plain_text, safe_html
from watch.reading.pages import finds_nothing, select
from watch.reading.records import Document, DocumentError, Item, Selectors
from watch.reading.titles import MOST_TITLE, shorten

MOST_TEXT = 200_000
"""Characters that are kept of a page."""

_MOST_LINES = 12
_MOST_LINE = 150
_ADDED, _REMOVED = "+ ", "\u2212 "
_NEVER_WORDS = ("script", "style", "noscript", "template", "svg", "iframe", "select", "button")
_AROUND_THE_WORDS = ("nav", "header", "footer", "aside")
_MAIN = (".//main", ".//*[@role='main']", ".//body", ".")
_OUT_OF_ORDER = re.compile(
    r"maintenance|indisponible|unavailable|erreur (?:interne|40\d|50\d)|error (?:40\d|50\d)|"
    r"(?:page|not) (?:introuvable|found)|revenez plus tard",
    re.IGNORECASE,
)
_MOST_OUT_OF_ORDER = 1000


def read_change(
    body: bytes, url: str, headers: Mapping[str, str], selectors: Selectors, before: str | None
) -> Document:
    """Tell what changed in a web page since it said `before`; None the first time.

    The document has one item when lines came or went, none otherwise, and `page_text` is what to
    compare with next time. What changes at each visit (counters, dates of the day) is no part of
    it. Raises DocumentError: no page, no words, a bot challenge, a selector that is wrong or finds
    nothing, a page that says that it is out of order.
    """
    page = web_page(body, url, headers)
    text = page_text(page, selectors)
    if not text:
        raise DocumentError(
            "the page has no words",
            hint="see whether it is drawn by a script; else correct selectors.items",
            permanent=False,
        )
    if before is None:
        return Document(title=page.title, items=(), page_text=text)
    added, removed = difference(before, text)
    if not added and not removed:
        return Document(title=page.title, items=(), page_text=text)
    if len(removed) == len(before.splitlines()):
        _refuse_out_of_order(text)
    item = _item(page, url, (before, text), told(added, removed))
    return Document(title=page.title, items=(item,), page_text=text)


def page_text(page: Page, selectors: Selectors) -> str:
    """Return what a page says, a line for each of its lines, without what is not its own."""
    if selectors.items.strip():
        parts = select(page.root, "items", selectors.items)
        if not parts:
            raise finds_nothing("items", selectors.items)
        lxml.etree.strip_elements(page.root, *_NEVER_WORDS, with_tail=False)
    else:
        parts = _main(page.root)
        lxml.etree.strip_elements(page.root, *_NEVER_WORDS, *_AROUND_THE_WORDS, with_tail=False)
    return "\n".join(without_noise(line for part in parts for line in _lines(part)))[:MOST_TEXT]


def _main(root: HtmlElement) -> Sequence[HtmlElement]:
    return next((found[:1] for path in _MAIN if (found := elements(root, path))), [root])


def _lines(part: HtmlElement) -> Iterable[str]:
    html = safe_html(html_of(part, MOST_TEXT * 5))
    try:
        text = str(get_text(f"<div>{html}</div>"))
    except RecursionError:
        text = plain_text(html)
    return text.splitlines()


def difference(before: str, now: str) -> tuple[Sequence[str], Sequence[str]]:
    """Return the lines that came and those that went; a line that only moved is neither.

    Lines are the same when they have the same words.
    """
    old, new = before.splitlines(), now.splitlines()
    return _only_in(new, old), _only_in(old, new)


def _only_in(lines: Sequence[str], others: Sequence[str]) -> Sequence[str]:
    left = Counter(_key(line) for line in others)
    found = []
    for line in lines:
        key = _key(line)
        if left[key]:
            left[key] -= 1
        else:
            found.append(line)
    return found


def _key(line: str) -> str:
    return normalise(line) or line


def told(added: Sequence[str], removed: Sequence[str]) -> str:
    """Return a difference as people can read it: the lines that came, then those that went."""
    least = _MOST_LINES // 2
    came = _marked(_ADDED, added, max(least, _MOST_LINES - len(removed)))
    went = _marked(_REMOVED, removed, max(least, _MOST_LINES - len(added)))
    return "\n".join((*came, *went))


def _marked(mark: str, lines: Sequence[str], most: int) -> Iterator[str]:
    for line in lines[:most]:
        yield mark + shorten(line, _MOST_LINE)
    if len(lines) > most:
        yield mark + "…"


def _item(page: Page, url: str, texts: tuple[str, str], summary: str) -> Item:
    """Return the change as an item; its link, which is its own, opens the page."""
    change = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
    title = shorten(page.title, MOST_TITLE) or url
    return Item(
        guid=f"change:{change}",
        link=f"{urldefrag(url).url}#maj-{change[:8]}",
        title=title,
        summary=summary,
        key=normalise(title)[:MOST_TITLE],
    )


def _refuse_out_of_order(text: str) -> None:
    if len(text) < _MOST_OUT_OF_ORDER and _OUT_OF_ORDER.search(text):
        raise DocumentError(
            "the page says that it is out of order", hint="it will be tried again", permanent=False
        )
