"""Reading a document as its source says; runs inside a worker process."""

from collections.abc import Mapping

from watch.reading.changes import read_change
from watch.reading.pages import read_page
from watch.reading.parse_document import parse_document
from watch.reading.records import FEED, Document, Recipe


def read_document(
    body: bytes, url: str, headers: Mapping[str, str], recipe: Recipe = FEED
) -> Document:
    """Read what was found at `url`: a feed, the items of a page, or what changed in a page.

    `headers` are the response's, in lower case. Raises DocumentError when it cannot be read so.
    """
    if recipe.kind == "page":
        return read_page(body, url, headers, recipe.selectors)
    if recipe.kind == "change":
        return read_change(body, url, headers, recipe.selectors, recipe.before)
    return parse_document(body, url, headers)
