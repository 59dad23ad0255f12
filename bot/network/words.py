"""The words of territories helping territories."""

from core.chat import Text

TEMPLATE = "chat/network.html"


def text(block: str, **values: object) -> Text:
    """Return words of the template of territories helping territories."""
    return Text(TEMPLATE, block, values)
