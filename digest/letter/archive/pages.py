"""The editions' pages: the archive and its search, each at its permanent address, previews."""

from collections.abc import Mapping
from datetime import datetime
from importlib.util import find_spec
from typing import Any
from urllib.parse import quote

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.addresses import ROW
from core.errors import ExpiredTokenError, TokenError
from core.pages import PRIVATE, bad_link, page
from core.parts import Parts
from digest.letter import editions, names, rendering
from digest.letter.archive import feed
from digest.letter.archive.paper import Paper
from digest.letter.archive.rules import LONGEST_QUERY, Published, find
from digest.letter.corrections.store import corrections_of
from digest.letter.decide import Contents
from digest.letter.models import Correction, Edition
from digest.letter.pictures.pages import in_preview

ON_A_PAGE = 24
MOST_FOUND = 40
MOST_MAILED = 1_500
"""Characters that a `mailto:` link carries: browsers and mail clients take some 2,000 in all."""

PRINTS = find_spec("typst") is not None
"""Whether the extra `print` is installed."""

NUMBER = f"{{number:{ROW}}}"


class ArchivePages:
    """Answers whoever reads the letter on the web."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._paper = Paper(parts)

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of these pages."""
        return (
            Route("/lettres", self.list),
            Route("/lettres/atom.xml", self.feed),
            Route(f"/lettres/{NUMBER}", self.edition),
            Route(f"/lettres/{NUMBER}/lettre.pdf", self.paper),
            Route(f"/lettres/{NUMBER}/a-transmettre/{{key}}", self.forwardable),
            Route("/lettres/apercu/{token}", self.preview),
        )

    async def list(self, request: Request) -> Response:
        """List the editions that left, newest first; or what they say of some words (`q`)."""
        words = request.query_params.get("q", "").strip()[:LONGEST_QUERY]
        async with self._parts.database.read() as session:
            left = await editions.archive(session)
        if words:
            said = (Published(each.number, editions.contents_of(each)) for each in left)
            found = find(said, words, MOST_FOUND)
            keys = {each.item.reference: names.item_key(each.item.reference) for each in found}
            values = {"words": words, "found": found, "keys": keys}
            return page(self._parts, "web/editions_found.html", values)
        number = _page_number(request)
        shown = left[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
        if not shown and number > 1:
            raise HTTPException(404)
        last = max(1, -(-len(left) // ON_A_PAGE))
        shown_values = {"editions": shown, "words": "", "number": number, "last": last}
        return page(self._parts, "web/editions.html", shown_values)

    async def feed(self, request: Request) -> Response:
        """Give the editions as Atom, newest first."""
        async with self._parts.database.read() as session:
            left = await editions.archive(session)
        return feed.respond(request, self._parts, left[: feed.LONGEST])

    async def edition(self, request: Request) -> Response:
        """Show an edition as it was approved. Raises HTTPException(404) until it has left."""
        number = request.path_params["number"]
        async with self._parts.database.read() as session:
            edition = await editions.by_number(session, number)
            rendition = await editions.rendition(session, number)
            corrections = await corrections_of(session, number)
            neighbours = await _neighbours(session, number)
        if edition is None or rendition is None or edition.sending_at is None:
            raise HTTPException(404)
        around = {"corrections": [_correction(row) for row in corrections], **neighbours}
        return self._edition(edition.title, number, rendition.article, around)

    async def paper(self, request: Request) -> Response:
        """Give an edition as a PDF of two pages. Raises HTTPException(404) without typst."""
        number = request.path_params["number"]
        contents, printed_at = await self._left(number)
        made = await self._paper.of(number, contents, printed_at)
        if made is None:
            raise HTTPException(404)
        headers = {"Content-Disposition": f'inline; filename="lettre-{number}.pdf"'}
        return Response(made, media_type="application/pdf", headers=headers)

    async def forwardable(self, request: Request) -> Response:
        """Show what can be passed on about one item, as text. Raises HTTPException(404)."""
        number, token = request.path_params["number"], request.query_params.get("apercu", "")
        contents, printed_at = await self._left(number, token)
        item = rendering.item_of(contents, request.path_params["key"])
        if item is None:
            raise HTTPException(404)
        text = rendering.forwardable(self._parts, number, contents, item, printed_at)
        values = {"number": number, "item": item, "text": text, "body": quote(text[:MOST_MAILED])}
        headers = PRIVATE if token else None
        return page(
            self._parts, "web/edition_forward.html", {**values, "preview": token}, headers=headers
        )

    async def _left(self, number: int, token: str = "") -> tuple[Contents, datetime]:
        """Return what an edition that left says, and when it was printed. Raises HTTPException.

        `token` is that of a preview: what has not left is shown to who was given it.
        """
        async with self._parts.database.read() as session:
            edition = await editions.by_number(session, number)
        if edition is None:
            raise HTTPException(404)
        if edition.sending_at is None and not self._previews(edition, token):
            raise HTTPException(404)
        printed_at = edition.approved_at or edition.sending_at or self._parts.clock.now()
        return editions.contents_of(edition), printed_at

    def _previews(self, edition: Edition, token: str) -> bool:
        """Say whether a token is that of the preview of this very version."""
        try:
            seen = self._parts.tokens.read(names.PREVIEW, token, names.PREVIEW_LIFE)
        except TokenError:
            return False
        return list(seen) == [edition.number, edition.version]

    async def preview(self, request: Request) -> Response:
        """Show the version that a review speaks of; once it has changed, say so (410)."""
        try:
            number, version = self._parts.tokens.read(
                names.PREVIEW, request.path_params["token"], names.PREVIEW_LIFE
            )
        except TokenError as error:
            return bad_link(self._parts, "web/bad_link.html", "preview", error)
        async with self._parts.database.read() as session:
            edition = await editions.by_number(session, number)
            rendition = await editions.rendition(session, number)
        if edition is None or edition.version != version:
            return bad_link(
                self._parts, "web/bad_link.html", "preview", ExpiredTokenError("changed")
            )
        contents, now = editions.contents_of(edition), self._parts.clock.now()
        article = rendition.article if rendition else None
        article = article or rendering.article(self._parts, number, contents, now)
        return self._edition(
            edition.title, number, in_preview(article, request.path_params["token"])
        )

    def _edition(
        self, title: str, number: int, article: str, around: Mapping[str, Any] | None = None
    ) -> Response:
        """Show an article; without what stands around it, it is a preview."""
        values = {
            "corrections": (),
            "before": None,
            "after": None,
            **(around or {}),
            "title": title,
            "number": number,
            "paper": PRINTS,
            "article": Markup(article),  # noqa: S704  # our own autoescaped template made it
            "preview": around is None,
        }
        headers = PRIVATE if around is None else None
        return page(self._parts, "web/edition.html", values, headers=headers)


def _page_number(request: Request) -> int:
    asked = request.query_params.get("page", "1")
    known = asked.isascii() and asked.isdigit() and len(asked) < 5  # noqa: PLR2004  # a longer one is no page
    return max(1, int(asked)) if known else 1


def _correction(row: Correction) -> Mapping[str, Any]:
    """Return what a page shows of a correction that left: when it did, and its HTML."""
    article = Markup(row.article or "")  # noqa: S704  # our own autoescaped template made it
    return {"rank": row.rank, "at": row.sending_at, "article": article}


async def _neighbours(session: AsyncSession, number: int) -> Mapping[str, int | None]:
    """Return the numbers of the editions that left right before and right after."""
    left = select(Edition.number).where(Edition.sending_at.is_not(None)).limit(1)
    before = left.where(Edition.number < number).order_by(Edition.number.desc())
    after = left.where(Edition.number > number).order_by(Edition.number)
    return {"before": await session.scalar(before), "after": await session.scalar(after)}
