"""How seminars name their things: references, parties, links, deliveries."""

from datetime import timedelta

from core.parts import Parts
from core.reference import Party, Reference

REMINDER = "seminars.reminder"
UPDATE = "seminars.update"
CANCELLATION = "seminars.cancellation"
REGISTRATION = "seminars.registration"
CONFIRMATION = "seminars.confirmation"

PERSON = "person"
GUEST = "guest"

CONFIRM = "seminars.confirm"
LEAVE = "seminars.leave"

LEAVE_LIFE = timedelta(days=2 * 365)
"""How long the link that cancels a registration lives: meetings are planned well ahead."""

LEAVE_URL = "leave_url"
CONFIRM_URL = "confirm_url"


def seminar_reference(identity: int) -> Reference:
    """Return the reference of a seminar."""
    return Reference("seminars", "seminar", str(identity))


def person_party(identity: int) -> Party:
    """Return a person of the directory as somebody to whom things are sent."""
    return Party(PERSON, str(identity))


def guest_party(identity: int) -> Party:
    """Return a guest as somebody to whom things are sent."""
    return Party(GUEST, str(identity))


def slot(seminar: int, name: str, version: int) -> str:
    """Return the slot of what is said to each registered party once: `seminar:4/J-7/v2`."""
    return f"seminar:{seminar}/{name}/v{version}"


def answer_slot(seminar: int, answer: str, request: int) -> str:
    """Return the slot of the mail that answers one request of one party."""
    return f"seminar:{seminar}/{answer}/{request}"


def page_url(parts: Parts, path: str) -> str:
    """Return the public address of a page."""
    return parts.settings.service.public_url.rstrip("/") + path


def seminar_url(parts: Parts, identity: int) -> str:
    """Return the address of a seminar's page."""
    return page_url(parts, f"/rencontres/{identity}")


def confirmation_url(parts: Parts, registration: int, request: int) -> str:
    """Return the signed address that confirms a registration."""
    token = parts.tokens.sign(CONFIRM, [registration, request])
    return page_url(parts, f"/rencontres/confirmer/{token}")


def leaving_url(parts: Parts, registration: int) -> str:
    """Return the signed address where a registration can be cancelled."""
    return page_url(parts, f"/rencontres/desinscription/{parts.tokens.sign(LEAVE, registration)}")
