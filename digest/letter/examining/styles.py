"""What the style sheets of a mail say of each of its elements.

Enough of the cascade for what mailboxes honour: style sheets of the head, inline styles, origin by
importance, specificity and order. Of media queries, only that of dark schemes is looked at.
"""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import cssselect
from lxml.html import HtmlElement

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_AT_LINE = re.compile(r"^\s*@(?:import|charset|namespace)[^;{]*;")
_DARK = re.compile(r"prefers-color-scheme\s*:\s*dark")
_TRANSLATOR = cssselect.HTMLTranslator()

Weight = tuple[bool, bool, tuple[int, int, int], int]
"""How much a declaration weighs: important, inline, specificity, order."""


@dataclass(frozen=True)
class Rule:
    """A rule of a style sheet; `media` is the query that it is under."""

    selectors: str
    declarations: str
    media: str = ""


def computed(page: HtmlElement, *, dark: bool) -> Mapping[HtmlElement, Mapping[str, str]]:
    """Return what is declared of each element that has something declared, the heaviest only."""
    found: dict[HtmlElement, dict[str, tuple[Weight, str]]] = defaultdict(dict)
    for element, weight, declarations in _declared(page, dark=dark):
        for name, value, important in _read(declarations):
            heavy = (important, *weight)
            if name not in found[element] or found[element][name][0] <= heavy:
                found[element][name] = heavy, value
    return {
        element: {name: value for name, (_, value) in declared.items()}
        for element, declared in found.items()
    }


def rules(css: str, media: str = "") -> Iterator[Rule]:
    """Read the rules of a style sheet, those inside media queries with them."""
    left = _COMMENT.sub("", css).replace("<!--", "").replace("-->", "")
    while "{" in left:
        left = _AT_LINE.sub("", left)
        prelude, _, rest = left.partition("{")
        inside, left = _block(rest)
        prelude = prelude.strip()
        if prelude.startswith("@media"):
            yield from rules(inside, prelude)
        elif prelude and not prelude.startswith("@"):
            yield Rule(prelude, inside, media)


def _block(text: str) -> tuple[str, str]:
    """Split after the brace that closes the block that `text` begins in."""
    depth = 1
    for place, character in enumerate(text):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth == 0:
            return text[:place], text[place + 1 :]
    return text, ""


def _declared(
    page: HtmlElement, *, dark: bool
) -> Iterator[tuple[HtmlElement, tuple[bool, tuple[int, int, int], int], str]]:
    order = itertools.count()
    for sheet in page.iter("style"):
        for rule in rules(sheet.text or ""):
            if not rule.media or (dark and _DARK.search(rule.media)):
                for selector in _selectors(rule.selectors):
                    weight = False, selector.specificity(), next(order)
                    for element in page.xpath(_TRANSLATOR.selector_to_xpath(selector)):
                        yield element, weight, rule.declarations
    for element in page.iter():
        if isinstance(element.tag, str) and element.get("style"):
            yield element, (True, (0, 0, 0), next(order)), element.get("style")


def _selectors(text: str) -> list[cssselect.Selector]:
    """Read selectors; none when one is beyond what mailboxes know, as browsers do."""
    try:
        found = [each for each in cssselect.parse(text) if not each.pseudo_element]
        for selector in found:
            _TRANSLATOR.selector_to_xpath(selector)
    except cssselect.SelectorError:
        return []
    return found


def _read(declarations: str) -> Iterator[tuple[str, str, bool]]:
    """Give the name, the value and the importance of each declaration."""
    for declaration in re.split(r";(?![^(]*\))", declarations):
        name, colon, value = declaration.partition(":")
        if colon:
            bare = re.sub(r"\s*!\s*important\s*$", "", value, flags=re.IGNORECASE)
            yield name.strip().lower(), bare.strip(), bare != value
