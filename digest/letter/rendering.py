"""An edition in words: its page, its mail, and the messages that animators read about it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.chat import Button, Keyboard, Text
from core.ledger.draft import Content
from core.mail.compose import UNSUBSCRIBE_URL, compose, placeholder
from core.pages import page_url
from core.parts import Parts
from digest.letter import names
from digest.letter.decide import Contents, by_section, paragraphs

WORDS = "chat/letter.html"
MOST_SHOWN = 25
"""How many items a chat message lists: Telegram takes 4,096 characters."""


def article(parts: Parts, number: int, contents: Contents, printed_at: datetime) -> str:
    """Return the HTML of an edition's page, without what surrounds it."""
    language = parts.settings.network.language
    values = _values(parts, number, contents, printed_at)
    return parts.renderer.page("web/edition_article.html", values, language)


def mail(parts: Parts, number: int, contents: Contents, printed_at: datetime) -> Content:
    """Return the mail of an edition, built once; each recipient's link is a placeholder."""
    language = parts.settings.network.language
    values = _values(parts, number, contents, printed_at)
    values[UNSUBSCRIBE_URL] = placeholder(UNSUBSCRIBE_URL)
    text = parts.renderer.mail("edition", values, language)
    return compose(parts.settings.mail, text, list_unsubscribe=True, names={UNSUBSCRIBE_URL})


def _values(parts: Parts, number: int, contents: Contents, printed_at: datetime) -> dict[str, Any]:
    return {
        "number": number,
        "title": contents.title,
        "editorial": paragraphs(contents.editorial),
        "sections": by_section(contents.items),
        "printed_at": printed_at,
        "web_url": names.edition_url(parts, number),
        "subscribe_url": page_url(parts, "/abonnement"),
    }


def words(block: str, values: Mapping[str, Any] | None = None) -> Text:
    """Name a block of the letter's chat texts."""
    return Text(WORDS, block, values or {})


def summary(number: int, contents: Contents) -> dict[str, Any]:
    """Return what the chat says of an edition: its items by section, as many as fit."""
    shown = contents.items[:MOST_SHOWN]
    return {
        "number": number,
        "sections": by_section(shown),
        "count": len(contents.items),
        "more": len(contents.items) - len(shown),
        "editorial": bool(contents.editorial.strip()),
    }


def review_keyboard(parts: Parts, number: int, version: int, *, approved: bool) -> Keyboard:
    """Return the buttons under an edition that can still change."""

    def act(block: str, action: str) -> Button:
        return Button(words(block), action, names.edition_reference(number), version)

    preview = Button(words("preview_button"), url=names.preview_url(parts, number, version))
    first = () if approved else ((act("approve_button", "letter.approve"),),)
    return (
        (preview,),
        *first,
        (act("editorial_button", "letter.write"), act("recompose_button", "letter.recompose")),
        (act("cancel_button", "letter.cancel"),),
    )


def report(
    parts: Parts, number: int, states: Mapping[str, int], skipped: Mapping[str, int]
) -> Text:
    """Return what became of an edition, for the animators."""
    return words(
        "report",
        {
            "number": number,
            "url": names.edition_url(parts, number),
            "sent": states.get("sent", 0),
            "failed": states.get("failed", 0),
            "uncertain": states.get("uncertain", 0),
            "skipped": dict(skipped),
        },
    )


def report_keyboard(number: int, uncertain: int) -> Keyboard:
    """Return what can be done about deliveries of which nobody knows whether they arrived."""
    if not uncertain:
        return ()
    reference = names.edition_reference(number)
    return (
        (
            Button(words("resend_button"), "letter.resend", reference),
            Button(words("leave_button"), "letter.leave", reference),
        ),
    )
