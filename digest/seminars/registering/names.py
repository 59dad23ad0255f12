"""What is said about registrations, and what the ledger calls it."""

import enum

REGISTERED = "registrations.registered"
WAITING = "registrations.waiting"
PROMOTED = "registrations.promoted"
GONE = "registrations.gone"

RANK = "rank"
"""The placeholder of a rank on the waiting list."""

WHO = "who"
"""The placeholder of the name of who represents somebody, or registered them."""


class Said(enum.StrEnum):
    """What is said to somebody about their own registration."""

    REGISTERED = "registered"
    WAITING = "waiting"
    PROMOTED = "promoted"
    GONE = "gone"


KINDS = {
    Said.REGISTERED: REGISTERED,
    Said.WAITING: WAITING,
    Said.PROMOTED: PROMOTED,
    Said.GONE: GONE,
}
"""The kind of delivery of each."""

TEMPLATES = {
    Said.REGISTERED: "registration",
    Said.WAITING: "registration_waiting",
    Said.PROMOTED: "registration_promoted",
    Said.GONE: "registration_gone",
}
"""The mail of each."""


def promoted_slot(seminar: int, queue: int) -> str:
    """Return the slot of what tells somebody that their wait is over, once for each wait."""
    return f"seminar:{seminar}/promoted/{queue}"


def stream(registration: int) -> str:
    """Return what keeps in order the mails about one registration."""
    return f"registration:{registration}"
