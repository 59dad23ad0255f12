"""An edition on paper: two pages of PDF, tagged, when typst is installed (the extra `print`)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.chat import Text
from core.funding.emblem import emblem_svg
from core.funding.rules import EMBLEM_HEIGHT
from core.parts import Parts
from core.printing import press
from digest.letter import names, rendering
from digest.letter.decide import Contents, Item, by_section, paragraphs

WORDS = "print/edition.txt"

PAGES = 2

FITS = (
    (10.5, 600, 400),
    (10, 400, 300),
    (9.5, 260, 220),
    (9, 180, 160),
    (9, 110, 110),
    (8.5, 0, 0),
)
"""What is tried until two pages are enough: the size in points, and how many characters are kept
of a summary and of « notre lecture ». Titles and links always stay."""


def edition_pdf(
    parts: Parts, number: int, contents: Contents, printed_at: datetime
) -> bytes | None:
    """Return an edition as a tagged PDF (PDF/UA-1) of two pages; None without typst.

    Summaries are shortened as needed; with more titles than two pages hold, there are more. It
    takes about a second of processor: call it beside the event loop.
    """
    printing = press(parts.renderer, "print/edition.typ")
    if printing is None:
        return None
    data: Mapping[str, Any] = {}
    for size, summary, note in FITS:
        shown = _data(parts, number, contents, printed_at, summary=summary, note=note)
        data = {**shown, "size": size}
        if printing.pages(data) <= PAGES:
            break
    return printing.pdf(data, printed_at)


def _data(
    parts: Parts, number: int, contents: Contents, printed_at: datetime, *, summary: int, note: int
) -> Mapping[str, Any]:
    """Return what the layout shows, in words that are text and no markup."""
    language = parts.settings.network.language
    contents = rendering.presentable(contents)
    about = {
        "number": number,
        "title": contents.title,
        "printed_at": printed_at,
        "web_url": names.edition_url(parts, number),
    }

    def say(block: str, **values: object) -> str:
        return parts.renderer.plain(Text(WORDS, block, {**about, **values}), language)

    def shown(item: Item) -> Mapping[str, Any]:
        return {
            "title": say("words", words=item.title),
            "url": item.url,
            "when": say("when", item=item) if item.starts_at or item.place else "",
            "source": say("source", item=item) if item.source else "",
            "deadline": say("deadline", item=item) if item.deadline else "",
            "summary": say("words", words=shortened(item.summary, summary)),
            "note": say("words", words=shortened(item.note, note)),
            "cited": say("cited", item=item),
            "references": [
                {"words": say("words", words=words), "url": url} for words, url in item.references
            ],
        }

    notice = parts.renderer.notice(printed_at)
    return {
        "language": language,
        "network": parts.settings.network.name,
        "web_url": about["web_url"],
        **{block: say(block) for block in ("title", "date", "online", "running", "reading")},
        "editorial": [say("words", words=each) for each in paragraphs(contents.editorial)],
        "sections": [
            {
                "title": say("section", section=group.section.value),
                "items": [shown(item) for item in group.items],
            }
            for group in by_section(contents.items)
        ],
        "emblem": emblem_svg(EMBLEM_HEIGHT, border=False),
        "emblem_words": say("emblem_words"),
        "european": list(notice.european),
        "others": list(notice.others),
        "logos": [
            {"data": list(logo.data), "words": logo.words, "height": logo.height}
            for logo in notice.logos
        ],
    }


def shortened(words: str, most: int) -> str:
    """Return words cut after the last whole one that leaves room for « … »; nothing under 20."""
    if len(words) <= most:
        return words
    if most < 20:  # noqa: PLR2004  # less says nothing
        return ""
    return words[:most].rpartition(" ")[0].rstrip(" ,;:.") + "…"
