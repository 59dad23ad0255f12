"""Web pages as trees, whatever is wrong with them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

import lxml.etree
import lxml.html
from lxml.html import HtmlElement

from watch.reading.challenge import refuse_challenge
from watch.reading.links import clean_link
from watch.reading.mend import decode, without_forbidden
from watch.reading.normalise import plain_text, plain_title
from watch.reading.records import DocumentError
from watch.reading.titles import clean_text
from watch.reading.unpacking import unpacked

_MOST_MARKUP = 100_000
"""Characters of HTML that are read of one element: a title or a summary needs no more."""

_TAG = re.compile(r"<([a-zA-Z][\w-]*)[^>]*(?:>|\Z)")
_MOST_TAG = 4000
"""Characters: the time that a tag takes grows with the square of what it holds."""

_IN_A_TABLE = {
    "tr": "<table>{}</table>",
    "tbody": "<table>{}</table>",
    "td": "<table><tr>{}</tr></table>",
    "th": "<table><tr>{}</tr></table>",
}
_FIRST_HEADING = ".//h1|.//h2|.//h3|.//h4|.//h5|.//h6"


@dataclass(frozen=True)
class Page:
    """A web page: its tree, its title, and the address that its relative links start from."""

    root: HtmlElement
    title: str
    base: str


def web_page(body: bytes, url: str, headers: Mapping[str, str]) -> Page:
    """Read a web page found at `url`. Raises DocumentError: a bot challenge, or nothing to read."""
    text = without_forbidden(decode(unpacked(body), headers.get("content-type", "")))
    refuse_challenge(text, headers)
    root = _tree(text)
    if root is None:
        raise DocumentError("the page is empty", hint="it will be tried again", permanent=False)
    return Page(root, _title(root), _base(root, url))


def _tree(text: str) -> HtmlElement | None:
    parser = lxml.html.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = lxml.html.document_fromstring(_TAG.sub(_bounded, text).encode(), parser=parser)
    except (lxml.etree.LxmlError, ValueError):
        return None
    return root if isinstance(root, HtmlElement) else None


def _bounded(tag: re.Match[str]) -> str:
    return tag[0] if len(tag[0]) < _MOST_TAG else f"<{tag[1]}>"


def _title(root: HtmlElement) -> str:
    titles = (
        *elements(root, ".//head/title"),
        *elements(root, ".//h1"),
        *elements(root, ".//title"),
    )
    return next((title for each in titles if (title := plain_title(each.text_content()))), "")


def _base(root: HtmlElement, url: str) -> str:
    """Return what `<base>` says, as far as it is a web address."""
    for each in elements(root, ".//base[@href]"):
        try:
            return clean_link(urljoin(url, str(each.get("href")))) or url
        except ValueError:
            return url
    return url


def text_of(element: HtmlElement) -> str:
    """Return the words of an element, on one line."""
    return plain_text(html_of(element))


def html_of(element: HtmlElement, most: int = _MOST_MARKUP) -> str:
    """Return an element as HTML, without what follows it; cut when it has over `most` characters.

    Parts of a table come in one, as they mean nothing alone.
    """
    html = str(lxml.html.tostring(element, encoding="unicode", with_tail=False))[:most]
    return _IN_A_TABLE.get(element.tag, "{}").replace("{}", html)


def heading_in(element: HtmlElement) -> HtmlElement | None:
    """Return the first heading that has words."""
    return next((each for each in elements(element, _FIRST_HEADING) if text_of(each)), None)


def address_in(element: HtmlElement, base: str) -> str:
    """Return the first web address that an element, or what it holds, leads to."""
    every = ([element] if element.get("href") else []) + elements(element, ".//a[@href]")
    return next((link for link in addresses(every, base) if link), "")


def addresses(elements: Iterable[HtmlElement], base: str) -> Iterable[str]:
    """Give the absolute address of each element's `href`; empty for those that lead nowhere."""
    for each in elements:
        written = clean_text(str(each.get("href") or ""))
        yield "" if written in {"", "#"} else clean_link(written, base)


def elements(element: HtmlElement, path: str) -> list[HtmlElement]:
    """Return what an XPath finds, as far as it is elements."""
    found = element.xpath(path)
    return [each for each in found if isinstance(each, HtmlElement)]
