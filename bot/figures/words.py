"""The words of accounts."""

from core.chat import Text

TEMPLATE = "chat/figures.html"


def text(block: str, **values: object) -> Text:
    """Return words of the template of accounts."""
    return Text(TEMPLATE, block, values)
