"""How alerts and reminders name their things: kinds, slots, references, links, words."""

import re
from datetime import timedelta
from typing import Any

from core.chat import Button, Text
from core.parts import Parts
from core.reference import Party, Reference

ALERT = "alerts.alert"
REMINDER = "alerts.reminder"
REMINDER_MAIL = "alerts.reminder_mail"
CONFIRMATION = "alerts.interest_confirmation"

COMMAND = "abonnement"
"""The command that shows somebody the themes that they follow."""

INTEREST = "alerts.interest"
WITHDRAW = "alerts.withdraw"
"""What signed links are for."""

INTEREST_URL = "interest_url"
WITHDRAW_URL = "withdraw_url"
"""What is each reader's own in a mail."""

WITHDRAW_LIFE = timedelta(days=90)

TEMPLATE = "chat/alerts.html"

_SHOWN_BY_A_BUTTON = re.compile(r"https?://[\w~%-]+(?:\.[\w~%-]+)+(?::[1-9]\d{0,4})?(?:[/?#]|\Z)")


def text(block: str, **values: Any) -> Text:
    """Name a block of the alerts' chat texts."""
    return Text(TEMPLATE, block, values)


def story_reference(story: int) -> Reference:
    """Return how the house names a piece of news."""
    return Reference("watch", "story", str(story))


def person(number: int) -> Party:
    """Return a person as somebody to whom things are sent."""
    return Party("person", str(number))


def alert_slot(story: int) -> str:
    """Return what makes an alert reach each reader once, ever."""
    return f"story:{story}"


def choice_button(label: Text, action: str, story: int, territory: int) -> Button:
    """Return a button about a call and a territory (0: nobody's)."""
    return Button(label, action, Reference("alerts", "choice", f"{story}-{territory}"))


def page_url(parts: Parts, path: str) -> str:
    """Return the public address of a page."""
    return parts.settings.service.public_url.rstrip("/") + path


def story_url(parts: Parts, story: int) -> str:
    """Return the address of a piece of news on our pages."""
    return page_url(parts, f"/veille/actualites/{story}")


def read_button(parts: Parts, story: int, url: str) -> Button:
    """Return the button that leads to a piece of news, on its site or else on our page.

    Telegram refuses the whole message for a button whose address has a host such as `localhost`,
    which sites do put into their feeds.
    """
    fits = _SHOWN_BY_A_BUTTON.match(url)
    return Button(text("read_button"), url=url if fits else story_url(parts, story))


def interest_url(parts: Parts, story: int, person_id: int) -> str:
    """Return the signed address where somebody says that they are interested in a call."""
    return page_url(parts, f"/veille/interet/{parts.tokens.sign(INTEREST, [story, person_id])}")


def withdraw_url(parts: Parts, story: int, territory: int, person_id: int) -> str:
    """Return the signed address where somebody asks for no more reminders of a call."""
    token = parts.tokens.sign(WITHDRAW, [story, territory, person_id])
    return page_url(parts, f"/veille/interet/retrait/{token}")
