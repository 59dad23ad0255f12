"""How the letter names its things: references, parties, links, deliveries."""

from dataclasses import dataclass
from datetime import timedelta

from core.parts import Parts
from core.reference import Party, Reference
from digest.letter.rules import Choices

EDITION = "letter.edition"
CONFIRMATION = "letter.confirmation"
ALREADY = "letter.already"
REVIEW = "letter.review"
NOTICE = "letter.notice"
REPORT = "letter.report"
ALERT = "letter.alert"

DESK = "animators:desk"
"""The stream of what the animators are told, in order."""

CONFIRM = "letter.confirm"
UNSUBSCRIBE = "letter.unsubscribe"
PREVIEW = "letter.preview"

YEARS = timedelta(days=10 * 365)
"""How long an unsubscription link lives: editions are kept, and found again years later."""

PREVIEW_LIFE = timedelta(days=60)


def edition_reference(number: int) -> Reference:
    """Return the reference of an edition."""
    return Reference("letter", "edition", str(number))


def composition_reference(identity: int) -> Reference:
    """Return the reference of an attempt to compose."""
    return Reference("letter", "composition", str(identity))


def subscriber_reference(identity: int) -> Reference:
    """Return the reference of a subscriber, as the cause of what is sent."""
    return Reference("letter", "subscriber", str(identity))


def subscriber_party(identity: int) -> Party:
    """Return a subscriber as somebody to whom things are sent."""
    return Party("subscriber", str(identity))


def edition_slot(number: int) -> str:
    """Return the slot that makes an edition reach each subscriber once."""
    return f"edition:{number}"


def review_slot(number: int, version: int) -> str:
    """Return the slot of the review that shows one version of an edition."""
    return f"edition:{number}/v{version}"


def page_url(parts: Parts, path: str) -> str:
    """Return the public address of a page."""
    return parts.settings.service.public_url.rstrip("/") + path


def edition_url(parts: Parts, number: int) -> str:
    """Return the permanent address of an edition."""
    return page_url(parts, f"/lettres/{number}")


def preview_url(parts: Parts, number: int, version: int) -> str:
    """Return the signed address where one version of an edition can be read."""
    return page_url(parts, f"/lettres/apercu/{parts.tokens.sign(PREVIEW, [number, version])}")


def alert_slot(story: Reference) -> str:
    """Return the slot that makes an alert reach each subscriber once, ever."""
    return f"story:{story.id}"


def confirmation_url(parts: Parts, subscriber: int, request: int, choices: Choices) -> str:
    """Return the signed address that confirms a subscription, with what was chosen in it.

    Whoever asks again for the same address changes nothing of it.
    """
    chosen = [list(choices.themes)] if choices.alerts else []
    token = parts.tokens.sign(CONFIRM, [subscriber, request, *chosen])
    return page_url(parts, f"/abonnement/confirmer/{token}")


@dataclass(frozen=True)
class Confirming:
    """What a confirmation link says: whose, the number of their request, what they chose."""

    subscriber: int
    request: int
    choices: Choices


def read_confirmation(parts: Parts, token: str, life: timedelta) -> Confirming:
    """Read what `confirmation_url` signed. Raises TokenError."""
    subscriber, request, *themes = parts.tokens.read(CONFIRM, token, life)
    choices = Choices(alerts=True, themes=tuple(themes[0])) if themes else Choices()
    return Confirming(int(subscriber), int(request), choices)


def unsubscription_url(parts: Parts, subscriber: int) -> str:
    """Return the signed address where a POST unsubscribes (RFC 8058)."""
    return page_url(parts, f"/desabonnement/{parts.tokens.sign(UNSUBSCRIBE, subscriber)}")
