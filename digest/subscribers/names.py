"""How the subscribers' room names its things: references, parties, links, deliveries.

The kinds of deliveries and of links keep the letter's name, for rows and mails that bear it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from core.mail.compose import UNSUBSCRIBE_URL
from core.pages import page_url
from core.parts import Parts
from core.reference import Party, Reference
from digest.subscribers.rules import Choices

CONFIRMATION = "letter.confirmation"
ALREADY = "letter.already"
ALERT = "letter.alert"
INFORMED = "letter.informed"
MY_DATA = "letter.my_data"

CONFIRM = "letter.confirm"
UNSUBSCRIBE = "letter.unsubscribe"
PREFERENCES = "letter.preferences"
FRESH = "letter.fresh"

PREFERENCES_URL = "preferences_url"
"""The value of a mail that leads to one's own choices."""

OWN = (UNSUBSCRIBE_URL, PREFERENCES_URL)
"""What is each reader's own in a mail: `own_links` gives it."""

YEARS = timedelta(days=10 * 365)
"""How long an unsubscription link lives: editions are kept, and found again years later."""

PREFERENCES_LIFE = timedelta(days=2 * 365)
"""How long a link to one's choices lives: each edition brings another."""


def subscriber_reference(identity: int) -> Reference:
    """Return the reference of a subscriber, as the cause of what is sent."""
    return Reference("letter", "subscriber", str(identity))


def subscriber_party(identity: int) -> Party:
    """Return a subscriber as somebody to whom things are sent."""
    return Party("subscriber", str(identity))


def alert_slot(story: Reference) -> str:
    """Return the slot that makes an alert reach each subscriber once, ever."""
    return f"story:{story.id}"


def confirmation_url(parts: Parts, subscriber: int, request: int, choices: Choices) -> str:
    """Return the signed address that confirms a subscription, with what was chosen in it.

    Whoever asks again for the same address changes nothing of it.
    """
    chosen = [list(choices.themes), int(choices.alerts), int(choices.whole)]
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
    subscriber, request, *chosen = parts.tokens.read(CONFIRM, token, life)
    return Confirming(int(subscriber), int(request), _choices(chosen))


def _choices(chosen: Sequence[Any]) -> Choices:
    """Read what a link says; links of before say the themes of alerts, or nothing for none."""
    if not chosen:
        return Choices()
    alerts, whole = map(bool, chosen[1:]) if len(chosen) > 1 else (True, True)
    return Choices(alerts, tuple(chosen[0]), whole)


def unsubscription_url(parts: Parts, subscriber: int) -> str:
    """Return the signed address where a POST unsubscribes (RFC 8058)."""
    return page_url(parts, f"/desabonnement/{parts.tokens.sign(UNSUBSCRIBE, subscriber)}")


def preferences_url(parts: Parts, subscriber: int) -> str:
    """Return the signed address where somebody sees and changes what they chose."""
    return page_url(parts, f"/abonnement/choix/{parts.tokens.sign(PREFERENCES, subscriber)}")


def read_preferences(parts: Parts, token: str) -> int:
    """Return whose choices a link is about. Raises TokenError."""
    return int(parts.tokens.read(PREFERENCES, token, PREFERENCES_LIFE))


def fresh_url(parts: Parts, subscriber: int) -> str:
    """Return the signed address, good for minutes, of what is held about a subscriber."""
    return page_url(parts, f"/abonnement/mes-donnees/{parts.tokens.sign(FRESH, subscriber)}")


def read_fresh(parts: Parts, token: str) -> int:
    """Return whose data a fresh link is about. Raises TokenError."""
    life = timedelta(minutes=parts.settings.digest.fresh_minutes)
    return int(parts.tokens.read(FRESH, token, life))


def own_links(parts: Parts, subscriber: int) -> dict[str, str]:
    """Return the values of a mail to a subscriber: their ways to leave, and to choose."""
    return {
        UNSUBSCRIBE_URL: unsubscription_url(parts, subscriber),
        PREFERENCES_URL: preferences_url(parts, subscriber),
    }
