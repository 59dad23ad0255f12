"""The words of the entrance."""

from core.chat import Text

TEMPLATE = "chat/entrance.html"


def text(block: str, **values: object) -> Text:
    """Return words of the template of the entrance."""
    return Text(TEMPLATE, block, values)
