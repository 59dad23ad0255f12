"""Bytes and HTML of strangers, made text; nothing raises."""

import codecs
import re

from inscriptis import get_text
from inscriptis.css_profiles import RELAXED_CSS_PROFILE
from inscriptis.model.config import ParserConfig

LONGEST_PAGE = 400_000
_NO_CHARSETS = {"punycode", "idna", "unicode-escape", "raw-unicode-escape"}
"""What Python decodes too, at length or by escapes, and no mail program writes."""

_CONFIG = ParserConfig(css=RELAXED_CSS_PROFILE, display_links=False, display_images=False)
_QUOTE = re.compile(r"<blockquote\b", re.IGNORECASE)
_GMAIL = re.compile(r"<div[^>]{0,80}class=\"[^\"]{0,40}gmail_quote", re.IGNORECASE)
_TAGS = re.compile(r"<[^<>]{0,2000}>")


def decoded(data: bytes, charset: str) -> str:
    """Return bytes as text: by their charset if they are true to it, else the usual ones.

    What no database stores, half a character, is replaced.
    """
    for name in (charset, "utf-8", "windows-1252"):
        try:
            if codecs.lookup(name).name not in _NO_CHARSETS:
                return data.decode(name).encode("utf-8", "replace").decode("utf-8")
        except (LookupError, ValueError):
            continue
    return data.decode("latin-1")


def text_of_html(page: str) -> str:
    """Return what a page says, without what it quotes at its end."""
    page = page[:LONGEST_PAGE]
    quotation = _GMAIL.search(page) or _QUOTE.search(page)
    if quotation and _TAGS.sub("", page[: quotation.start()]).strip():
        page = page[: quotation.start()]
    try:
        return "\n".join(line.rstrip() for line in get_text(page, _CONFIG).split("\n")).strip()
    except Exception:  # noqa: BLE001  # strangers write this HTML; bare of its tags, it says enough
        return _TAGS.sub(" ", page)
