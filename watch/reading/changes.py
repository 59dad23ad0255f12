"""Pages watched for changes."""

from collections.abc import Mapping

from watch.reading.records import Document, DocumentError, Selectors


def read_change(
    body: bytes, url: str, headers: Mapping[str, str], selectors: Selectors, before: str | None
) -> Document:
    """Tell what changed in a web page. Raises DocumentError."""
    raise DocumentError(
        "changes are not read yet",
        hint=f"{url} {len(body)} {len(headers)} {selectors} {before}",
        permanent=False,
    )
