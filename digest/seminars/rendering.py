"""Seminars in words: their mails, and what chat says of them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from core.chat import Text
from core.ledger.draft import Content
from core.mail.compose import compose, placeholder
from core.parts import Parts
from digest.seminars import names
from digest.seminars.models import Seminar

WORDS = "chat/seminars.html"
MAP = "https://www.openstreetmap.org/search?query="


def words(block: str, values: Mapping[str, Any] | None = None) -> Text:
    """Name a block of the seminars' chat texts."""
    return Text(WORDS, block, values or {})


def shown(parts: Parts, seminar: Seminar, *, inside: bool = False) -> dict[str, Any]:
    """Return what templates say of a seminar; the video link only to those `inside`."""
    return {
        "seminar": {
            "id": seminar.id,
            "kind": seminar.kind,
            "open_to_all": seminar.open_to_all,
            "title": seminar.title,
            "starts_at": seminar.starts_at,
            "ends_at": seminar.ends_at,
            "place": seminar.place,
            "map_url": MAP + quote(seminar.place) if seminar.place else "",
            "access": [line for line in seminar.access.splitlines() if line.strip()],
            "remote": seminar.video_url is not None,
            "video_url": seminar.video_url if inside else None,
            "programme": [line for line in seminar.programme.splitlines() if line.strip()],
            "path": names.seminar_path(parts, seminar),
            "url": names.seminar_url(parts, seminar),
        }
    }


def mail(
    parts: Parts, template: str, seminar: Seminar, language: str, links: tuple[str, ...]
) -> Content:
    """Build a mail about a seminar, the same for everybody but for its links.

    Who can give up a place has one: they get the video link.
    """
    values = {link: placeholder(link) for link in links}
    days = parts.settings.digest.confirmation_days
    inside = names.LEAVE_URL in links
    given = {**shown(parts, seminar, inside=inside), **values, "days": days}
    text = parts.renderer.mail(template, given, language)
    return compose(parts.settings.mail, text, auto_submitted=True, names=links)
