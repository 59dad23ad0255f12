"""How invitations name their things: what buttons are about, forms, links."""

from core.chat import Incoming
from core.parts import Parts
from core.reference import NotARowError, Reference
from digest.seminars.inviting import rules
from digest.seminars.names import LEAVE_LIFE, page_url

ROOM = "invitations"
TRIAL = "invitations.trial"

PAPER = "seminars.invitation"
"""The purpose of the link to a nominative invitation."""

PAPER_LIFE = LEAVE_LIFE

WAITING_VIEW = "invitations.waiting:"
"""The first words of the keys of views: messages that say that invitations wait."""

SEARCH_FORM = "invitations.search"
PERSON_FORM = "invitations.person"
GUESTS_FORM = "invitations.guests"
AGAIN_FORM = "invitations.guests_again"
PAPER_FORM = "invitations.paper"


def about(seminar: int, *more: int) -> Reference:
    """Return what a button is about: a meeting, and other numbers."""
    return Reference("seminars", "invited", "-".join(map(str, (seminar, *more))))


def numbers(reference: Reference, many: int) -> tuple[int, ...]:
    """Return the `many` numbers of a button, the meeting's being the first.

    Raises NotARowError for a forged one.
    """
    found = rules.numbers(reference.id, many)
    if found is None:
        raise NotARowError(f"not about invitations: {reference}")
    return found


def message(incoming: Incoming) -> str:
    """Return how the chat names the message that was pressed: `chat_id:message_id`."""
    return f"{incoming.place.chat_id}:{incoming.message_id}"


def waiting_view(shown_as: str) -> str:
    """Return the key of the view of a message that says that invitations wait."""
    return f"{WAITING_VIEW}{shown_as}"


def pdf_url(parts: Parts, registration_id: int) -> str:
    """Return the signed address of somebody's nominative invitation, as PDF."""
    return f"{paper_url(parts, registration_id)}.pdf"


def paper_url(parts: Parts, registration_id: int) -> str:
    """Return the signed address of the same invitation, as a page to print."""
    return page_url(parts, f"/rencontres/invitation/{parts.tokens.sign(PAPER, registration_id)}")
