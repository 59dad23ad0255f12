"""Formatted text as the Bot API understands it: HTML in, text and entities out.

Offsets and lengths of entities count UTF-16 code units
(https://core.telegram.org/bots/api#messageentity, #html-style).
"""

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Entity = Mapping[str, Any]


class MarkupError(ValueError):
    """The HTML is not of the subset that the Bot API reads; the message is Telegram's own."""


@dataclass(frozen=True)
class Formatted:
    """A text and the entities that format it, in order."""

    text: str
    entities: tuple[Entity, ...] = ()


def units(text: str) -> int:
    """Return the length of `text` in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def parse_html(source: str) -> Formatted:
    """Read the HTML subset. Raises MarkupError with Telegram's words for anything else."""
    return _Reader(source).read()


_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
}
_TAG = re.compile(r"""<(/?)([^\s>]*)((?:[^>"']|"[^"]*"|'[^']*')*)>""")
_ATTRIBUTE = re.compile(r"""([^\s=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S+)))?""")
_CHARACTER = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(lt|gt|amp|quot));?")
_SURROGATES = range(0xD800, 0xE000)
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_LINK = re.compile(r"(?:https?|ftp|tg|ton|mailto|tel):\S+|[\w-]+(?:\.[\w-]+)+\S*", re.IGNORECASE)


@dataclass
class _Open:
    tag: str
    attributes: dict[str, str]
    start: int
    pieces: int
    language: str = ""


