"""The words of questions by mail."""

from core.chat import Text

TEMPLATE = "chat/by_mail.html"


def text(block: str, **values: object) -> Text:
    """Return words of the template."""
    return Text(TEMPLATE, block, values)
