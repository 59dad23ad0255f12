"""Somebody's nominative invitation, behind the signed link of their own. GET never acts."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from core.errors import TokenError
from core.pages import PRIVATE, bad_link
from core.pages import page as web_page
from core.parts import Parts
from digest.seminars.inviting import names, paper
from digest.seminars.inviting.paper import Nominative

BAD_LINK = "web/invitation_bad_link.html"

Answer = Callable[[Nominative], Awaitable[Response]]


class PaperPages:
    """Gives nominative invitations to those they are for."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._turn = asyncio.Lock()  # one takes a second of processor: no two at once

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of these pages; the longer one first."""
        return (
            Route("/rencontres/invitation/{token}.pdf", self.pdf, methods=["GET"]),
            Route("/rencontres/invitation/{token}", self.html, methods=["GET"]),
        )

    async def pdf(self, request: Request) -> Response:
        """Give the PDF; where typst is not installed, lead to the page to print."""

        async def answer(found: Nominative) -> Response:
            async with self._turn:
                given = (self._parts, found, self._parts.clock.now())
                data = await asyncio.to_thread(paper.pdf, *given)
            if data is None:
                url = names.paper_url(self._parts, found.registration)
                return RedirectResponse(url, 303, headers=PRIVATE)
            shown = {**PRIVATE, "Content-Disposition": f'inline; filename="{paper.FILE_NAME}"'}
            return Response(data, media_type="application/pdf", headers=shown)

        return await self._answered(request, answer)

    async def html(self, request: Request) -> Response:
        """Give the page to print."""

        async def answer(found: Nominative) -> Response:
            html = paper.page(self._parts, found, self._parts.clock.now())
            return HTMLResponse(html, headers=PRIVATE)

        return await self._answered(request, answer)

    async def _answered(self, request: Request, answer: Answer) -> Response:
        token = request.path_params["token"]
        try:
            number = int(self._parts.tokens.read(names.PAPER, token, names.PAPER_LIFE))
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "invitation", error)
        async with self._parts.database.read() as session:
            found = await paper.of_registration(
                session, self._parts, number, self._parts.clock.now()
            )
        if found is None:
            values = {"purpose": "gone", "expired": False}
            return web_page(self._parts, BAD_LINK, values, status=410, headers=PRIVATE)
        return await answer(found)
