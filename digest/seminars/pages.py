"""The seminars' pages: the list, one page each, and the form that asks for a place."""

from collections.abc import Mapping
from urllib.parse import quote

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.addresses import ROW
from core.errors import InputError
from core.files import kept
from core.pages import PRIVATE, page, typed
from core.parts import Parts
from digest.seminars import addresses, showing, store
from digest.seminars.models import Seminar
from digest.seminars.registering import asking
from digest.seminars.rendering import shown
from digest.seminars.rules import Visitor, parse_email, parse_name

log = structlog.get_logger()

SHOWN = frozenset({"application/pdf", "image/png", "image/jpeg"})
"""The types of files that a browser may show by itself: no page, no drawing with scripts."""


class SeminarPages:
    """Answers whoever looks for a seminar, or asks to come."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of these pages."""
        one = f"/rencontres/{addresses.MEETING}"
        return (
            Route("/rencontres", self.list, methods=["GET"]),
            Route(one, self.show, methods=["GET"]),
            Route(f"{one}/programme", self.programme, methods=["GET"]),
            Route(f"{one}/documents/{{document:{ROW}}}", self.document, methods=["GET"]),
            Route(one, self.ask, methods=["POST"]),
        )

    async def list(self, _request: Request) -> Response:
        """List the coming seminars, then the past ones."""
        async with self._parts.database.read() as session:
            values = await showing.listed(session, self._parts, self._parts.clock.now())
        return page(self._parts, "web/seminars.html", values)

    async def show(self, request: Request) -> Response:
        """Show a seminar, cancelled ones too, to whoever may read of it."""
        seminar = await self._opened(request)
        return self._missing() if seminar is None else await self._seminar(seminar, {}, {}, 200)

    async def programme(self, request: Request) -> Response:
        """Give the file of the programme. Raises HTTPException(404) when there is none."""
        seminar = await self._published(request)
        return await self._file(seminar, seminar.programme_hash, seminar.programme_name)

    async def document(self, request: Request) -> Response:
        """Give a public file of a seminar. Raises HTTPException(404) for any other."""
        seminar, number = await self._published(request), request.path_params["document"]
        async with self._parts.database.read() as session:
            document = await showing.public_document(session, seminar, number)
        if document is None:
            raise HTTPException(404)
        return await self._file(seminar, document.hash, document.name)

    async def ask(self, request: Request) -> Response:
        """Take a request. The answer is the same whether the address is known or not."""
        seminar = await self._opened(request)
        if seminar is None:
            return self._missing()
        given = await typed(request, "name", "email")
        now = self._parts.clock.now()
        if not (seminar.open_to_all and store.takes_registrations(seminar, now)):
            return await self._seminar(seminar, given, {}, 409)
        problems = _problems(given)
        if problems:
            log.info("seminars.request_refused", seminar=seminar.id, why=sorted(problems.values()))
            return await self._seminar(seminar, given, problems, 400)
        visitor = Visitor(parse_email(given["email"]), parse_name(given["name"]))
        async with self._parts.database.write() as session:
            answer = await asking.ask(session, self._parts, seminar, visitor, now)
        log.info("seminars.requested", seminar=seminar.id, answer=answer.value)
        values = {**shown(self._parts, seminar), "days": self._days}
        return page(self._parts, "web/registration_asked.html", values)

    @property
    def _days(self) -> int:
        return self._parts.settings.digest.confirmation_days

    async def _published(self, request: Request) -> Seminar:
        seminar = await self._opened(request)
        if seminar is None:
            raise HTTPException(404)
        return seminar

    async def _opened(self, request: Request) -> Seminar | None:
        async with self._parts.database.read() as session:
            return await addresses.opened(session, self._parts, request)

    def _missing(self) -> Response:
        """Say the same of a meeting that does not exist and of one for those it invites."""
        return page(self._parts, "web/seminar_missing.html", {}, status=404, headers=PRIVATE)

    async def _file(self, seminar: Seminar, key: str | None, name: str) -> Response:
        """Give a kept file under its name; a browser shows those that can do no harm."""
        async with self._parts.database.read() as session:
            blob = None if key is None else await kept(session, key)
        if blob is None:
            raise HTTPException(404)
        manner = "inline" if blob.media_type in SHOWN else "attachment"
        disposition = f"{manner}; filename*=UTF-8''{quote(name, safe='')}"
        headers = {**addresses.headers(seminar), "Content-Disposition": disposition}
        return Response(blob.data, media_type=blob.media_type, headers=headers)

    async def _seminar(
        self, seminar: Seminar, given: Mapping[str, str], problems: Mapping[str, str], status: int
    ) -> Response:
        now = self._parts.clock.now()
        async with self._parts.database.read() as session:
            values = await showing.whole(session, self._parts, seminar, now)
        values |= {
            "open": seminar.open_to_all and store.takes_registrations(seminar, now),
            "begun": now >= seminar.starts_at,
            "typed": {"name": given.get("name", ""), "email": given.get("email", "")},
            "problems": problems,
        }
        headers = addresses.headers(seminar)
        return page(self._parts, "web/seminar.html", values, status=status, headers=headers)


def _problems(given: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with each field, by the name of the sentence that explains."""
    problems = {}
    for name, parse in (("name", parse_name), ("email", parse_email)):
        try:
            parse(given[name])
        except InputError as error:
            problems[name] = error.what
    return problems
