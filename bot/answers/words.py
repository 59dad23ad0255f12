"""The words of the knowledge base, and how the house names an answer."""

from core.chat import Text, Turn
from core.reference import Party, Reference

TEMPLATE = "chat/answers.html"


def text(block: str, **values: object) -> Text:
    """Return words of the template of the knowledge base."""
    return Text(TEMPLATE, block, values)


def reference(number: int) -> Reference:
    """Return how the house names an answer."""
    return Reference("answers", "answer", str(number))


def both(kind: str, number: int, other: int) -> Reference:
    """Return what a button carries that is about an answer and something else."""
    return Reference("answers", kind, f"{number}-{other}")


def actor(turn: Turn) -> Party:
    """Return who acts, as the audit trail names them."""
    return Party("person", str(turn.sender.person_id))
