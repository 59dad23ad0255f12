"""How the letter names its things: references, parties, links, deliveries."""

from datetime import timedelta

from core.pages import page_url
from core.parts import Parts
from core.reference import Reference

EDITION = "letter.edition"
REVIEW = "letter.review"
NOTICE = "letter.notice"
REPORT = "letter.report"

DESK = "animators:desk"
"""The stream of what the animators are told, in order."""

PREVIEW = "letter.preview"

PREVIEW_LIFE = timedelta(days=60)


def edition_reference(number: int) -> Reference:
    """Return the reference of an edition."""
    return Reference("letter", "edition", str(number))


def composition_reference(identity: int) -> Reference:
    """Return the reference of an attempt to compose."""
    return Reference("letter", "composition", str(identity))


def edition_slot(number: int) -> str:
    """Return the slot that makes an edition reach each subscriber once."""
    return f"edition:{number}"


def review_slot(number: int, version: int) -> str:
    """Return the slot of the review that shows one version of an edition."""
    return f"edition:{number}/v{version}"


def edition_url(parts: Parts, number: int) -> str:
    """Return the permanent address of an edition."""
    return page_url(parts, f"/lettres/{number}")


def preview_url(parts: Parts, number: int, version: int) -> str:
    """Return the signed address where one version of an edition can be read."""
    return page_url(parts, f"/lettres/apercu/{parts.tokens.sign(PREVIEW, [number, version])}")
