"""The words of personal data."""

from core.chat import Text

TEMPLATE = "chat/personal.html"


def text(block: str, **values: object) -> Text:
    """Return words of the template of personal data."""
    return Text(TEMPLATE, block, values)
