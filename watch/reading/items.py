"""One item, of whatever format, as it is kept."""

from datetime import datetime

from core.text import normalise
from watch.reading.normalise import MOST_SUMMARY, plain_title
from watch.reading.records import Item
from watch.reading.titles import MOST_TITLE, best_title, clean_text, shorten, without_note_call

MOST_ITEMS = 2000
_MOST_AUTHOR = 200


def clean_item(
    *,
    guid: str = "",
    link: str = "",
    title: str = "",
    summary: str = "",
    published_at: datetime | None = None,
    updated_at: datetime | None = None,
    author: str = "",
) -> Item:
    """Return an item whose title says something, and whose summary does not say it again.

    `title` may be HTML; `link` is clean already, `summary` and `author` are plain text.
    """
    best = best_title(plain_title(title), summary) or shorten(summary, MOST_TITLE)
    return Item(
        guid=clean_text(guid),
        link=link,
        title=best,
        summary="" if without_note_call(summary) in best else shorten(summary, MOST_SUMMARY),
        published_at=published_at,
        updated_at=updated_at,
        author=shorten(author, _MOST_AUTHOR),
        key=normalise(best)[:MOST_TITLE],
    )
