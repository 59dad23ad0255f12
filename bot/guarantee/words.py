"""The words of the silence guarantee."""

from core.chat import Text

TEMPLATE = "chat/guarantee.html"


def text(block: str, **values: object) -> Text:
    """Return words of the template of the silence guarantee."""
    return Text(TEMPLATE, block, values)
