"""Lists of sources as OPML 2.0: what other readers take, and our own settings beside.

Folders are sections of the letter. What OPML has no name for is in attributes of our own
namespace, so that what was exported comes back the same.
"""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from listparser.opml import OpmlMixin
from listparser.xml_handler import XMLHandler
from lxml import etree

from core.errors import InputError
from core.sections import Section
from core.text import normalise
from watch.reading.mend import decode
from watch.reading.titles import clean_text, shorten
from watch.sources.changing import Wanted
from watch.sources.rules import HOUR, MOST_NAME, name_for, parse_address
from watch.understanding.territory import unknown_places

NAMESPACE = "https://relais.example.org/opml"
PREFIX = "relais"
MOST_SOURCES = 5000
MOST_DEPTH = 20
_SELECTORS = ("items", "title", "link", "date", "summary")
_KINDS = ("feed", "page", "change")
_INTERVALS = range(1, 366 * 24 * HOUR)
_FORBIDDEN = re.compile(r"<!ENTITY", re.IGNORECASE)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Outline:
    """A source as a list names it: its title, its folders from the outermost, our attributes."""

    url: str
    title: str
    folders: tuple[str, ...]
    own: Mapping[str, str]


@dataclass(frozen=True)
class Known:
    """What a list's folders may mean: sections and themes, by their codes and by their names."""

    sections: Mapping[str, str]
    themes: Mapping[str, str]

    @classmethod
    def of(cls, sections: Mapping[str, str], themes: Mapping[str, str]) -> "Known":
        """Return it from names by code."""
        return cls(_by_words(sections), _by_words(themes))


def _by_words(names: Mapping[str, str]) -> Mapping[str, str]:
    return {normalise(words): code for code, name in names.items() for words in (name, code)}


# --- reading ----------------------------------------------------------------------------------


class _Subscriptions(OpmlMixin, XMLHandler):
    """listparser's reader, which also remembers what is ours, and how deep a list goes."""

    def __init__(self) -> None:
        super().__init__()
        self.own: dict[str, dict[str, str]] = {}
        self.deepest = 0

    def start_opml_outline(self, attrs: dict[str, str]) -> None:
        """Take an outline as listparser does, then our own attributes (in lower case here)."""
        mine = {
            name.partition(":")[2]: value
            for name, value in attrs.items()
            if name.startswith(f"{PREFIX}:")
        }
        self.own.setdefault(attrs.get("xmlurl", "").strip(), mine)
        super().start_opml_outline(attrs)
        self.deepest = max(self.deepest, len(self.hierarchy))
        if self.deepest > MOST_DEPTH or len(self.found_urls) > MOST_SOURCES:
            raise _refused()


def read_outlines(body: bytes) -> tuple[Outline, ...]:
    """Return the sources that a list names, each address once; runs inside a worker.

    Raises InputError: no list, or one that nobody would have made in good faith.
    """
    text = decode(body)
    if _FORBIDDEN.search(text):
        raise InputError("the list declares entities of its own", hint=_HINT)
    reader = _Subscriptions()
    reader.harvest.update(
        {"feeds": [], "lists": [], "opportunities": [], "meta": {}, "version": ""}
    )
    parser = etree.HTMLParser(target=reader, recover=True, encoding="utf-8")
    try:
        etree.parse(io.BytesIO(text.encode("utf-8", "replace")), parser)
    except (etree.LxmlError, IndexError, KeyError, AssertionError) as error:
        raise InputError("the list of sources cannot be read", hint=_HINT) from error
    if not str(reader.harvest["version"]).startswith("opml"):
        raise InputError("this is not a list of sources", hint=_HINT)
    return tuple(_outline(feed, reader.own) for feed in reader.harvest["feeds"])


_HINT = "give an OPML file, as feed readers export them"


def _refused() -> InputError:
    return InputError(
        f"the list has over {MOST_SOURCES:,} sources, or folders over {MOST_DEPTH} deep",
        hint="cut it into several files",
    )


