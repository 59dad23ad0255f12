"""The pictures of editions on the web: of those that left, and of a signed preview."""

import re

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.errors import TokenError
from core.files import kept
from core.pages import PRIVATE
from core.parts import Parts
from digest.letter import editions, names
from digest.letter.models import Edition
from digest.letter.pictures.rules import EXTENSIONS, Picture, examine

PREFIX = "/lettres/images/"
ADDRESS = re.compile(
    r"(?:/lettres/[0-9]+/a-transmettre/[^\"'\s?]+"
    r"|" + re.escape(PREFIX) + r"[0-9a-f]{64}(?:\.(?:png|jpg))?)(?=[\"'\s])"
)
NAME = re.compile(r"(?P<key>[0-9a-f]{64})(?:\.(?P<extension>png|jpg))?")
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


def picture_path(key: str, media_type: str) -> str:
    """Return where the page of an edition finds its picture."""
    return f"{PREFIX}{key}.{EXTENSIONS[media_type]}"


def in_preview(article: str, token: str) -> str:
    """Return the HTML of an article whose picture and texts to pass on are read by its preview.

    Until it leaves, nothing else shows them: they have the preview's own signed link.
    """
    return ADDRESS.sub(lambda found: f"{found[0]}?apercu={token}", article)


class PicturePages:
    """Gives the bytes of pictures."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of pictures."""
        return (Route(f"{PREFIX}{{name}}", self.show),)

    async def show(self, request: Request) -> Response:
        """Give a picture. Raises HTTPException(404) for any that may not be seen."""
        found = NAME.fullmatch(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        token = request.query_params.get("apercu", "")
        async with self._parts.database.read() as session:
            published = await _published(session, found["key"])
            if not published and not await self._previewed(session, found["key"], token):
                raise HTTPException(404)
            blob = await kept(session, found["key"])
        picture = examine(blob.data) if blob else None
        if blob is None or not isinstance(picture, Picture):
            raise HTTPException(404)
        if found["extension"] not in {None, EXTENSIONS[picture.media_type]}:
            raise HTTPException(404)
        headers = FOR_EVER if published else PRIVATE
        # By its bytes: who sent the same ones before may have called them something else.
        return Response(blob.data, media_type=picture.media_type, headers=headers)

    async def _previewed(self, session: AsyncSession, key: str, token: str) -> bool:
        """Say whether a token is that of the preview of an edition that shows this picture."""
        try:
            number, version = self._parts.tokens.read(names.PREVIEW, token, names.PREVIEW_LIFE)
        except TokenError:
            return False
        edition = await editions.by_number(session, number)
        return edition is not None and (edition.version, edition.picture) == (version, key)


async def _published(session: AsyncSession, key: str) -> bool:
    found = await session.scalar(
        select(Edition.number)
        .where(Edition.picture == key, Edition.sending_at.is_not(None))
        .limit(1)
    )
    return found is not None
