"""The words of the sources."""

from core.chat import Text
from core.reference import Reference

TEMPLATE = "chat/sources.html"
STALE = Text(TEMPLATE, "stale")
UNKNOWN = Text(TEMPLATE, "unknown")


def text(block: str, **values: object) -> Text:
    """Return words of the sources' template."""
    return Text(TEMPLATE, block, values)


def reference(source_id: int) -> Reference:
    """Name a source as other rooms do."""
    return Reference("watch", "source", str(source_id))
