"""The editions' pages: the archive, each at its permanent address, and previews."""

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.addresses import ROW
from core.errors import ExpiredTokenError, TokenError
from core.pages import PRIVATE, bad_link, page
from core.parts import Parts
from digest.letter import editions, names, rendering


class ArchivePages:
    """Answers whoever reads the letter on the web."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of these pages."""
        return (
            Route("/lettres", self.list),
            Route(f"/lettres/{{number:{ROW}}}", self.edition),
            Route("/lettres/apercu/{token}", self.preview),
        )

    async def list(self, _request: Request) -> Response:
        """List the editions that left, newest first."""
        async with self._parts.database.read() as session:
            found = await editions.archive(session)
        return page(self._parts, "web/editions.html", {"editions": found})

    async def edition(self, request: Request) -> Response:
        """Show an edition as it was approved. Raises HTTPException(404) until it has left."""
        number = request.path_params["number"]
        async with self._parts.database.read() as session:
            edition = await editions.by_number(session, number)
            rendition = await editions.rendition(session, number)
        if edition is None or rendition is None or edition.sending_at is None:
            raise HTTPException(404)
        return self._edition(edition.title, number, rendition.article, preview=False)

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
        if rendition is not None:
            return self._edition(edition.title, number, rendition.article, preview=True)
        now = self._parts.clock.now()
        article = rendering.article(self._parts, number, editions.contents_of(edition), now)
        return self._edition(edition.title, number, article, preview=True)

    def _edition(self, title: str, number: int, article: str, *, preview: bool) -> Response:
        values = {
            "title": title,
            "number": number,
            "article": Markup(article),  # noqa: S704  # our own autoescaped template made it
            "preview": preview,
        }
        headers = PRIVATE if preview else None
        return page(self._parts, "web/edition.html", values, headers=headers)