def _outline(feed: Mapping[str, Any], own: Mapping[str, Mapping[str, str]]) -> Outline:
    folders = feed.get("categories") or [[]]
    return Outline(
        url=str(feed["url"]),
        title=shorten(clean_text(str(feed["title"])), MOST_NAME),
        folders=tuple(clean_text(str(folder)) for folder in folders[0]),
        own=dict(own.get(str(feed["url"]), {})),
    )


def wanted(outline: Outline, known: Known, taken: Iterable[str]) -> Wanted:
    """Return the source that an outline describes; `taken` are the names of the others.

    What it says itself comes first, then its folders, the innermost first. Raises InputError.
    """
    own = outline.own
    try:
        url = parse_address(outline.url)
    except InputError as error:
        what = f"{shorten(outline.url, 80)!r} is not an address"
        raise InputError(what, hint="only http and https are read") from error
    kind = own.get("kind", "feed")
    if kind not in _KINDS:
        raise InputError(f"no source is of kind {kind[:20]!r}", hint=f"one of {', '.join(_KINDS)}")
    selectors = {name: own[name] for name in _SELECTORS if own.get(name)}
    if kind == "page" and "items" not in selectors:
        raise InputError("a page is read by its items", hint="give the attribute relais:items")
    folders = [normalise(folder) for folder in reversed(outline.folders)]
    return Wanted(
        name=name_for(outline.title, url, set(taken)),
        url=url,
        kind=kind,
        selectors=selectors if kind != "feed" else {},
        section=_section(own, folders, known),
        themes=_themes(own, folders, known),
        regions=_places(own),
        every=_interval(own.get("every", "")),
        reproducible=own.get("reproducible") == "true",
        paused=own.get("paused") == "true",
    )


def _section(own: Mapping[str, str], folders: Iterable[str], known: Known) -> str:
    named = (known.sections[folder] for folder in folders if folder in known.sections)
    given = own.get("section", "")
    return given if given in set(Section) else next(named, Section.LEGAL.value)


def _themes(own: Mapping[str, str], folders: Iterable[str], known: Known) -> tuple[str, ...]:
    if "themes" in own:
        return tuple(code for code in _listed(own["themes"]) if code in known.themes.values())
    return tuple(
        dict.fromkeys(known.themes[folder] for folder in folders if folder in known.themes)
    )


def _places(own: Mapping[str, str]) -> tuple[str, ...]:
    given = _listed(own.get("regions", ""))
    unknown = unknown_places(given)
    return tuple(place for place in given if place not in unknown)


def _interval(words: str) -> float:
    seconds = int(words) if words.isascii() and words.isdigit() and len(words) < 10 else 0  # noqa: PLR2004
    return float(seconds) if seconds in _INTERVALS else float(HOUR)


def _listed(words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in words.split(",") if part.strip()))


# --- writing ----------------------------------------------------------------------------------


def write(sources: Sequence[Wanted], sections: Mapping[str, str], title: str) -> bytes:
    """Return a list of sources, in folders named by `sections` (titles by code)."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<opml version="2.0" xmlns:{PREFIX}={quoteattr(NAMESPACE)}>',
        f"  <head><title>{escape(_clean(title))}</title></head>",
        "  <body>",
    ]
    for code, name in sections.items():
        inside = [source for source in sources if source.section == code]
        if inside:
            lines.append(f"    <outline text={_quoted(name)}>")
            lines += [f"      <outline{_attributes(source)}/>" for source in inside]
            lines.append("    </outline>")
    lines += ["  </body>", "</opml>", ""]
    return "\n".join(lines).encode()


def _attributes(source: Wanted) -> str:
    own = {
        "kind": source.kind,
        "section": source.section,
        "themes": ",".join(source.themes),
        "regions": ",".join(source.regions),
        "every": f"{source.every:.0f}",
        "reproducible": "true" if source.reproducible else "",
        "paused": "true" if source.paused else "",
        **source.selectors,
    }
    given = {
        "type": "rss",
        "text": source.name,
        "title": source.name,
        "xmlUrl": source.url,
        **{f"{PREFIX}:{name}": value for name, value in own.items() if value or name == "themes"},
    }
    return "".join(f" {name}={_quoted(value)}" for name, value in given.items())


def _quoted(value: str) -> str:
    return quoteattr(_clean(value))


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)
