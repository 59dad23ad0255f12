"""A correction in words: its mail, its place on the edition's page, its review."""

from datetime import datetime

from core.chat import Button, Keyboard, Text
from core.ledger.draft import Content
from core.mail.compose import compose, placeholder
from core.parts import Parts
from digest.letter import names
from digest.letter.corrections import rules
from digest.letter.decide import paragraphs
from digest.letter.models import Correction
from digest.letter.rendering import OWN_LINKS, list_links
from digest.letter.sending.shown import words


def mail(parts: Parts, correction: Correction, printed_at: datetime) -> Content:
    """Return the mail of a correction, built once; each recipient's links are placeholders."""
    values = {
        "number": correction.edition,
        "title": parts.settings.digest.title,
        "paragraphs": paragraphs(correction.words),
        "printed_at": printed_at,
        "web_url": names.edition_url(parts, correction.edition),
        **{name: placeholder(name) for name in OWN_LINKS},
    }
    text = parts.renderer.mail("correction", values, parts.settings.network.language)
    letter = list_links(parts, f"rectificatif-{correction.edition}-{correction.rank}")
    return compose(parts.settings.mail, text, letter=letter, names=OWN_LINKS)


def article(parts: Parts, correction: Correction) -> str:
    """Return the HTML that the edition's page shows, without its heading."""
    values = {"paragraphs": paragraphs(correction.words)}
    language = parts.settings.network.language
    return parts.renderer.page("web/correction_article.html", values, language)


def review(parts: Parts, correction: Correction, readers: int) -> tuple[Text, Keyboard]:
    """Return what the animators read before it leaves, and what they can do."""
    reference, version = names.correction_reference(correction.id), correction.version
    values = {
        "number": correction.edition,
        "paragraphs": paragraphs(correction.words),
        "readers": readers,
        "given": len(rules.given(correction.approved_by)),
        "needed": parts.settings.digest.approvals,
    }

    def act(block: str, action: str) -> Button:
        return Button(words(block), action, reference, version)

    keyboard = (
        (act("correction_approve_button", "letter.correction_approve"),),
        (
            act("correction_write_button", "letter.correction_write"),
            act("correction_cancel_button", "letter.correction_cancel"),
        ),
    )
    return words("correction_review", values), keyboard
