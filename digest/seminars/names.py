"""How seminars name their things: references, parties, links, deliveries."""

from datetime import timedelta

from core.mail import fill
from core.parts import Parts
from core.reference import Party, Reference
from digest.seminars.models import Seminar

INVITATION = "seminars.invitation"
CHASE = "seminars.chase"
REMINDER = "seminars.reminder"
UPDATE = "seminars.update"
CANCELLATION = "seminars.cancellation"
THANKS = "seminars.thanks"
CONFIRMATION = "seminars.confirmation"

PERSON = "person"
GUEST = "guest"

CONFIRM = "seminars.confirm"
LEAVE = "seminars.leave"
ANSWER = "seminars.answer"
PAGE = "seminars.page"

LEAVE_LIFE = timedelta(days=2 * 365)
"""How long the link that cancels a registration lives: meetings are planned well ahead."""

LEAVE_URL = "leave_url"
ANSWER_URL = "answer_url"
CONFIRM_URL = "confirm_url"

VERSION = "version"
"""The version of the meeting that a delivery speaks of, among its values."""

ONLY = "only"
"""The state of the only ones to whom a delivery is of use, among its values."""

ATTENDEE = fill.ATTENDEE
"""The recipient's own address in a mail's calendar: never stored, given as the mail leaves."""


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


def invitation_slot(seminar: int) -> str:
    """Return the slot of an invitation: a party gets one, whatever becomes of the date."""
    return f"seminar:{seminar}/invitation"


def answer_slot(seminar: int, answer: str, request: int) -> str:
    """Return the slot of the mail that answers one request of one party."""
    return f"seminar:{seminar}/{answer}/{request}"


def page_url(parts: Parts, path: str) -> str:
    """Return the public address of a page."""
    return parts.settings.service.public_url.rstrip("/") + path


def seminar_path(parts: Parts, seminar: Seminar) -> str:
    """Return the path of a seminar's page; it has a key unless everybody may read it."""
    key = "" if seminar.open_to_all else f"-{parts.tokens.mark(PAGE, seminar.id)}"
    return f"/rencontres/{seminar.id}{key}"


def seminar_url(parts: Parts, seminar: Seminar) -> str:
    """Return the address of a seminar's page, for whom it invites."""
    return page_url(parts, seminar_path(parts, seminar))


def confirmation_url(parts: Parts, registration: int, request: int) -> str:
    """Return the signed address that confirms a registration."""
    token = parts.tokens.sign(CONFIRM, [registration, request])
    return page_url(parts, f"/rencontres/confirmer/{token}")


def leaving_url(parts: Parts, registration: int) -> str:
    """Return the signed address where a registration can be cancelled."""
    return page_url(parts, f"/rencontres/desinscription/{parts.tokens.sign(LEAVE, registration)}")


def answer_url(parts: Parts, registration: int) -> str:
    """Return the signed address of the page where somebody answers, changes, or gives up."""
    return page_url(parts, f"/rencontres/reponse/{parts.tokens.sign(ANSWER, registration)}")
