"""The words of the animators' desk."""

from core.chat import Text

TEMPLATE = "chat/desk.html"


def text(block: str, **values: object) -> Text:
    """Return words of the template of the animators' desk."""
    return Text(TEMPLATE, block, values)
