"""How what is about the day of a meeting is named: buttons, deliveries, links."""

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta

from core.parts import Parts
from core.reference import NotARowError, Reference
from digest.seminars import names

CERTIFICATE = "attendance.certificate"
NOTED = "attendance.noted"

FEEDBACK = "seminars.feedback"
FEEDBACK_LIFE = timedelta(days=60)
FEEDBACK_URL = "feedback_url"

WALK_IN_FORM = "attendance.walk_in"
SCAN_FORM = "attendance.scan"
REMOTE_FORM = "attendance.remote"

_PLACE = re.compile(r"([0-9]{1,9})-([0-9]{1,3})(?:-([0-9a-f]{10}))?")


@dataclass(frozen=True)
class Place:
    """What a button of a list is about: a half-day (or a meeting), a page, somebody."""

    number: int
    page: int
    who: str = ""


def half_day_reference(identity: int) -> Reference:
    """Return the reference of a half-day."""
    return Reference("attendance", "half_day", str(identity))


def place_reference(number: int, page: int, identity: str = "") -> Reference:
    """Return what a button of a list carries; of somebody, a mark that says nothing of them."""
    who = f"-{mark(identity)}" if identity else ""
    return Reference("attendance", "place", f"{number}-{page}{who}")


def place_of(reference: Reference) -> Place:
    """Read `place_reference`. Raises NotARowError for anything else."""
    found = _PLACE.fullmatch(reference.id)
    if found is None:
        raise NotARowError(f"not a place of a list: {reference}")
    return Place(int(found[1]), int(found[2]), found[3] or "")


def mark(identity: str) -> str:
    """Return ten characters that tell somebody of a list apart from the others."""
    return hashlib.blake2s(identity.encode(), digest_size=5).hexdigest()


def certificate_slot(seminar: int, version: int) -> str:
    """Return the slot of somebody's certificate; a later one puts the earlier right."""
    first = f"seminar:{seminar}/certificate"
    return first if version == 1 else f"{first}/r{version}"


def feedback_url(parts: Parts, registration: int) -> str:
    """Return the signed address of the form for one registered party."""
    token = parts.tokens.sign(FEEDBACK, registration)
    return names.page_url(parts, f"/rencontres/avis/{token}")
