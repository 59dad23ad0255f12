"""Whether the words of a mail can be read on what is behind them, in light and in dark."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from lxml import html as lxml_html
from lxml.html import HtmlElement

from digest.letter.examining.colours import (
    BLACK,
    WHITE,
    Colour,
    contrast,
    read_colour,
    rounded,
    wanted,
)
from digest.letter.examining.results import Problem
from digest.letter.examining.styles import computed

MOST_WORDS = 60

_SIZES = {"h1": 2.0, "h2": 1.5, "h3": 1.17, "h5": 0.83, "h6": 0.67, "small": 0.83}
_BOLD = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "th"})
_UNSEEN = frozenset({"head", "style", "script", "title", "template"})
_LINK: Colour = (0, 0, 238)
_BASE = 16.0


@dataclass(frozen=True)
class Look:
    """How the text of an element looks: its colour, what is behind, its size in CSS pixels."""

    colour: Colour
    behind: Colour
    pixels: float = _BASE
    bold: bool = False


def weak_contrasts(html: str) -> tuple[Problem, ...]:
    """Return the pairs of colours that do not suffice, each with the first words that show it."""
    page = lxml_html.document_fromstring(html)
    return tuple(problem for dark in (False, True) for problem in _weak(page, dark=dark))


def visible_text(html: str) -> str:
    """Return the words that a page or a mail shows, with plain spaces."""
    page = lxml_html.document_fromstring(html)
    declared = computed(page, dark=False)
    start = Look(BLACK, WHITE)
    return " ".join(" ".join(words for words, _ in _shown(page, declared, start)).split())


def _weak(page: HtmlElement, *, dark: bool) -> Iterator[Problem]:
    declared = computed(page, dark=dark)
    seen: set[Look] = set()
    for words, look in _shown(page, declared, Look(BLACK, WHITE)):
        ratio, least = contrast(look.colour, look.behind), wanted(look.pixels, bold=look.bold)
        pair = replace(look, pixels=least, bold=False)
        if ratio < least and pair not in seen:
            seen.add(pair)
            values = {"words": _short(words), "dark": dark}
            yield Problem("contrast", {**values, "ratio": rounded(ratio), "wanted": least})


def _shown(
    element: HtmlElement, declared: Mapping[HtmlElement, Mapping[str, str]], around: Look
) -> Iterator[tuple[str, Look]]:
    """Give each piece of text that is shown, with how it looks."""
    if not isinstance(element.tag, str) or element.tag in _UNSEEN:
        return
    own = declared.get(element, {})
    if own.get("display") == "none" or own.get("visibility") == "hidden":
        return
    look = _look(element, own, around)
    if _says(element.text):
        yield element.text, look
    for child in element:
        yield from _shown(child, declared, look)
        if _says(child.tail):
            yield child.tail, look


def _look(element: HtmlElement, own: Mapping[str, str], around: Look) -> Look:
    behind = around.behind
    for value in (element.get("bgcolor"), own.get("background"), own.get("background-color")):
        behind = read_colour(value or "", around.behind) or behind
    default = _LINK if element.tag == "a" and element.get("href") else around.colour
    colour = read_colour(own.get("color", ""), behind) or default
    bold = _bold(element, own.get("font-weight", ""), around)
    return Look(colour, behind, _pixels(element, own.get("font-size", ""), around.pixels), bold)


def _pixels(element: HtmlElement, value: str, around: float) -> float:
    found = re.fullmatch(r"([\d.]+)(px|pt|r?em|%)", value)
    if found is None:
        # MJML says 0 around what has a size of its own.
        return (around or _BASE) * _SIZES.get(element.tag, 1.0)
    number = float(found[1])
    units = {"px": 1.0, "pt": 4 / 3, "em": around, "rem": _BASE, "%": around / 100}
    return number * units[found[2]]


def _bold(element: HtmlElement, value: str, around: Look) -> bool:
    if value:
        return value in {"bold", "bolder", "600", "700", "800", "900"}
    return element.tag in _BOLD or around.bold


def _says(text: str | None) -> bool:
    """Say whether there is anything to read: mails have fillers of spaces that nobody sees."""
    return bool(text) and any(
        character.isprintable() and not character.isspace() for character in text or ""
    )


def _short(words: str) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= MOST_WORDS else plain[: MOST_WORDS - 1].rstrip() + "…"