@dataclass
class _Reader:
    source: str
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    stack: list[_Open] = field(default_factory=list)
    entities: list[dict[str, Any]] = field(default_factory=list)

    def read(self) -> Formatted:
        position = 0
        while position < len(self.source):
            if self.source[position] == "<":
                position = self._tag(position)
            else:
                position = self._words(position)
        if self.stack:
            name = self.stack[-1].tag
            raise MarkupError(f'Can\'t find end tag corresponding to start tag "{name}"')
        return Formatted("".join(self.pieces), _ordered(self.entities))

    def _words(self, position: int) -> int:
        end = self.source.find("<", position)
        end = len(self.source) if end < 0 else end
        words = _CHARACTER.sub(_character, self.source[position:end])
        self.pieces.append(words)
        self.length += units(words)
        return end

    def _tag(self, position: int) -> int:
        offset = len(self.source[:position].encode())
        found = _TAG.match(self.source, position)
        if not found:
            raise MarkupError(f"Unclosed start tag at byte offset {offset}")
        closing, name, rest = found.group(1), found.group(2).lower(), found.group(3)
        if closing:
            self._close(name, offset)
        else:
            self._open(name, _attributes(rest), offset)
        return found.end()

    def _open(self, name: str, attributes: dict[str, str], offset: int) -> None:
        known = name in _TYPES
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise MarkupError(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
        if not known:
            raise MarkupError(f'Unsupported start tag "{name}" at byte offset {offset}')
        self.stack.append(_Open(name, attributes, self.length, len(self.pieces)))

    def _close(self, name: str, offset: int) -> None:
        if not self.stack:
            raise MarkupError(f"Unexpected end tag at byte offset {offset}")
        opened = self.stack.pop()
        if name not in ("", opened.tag):
            raise MarkupError(
                f"Unmatched end tag at byte offset {offset}, "
                f'expected "</{opened.tag}>", found "</{name}>"'
            )
        length = self.length - opened.start
        if length == 0 or self._is_language(opened):
            return
        fields = _fields(opened, "".join(self.pieces[opened.pieces :]))
        if fields is not None:
            self.entities.append({"offset": opened.start, "length": length, **fields})

    def _is_language(self, opened: _Open) -> bool:
        """Say whether a `code` only names the language of the `pre` around it."""
        outer = self.stack[-1] if self.stack else None
        if opened.tag != "code" or outer is None or outer.tag != "pre":
            return False
        outer.language = opened.attributes.get("class", "").removeprefix("language-")
        return outer.start == opened.start


def _character(found: re.Match[str]) -> str:
    hexadecimal, decimal, named = found.groups()
    if named:
        return _NAMED[named]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    valid = 0 < code <= sys.maxunicode and code not in _SURROGATES
    return chr(code) if valid else found.group()


def _attributes(rest: str) -> dict[str, str]:
    found = (match.groups("") for match in _ATTRIBUTE.finditer(rest))
    return {
        name.lower(): _CHARACTER.sub(_character, double or single or bare)
        for name, double, single, bare in found
    }


def _fields(opened: _Open, inside: str) -> dict[str, str] | None:
    """Return an entity's type and what goes with it; None when Telegram would drop it."""
    kind = _TYPES[opened.tag]
    if kind == "text_link":
        url = opened.attributes.get("href") or inside
        return {"type": kind, "url": url} if _LINK.fullmatch(url) else None
    if kind == "blockquote" and "expandable" in opened.attributes:
        return {"type": "expandable_blockquote"}
    if kind == "pre" and opened.language:
        return {"type": kind, "language": opened.language}
    if kind == "custom_emoji":
        return {"type": kind, "custom_emoji_id": opened.attributes.get("emoji-id", "")}
    return {"type": kind}


def _ordered(entities: Iterable[Entity]) -> tuple[Entity, ...]:
    return tuple(sorted(entities, key=lambda entity: (entity["offset"], -entity["length"])))


def tidy(formatted: Formatted) -> Formatted:
    """Trim white space around the text, as Telegram does, and clip the entities to it."""
    stripped = formatted.text.strip()
    lead = units(formatted.text[: len(formatted.text) - len(formatted.text.lstrip())])
    size = units(stripped)
    clipped = (_clip(entity, lead, size) for entity in formatted.entities)
    return Formatted(stripped, _ordered(entity for entity in clipped if entity))


def _clip(entity: Entity, lead: int, size: int) -> Entity | None:
    start = max(0, int(entity["offset"]) - lead)
    end = min(size, int(entity["offset"]) - lead + int(entity["length"]))
    return {**entity, "offset": start, "length": end - start} if end > start else None


_DETECTED = (
    ("url", re.compile(r"https?://[^\s<>\"»]+[^\s<>\"».,;:!?)]")),
    ("email", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("bot_command", re.compile(r"(?<![\w/@])/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]{3,32})?(?!\w)")),
    ("mention", re.compile(r"(?<!\w)@[A-Za-z0-9_]{4,32}(?!\w)")),
)


def detect(formatted: Formatted) -> Formatted:
    """Add what Telegram finds by itself: links, addresses, commands and mentions."""
    entities = list(formatted.entities)
    taken = [_span(entity) for entity in entities if entity["type"] in _OPAQUE]
    for kind, pattern in _DETECTED:
        for found in pattern.finditer(formatted.text):
            start = units(formatted.text[: found.start()])
            span = (start, start + units(found.group()))
            if any(first < span[1] and span[0] < last for first, last in taken):
                continue
            taken.append(span)
            entities.append({"type": kind, "offset": span[0], "length": span[1] - span[0]})
    return replace(formatted, entities=_ordered(entities))


_OPAQUE = frozenset({"code", "pre", "text_link", "text_mention", "url", "email", "mention"})


def _span(entity: Entity) -> tuple[int, int]:
    return int(entity["offset"]), int(entity["offset"]) + int(entity["length"])


_HTML = {
    "bold": ("<b>", "</b>"),
    "italic": ("<i>", "</i>"),
    "underline": ("<u>", "</u>"),
    "strikethrough": ("<s>", "</s>"),
    "code": ("<code>", "</code>"),
    "pre": ("<pre>", "</pre>"),
    "blockquote": ("<blockquote>", "</blockquote>"),
    "expandable_blockquote": ("<blockquote>", "</blockquote>"),
    "spoiler": ('<span class="spoiler">', "</span>"),
}


def to_html(formatted: Formatted) -> str:
    """Write the text as HTML that a browser shows safely; entities that overlap are cut."""
    raw = formatted.text.encode("utf-16-le")

    def piece(start: int, end: int) -> str:
        return raw[2 * start : 2 * end].decode("utf-16-le", "replace")

    out: list[str] = []
    closing: list[tuple[int, str]] = []
    position = 0

    def advance(to: int) -> None:
        nonlocal position
        while closing and closing[-1][0] <= to:
            end, mark = closing.pop()
            out.extend((_escape(piece(position, end)), mark))
            position = end
        out.append(_escape(piece(position, to)))
        position = to

    for entity in _ordered(formatted.entities):
        start, end = _span(entity)
        advance(start)
        before, after = _marks(entity, piece(start, end))
        limit = closing[-1][0] if closing else end
        out.append(before)
        closing.append((min(end, limit), after))
    advance(len(raw) // 2)
    return "".join(out)


def _marks(entity: Entity, inside: str) -> tuple[str, str]:
    url = entity.get("url") or (inside if entity["type"] == "url" else "")
    if re.match(r"(?:https?|mailto|tel):", url, re.IGNORECASE):
        return f'<a href="{_escape(url)}" rel="noreferrer">', "</a>"
    return _HTML.get(entity["type"], ("", ""))


def _escape(text: str) -> str:
    replacements = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
    return re.sub(r'[&<>"]', lambda found: replacements[found.group()], text)
