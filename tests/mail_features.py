"""What a mail asks of the client that shows it, named as caniemail.com names its features."""

import re
from collections.abc import Iterator

from lxml import html as parser

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_MEDIA = re.compile(r"@media([^{]*)\{((?:[^{}]*\{[^{}]*\})*[^{}]*)\}")

UNIVERSAL = {"html", "head", "body", "title", "tbody", "tr", "td", "br", "noscript"}
"""What makes a document: no client is without, and caniemail has no page about it."""

HARMLESS = {"class", "content", "name", "http-equiv", "type", "media", "href", "src", "xmlns"}
"""Attributes that carry what other features are about."""


def features(document: str) -> set[str]:
    """Return the features that an HTML mail uses: `css-…`, `html-…`, `attr-…`, `image-…`.

    Conditional comments are for Outlook on Windows alone and ask nothing of others.
    """
    conditional = {"html-conditional-comments"} if "<!--[if" in document else set()
    tree = parser.document_fromstring(_COMMENT.sub("", document))
    found = {feature for element in tree.iter() for feature in _element(element)}
    for sheet in tree.iter("style"):
        found |= set(_sheet(sheet.text or ""))
    return found | conditional


def _element(element: parser.HtmlElement) -> Iterator[str]:
    tag = str(element.tag)
    if tag not in UNIVERSAL:
        yield f"html-{tag}"
    for name, value in element.attrib.items():
        if name == "style":
            yield from _declarations(value)
        elif name == "src":
            yield f"image-{value.partition(':')[0]}"
        elif name == "href" and not value.startswith("http"):
            yield f"html-{value.partition(':')[0]}-links"
        elif name not in HARMLESS and ":" not in name:
            yield f"attr-{name}"
    if tag == "meta" and "color-scheme" in element.get("name", ""):
        yield "html-meta-color-scheme"


def _sheet(css: str) -> Iterator[str]:
    css = _CSS_COMMENT.sub("", css)
    for condition, inside in _MEDIA.findall(css):
        yield "css-at-media"
        for feature in re.findall(r"\(([a-z-]+)", condition):
            known = {"prefers-color-scheme": "-prefers-color-scheme", "min-width": ""}
            yield f"css-at-media{known.get(feature, '-' + feature)}"
        yield from _sheet(inside)
    for selectors, body in _RULE.findall(_MEDIA.sub("", css)):
        yield from _selectors(selectors)
        yield from _declarations(body)


def _selectors(selectors: str) -> Iterator[str]:
    if "," in selectors:
        yield "css-selector-grouping"
    for selector in selectors.split(","):
        bare = selector.strip()
        kinds = {
            "css-selector-class": r"\.[\w-]",
            "css-selector-id": r"#[\w-]",
            "css-selector-child": r">",
            "css-selector-descendant": r"[\w)] +[\w.#]",
            "css-selector-type": r"(?:^|[ >])[a-z]",
            "css-pseudo-class": r":",
            "css-selector-attribute": r"\[",
        }
        yield from (kind for kind, pattern in kinds.items() if re.search(pattern, bare))


def _declarations(body: str) -> Iterator[str]:
    for declaration in body.split(";"):
        name, _, value = declaration.partition(":")
        name = name.strip().lower()
        if not name:
            continue
        if "!important" in value:
            yield "css-important"
        if name == "display":
            yield f"css-display-{value.split('!')[0].strip()}"
        elif name.startswith(("mso-", "-webkit-", "-ms-")):
            continue  # for one engine, and nothing without it
        else:
            yield f"css-{name}"
        for unit in re.findall(r"[\d.](px|pt|em|rem|%|vw|vh)\b|\d(%)", value):
            yield f"css-unit-{(unit[0] or unit[1]).replace('%', 'percent')}"
        yield from (f"css-function-{f}" for f in re.findall(r"([a-z-]+)\(", value))
