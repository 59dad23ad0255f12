"""The words of the hotline, on both sides, and how the house names what it is about."""

from core.chat import Text
from core.reference import Reference

TEMPLATE = "chat/hotline.html"
DESK = "chat/desk.html"


def text(block: str, **values: object) -> Text:
    """Return words of the hotline's template."""
    return Text(TEMPLATE, block, values)


def desk_text(block: str, **values: object) -> Text:
    """Return words of the animators' side."""
    return Text(DESK, block, values)


def reference(number: int) -> Reference:
    """Return how the house names a question."""
    return Reference("hotline", "question", str(number))


def topic_reference(number: int) -> Reference:
    """Return how the house names a question's topic: what is said about it is a note."""
    return Reference("hotline", "topic", str(number))
