"""From the HTML that a feed holds to what people can read: pure, and never failing."""

import html
import re
from typing import Literal

import nh3
from inscriptis import get_text

from watch.reading.links import clean_link
from watch.reading.titles import MOST_TITLE, clean_text, shorten

MOST_SUMMARY = 2000

_REFERENCE = re.compile(r"&(?:#\w+|\w+);")
_MARKUP = re.compile(rf"</?[a-zA-Z!][^<>]*>|{_REFERENCE.pattern}")
_ATTRIBUTES = r"""(?:\s+[a-z]+=(?:"[^"<>]*"|'[^'<>]*'))*"""
_BREAK = re.compile(rf"</?(?:p|div|article|br|h[1-6]){_ATTRIBUTES}\s*/?>", re.IGNORECASE)
_INLINE = re.compile(
    rf"</?(?:a|b|code|em|i|img|small|strong|sub|sup|u){_ATTRIBUTES}\s*/?>", re.IGNORECASE
)


def safe_html(fragment: str, base: str = "") -> str:
    """Return HTML that holds nothing harmful, its links absolute where `base` is an address."""
    relative: Literal["deny"] | tuple[Literal["rewrite_with_base"], str] = "deny"
    if clean_link(base):
        relative = ("rewrite_with_base", base)
    return nh3.clean(fragment, url_schemes={"http", "https", "mailto"}, url_relative=relative)


def plain_text(fragment: str) -> str:
    """Return HTML, or text, as plain text on one line."""
    if not _MARKUP.search(fragment):
        return clean_text(fragment)
    bare = _INLINE.sub("", _BREAK.sub(" ", fragment))
    if "<" not in bare:
        return clean_text(_unescaped(bare))
    return clean_text(_laid_out(fragment)) or clean_text(_words(fragment))


def _unescaped(text: str) -> str:
    """Return text with the characters that are referred to, even escaped twice."""
    return html.unescape(" ".join(html.unescape(text).split()))


def _laid_out(fragment: str) -> str:
    """Return what a browser would show, lists and tables included; twenty times as slow."""
    try:
        return str(get_text(f"<div>{safe_html(fragment)}</div>"))
    except RecursionError:
        return ""


def _words(fragment: str) -> str:
    """Return the words alone: for what is nested too deep to be laid out."""
    return html.unescape(nh3.clean(fragment, tags=set()))


def plain_title(title: str) -> str:
    """Return a title without markup or character references, even escaped twice."""
    text = plain_text(title)
    if _REFERENCE.search(text):
        text = clean_text(html.unescape(text))
    return shorten(text, MOST_TITLE)
