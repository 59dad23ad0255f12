"""How the letter names its things: references, parties, links, deliveries."""

from datetime import timedelta
from urllib.parse import quote

from core.chat import Turn
from core.pages import page_url
from core.parts import Parts
from core.reference import Party, Reference

EDITION = "letter.edition"
REVIEW = "letter.review"
NOTICE = "letter.notice"
REPORT = "letter.report"
OVERDUE = "letter.overdue"
OUT = "letter.out"
CORRECTION = "letter.correction"
CORRECTION_REVIEW = "letter.correction_review"

PROGRESS_VIEW = "letter.sending"
REPORT_VIEW = "letter.report"
REVIEW_VIEW = "letter.review"
"""The first words of the keys of views: the progress of a sending, its report, a review."""

DESK = "animators:desk"
"""The stream of what the animators are told, in order."""

PREVIEW = "letter.preview"

PREVIEW_LIFE = timedelta(days=60)


NEXT_EDITION = Reference("letter", "edition", "next")
"""What the button that composes is about: an edition that does not exist yet."""


def actor_of(turn: Turn) -> Party:
    """Return who acts, as the audit trail names them."""
    if turn.sender.person_id is None:
        return Party("account", turn.sender.account)
    return Party("person", str(turn.sender.person_id))


def edition_reference(number: int) -> Reference:
    """Return the reference of an edition."""
    return Reference("letter", "edition", str(number))


def composition_reference(identity: int) -> Reference:
    """Return the reference of an attempt to compose."""
    return Reference("letter", "composition", str(identity))


def correction_reference(identity: int) -> Reference:
    """Return the reference of a correction, by its row."""
    return Reference("letter", "correction", str(identity))


def edition_slot(number: int) -> str:
    """Return the slot that makes an edition reach each subscriber once."""
    return f"edition:{number}"


def review_slot(number: int, version: int) -> str:
    """Return the slot of the review that shows one version of an edition."""
    return f"edition:{number}/v{version}"


def review_view(number: int, version: int) -> str:
    """Return the key of the view that shows the review of one version of an edition."""
    return f"{REVIEW_VIEW}:{number}/v{version}"


def overdue_slot(number: int, version: int) -> str:
    """Return the slot of the question whether one version of an edition may leave late."""
    return f"edition:{number}/v{version}/overdue"


def correction_slot(number: int, rank: int) -> str:
    """Return the slot that makes a correction of an edition reach each of its readers once."""
    return f"edition:{number}/correction:{rank}"


def correction_review_slot(number: int, rank: int, version: int) -> str:
    """Return the slot of the review that shows one version of a correction."""
    return f"{correction_slot(number, rank)}/v{version}"


def report_slot(number: int, rank: int = 0) -> str:
    """Return the slot of the report on an edition, or on its correction of that rank."""
    return f"report:{number}/correction:{rank}" if rank else f"report:{number}"


def report_view(slot: str) -> str:
    """Return the key of the view that keeps a report in step, once it was sent."""
    return f"{REPORT_VIEW}:{slot.removeprefix('report:')}"


def progress_view(number: int) -> str:
    """Return the key of the view that shows how far a sending is."""
    return f"{PROGRESS_VIEW}:{number}"


def edition_url(parts: Parts, number: int) -> str:
    """Return the permanent address of an edition."""
    return page_url(parts, f"/lettres/{number}")


def preview_url(parts: Parts, number: int, version: int) -> str:
    """Return the signed address where one version of an edition can be read."""
    return page_url(parts, f"/lettres/apercu/{preview_token(parts, number, version)}")


def preview_token(parts: Parts, number: int, version: int) -> str:
    """Return what lets one version of an edition be read before it leaves."""
    return parts.tokens.sign(PREVIEW, [number, version])


def item_key(reference: str) -> str:
    """Return what names an item in the addresses of its edition, from its reference."""
    return reference.replace(":", "-")


def forward_url(parts: Parts, number: int, reference: str) -> str:
    """Return the address of what can be passed on about an item of an edition."""
    return f"{edition_url(parts, number)}/a-transmettre/{quote(item_key(reference), safe='')}"


def picture_path(key: str) -> str:
    """Return where our own pages find an edition's picture, a kept file."""
    return f"/lettres/images/{key}"
