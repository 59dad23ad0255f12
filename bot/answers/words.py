"""The words of the knowledge base."""

from core.chat import Text

TEMPLATE = "chat/answers.html"


def text(block: str, **values: object) -> Text:
    """Return words of the template of the knowledge base."""
    return Text(TEMPLATE, block, values)
