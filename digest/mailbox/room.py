"""The mailbox as a room: what it offers to the house."""

from core.parts import Parts
from core.questions import QuestionsByMail
from core.room import Room


def build(parts: Parts, questions: QuestionsByMail) -> Room:  # noqa: ARG001  # about to be used
    """Return the room; `questions` takes what a human wrote."""
    return Room(name="mailbox")
