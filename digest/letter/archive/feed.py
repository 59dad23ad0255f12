"""The editions as an Atom feed."""

from collections.abc import Sequence
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from core import atom
from core.chat import Text
from core.pages import page_url
from core.parts import Parts
from digest.letter import editions, names
from digest.letter.models import Edition

LONGEST = 30
TEMPLATE = "web/editions_texts.html"
_NEVER = datetime(2020, 1, 1, tzinfo=UTC)


def respond(request: Request, parts: Parts, left: Sequence[Edition]) -> Response:
    """Answer with the feed of these editions, which are the newest first; or 304."""
    settings = parts.settings
    language = settings.network.language
    feed = atom.Feed(
        url=page_url(parts, "/lettres/atom.xml"),
        page=page_url(parts, "/lettres"),
        title=parts.renderer.plain(Text(TEMPLATE, "feed_title"), language),
        author=settings.network.name,
        language=language,
        updated=max((_left_at(edition) for edition in left), default=_NEVER),
        entries=tuple(_entry(parts, edition, language) for edition in left),
    )
    return atom.respond(request, feed)


def _entry(parts: Parts, edition: Edition, language: str) -> atom.Entry:
    url = names.edition_url(parts, edition.number)
    contents = editions.contents_of(edition)
    values = {"title": edition.title, "number": edition.number, "items": contents.items}
    return atom.Entry(
        id=url,
        link=url,
        title=parts.renderer.plain(Text(TEMPLATE, "entry_title", values), language),
        published=_left_at(edition),
        updated=_left_at(edition),
        summary=parts.renderer.plain(Text(TEMPLATE, "entry_summary", values), language),
    )


def _left_at(edition: Edition) -> datetime:
    return edition.sending_at or _NEVER
