"""Pages without a feed, whose items are found by CSS selectors."""

from collections.abc import Mapping

from watch.reading.records import Document, DocumentError, Selectors


def read_page(body: bytes, url: str, headers: Mapping[str, str], selectors: Selectors) -> Document:
    """Read the items of a web page. Raises DocumentError."""
    raise DocumentError(
        "pages are not read yet",
        hint=f"{url} {len(body)} {len(headers)} {selectors}",
        permanent=False,
    )
