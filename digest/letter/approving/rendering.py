"""The « bon à diffuser » in words: the mail that asks for it, the page where it is given."""

from typing import Any

from core.chat import Button, Keyboard
from core.ledger.draft import Content
from core.mail.compose import compose, placeholder
from core.parts import Parts
from digest.letter import editions, names
from digest.letter.approving.names import APPROVAL_URL
from digest.letter.approving.rules import LIFE
from digest.letter.decide import by_section
from digest.letter.models import Edition
from digest.letter.rendering import words


def asking(parts: Parts, edition: Edition, asker: str) -> Content:
    """Return the mail that asks for it, built once; each approver's page is a placeholder."""
    values = {
        **described(parts, edition),
        "asker": asker,
        "days": LIFE.days,
        APPROVAL_URL: placeholder(APPROVAL_URL),
    }
    text = parts.renderer.mail("approval_asked", values, parts.settings.network.language)
    return compose(parts.settings.mail, text, names={APPROVAL_URL})


def described(parts: Parts, edition: Edition) -> dict[str, Any]:
    """Return what an approver is told of an edition: what is in it, and where to read it."""
    contents = editions.contents_of(edition)
    return {
        "number": edition.number,
        "version": edition.version,
        "title": contents.title,
        "editorial": bool(contents.editorial.strip()),
        "sections": by_section(contents.items),
        "count": len(contents.items),
        "preview_url": names.preview_url(parts, edition.number, edition.version),
    }


def desk_keyboard(number: int, version: int) -> Keyboard:
    """Return the button that shows an edition in chat, below what it stands under."""
    reference = names.edition_reference(number)
    return ((Button(words("desk_button"), "letter.open", reference, version),),)
