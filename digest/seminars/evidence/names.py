"""How the evidence names its things."""

from core.reference import Reference

PACK = "evidence.pack"
TOLD = "evidence.told"

VIEW = "evidence."
"""The first words of the keys of views: the progress of a request."""


def request_reference(identity: int) -> Reference:
    """Return the reference of a request, by its row."""
    return Reference("evidence", "request", str(identity))


def slot(identity: int) -> str:
    """Return the slot of what answers a request: one file, or one word."""
    return f"evidence:{identity}"


def view(identity: int) -> str:
    """Return the key of the message that says how far a request is."""
    return f"{VIEW}{identity}"
