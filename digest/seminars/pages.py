"""The seminars' pages: the list, one page each, and the form that asks for a place."""

from collections.abc import Mapping

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.addresses import ROW
from core.errors import InputError
from core.pages import page, typed
from core.parts import Parts
from digest.seminars import store
from digest.seminars.decide import State
from digest.seminars.models import Seminar
from digest.seminars.registering import asking
from digest.seminars.rendering import shown
from digest.seminars.rules import Visitor, parse_email, parse_name

log = structlog.get_logger()


class SeminarPages:
    """Answers whoever looks for a seminar, or asks to come."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of these pages."""
        one = f"/rencontres/{{number:{ROW}}}"
        return (
            Route("/rencontres", self.list, methods=["GET"]),
            Route(one, self.show, methods=["GET"]),
            Route(one, self.ask, methods=["POST"]),
        )

    async def list(self, _request: Request) -> Response:
        """List the coming seminars, then the past ones."""
        now = self._parts.clock.now()
        async with self._parts.database.read() as session:
            coming, past = await store.coming(session, now), await store.past(session, now)
        values = {
            "coming": [shown(self._parts, one)["seminar"] for one in coming],
            "past": [shown(self._parts, one)["seminar"] for one in past],
        }
        return page(self._parts, "web/seminars.html", values)

    async def show(self, request: Request) -> Response:
        """Show a seminar. Raises HTTPException(404) unless it is published."""
        return self._seminar(await self._published(request), {}, {}, 200)

    async def ask(self, request: Request) -> Response:
        """Take a request. The answer is the same whether the address is known or not."""
        seminar = await self._published(request)
        given = await typed(request, "name", "email")
        now = self._parts.clock.now()
        if not store.takes_registrations(seminar, now):
            return self._seminar(seminar, given, {}, 409)
        problems = _problems(given)
        if problems:
            log.info("seminars.request_refused", seminar=seminar.id, why=sorted(problems.values()))
            return self._seminar(seminar, given, problems, 400)
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
        number = request.path_params["number"]
        async with self._parts.database.read() as session:
            seminar = await store.by_id(session, number)
        if seminar is None or seminar.state != State.PUBLISHED:
            raise HTTPException(404)
        return seminar

    def _seminar(
        self, seminar: Seminar, given: Mapping[str, str], problems: Mapping[str, str], status: int
    ) -> Response:
        now = self._parts.clock.now()
        values = {
            **shown(self._parts, seminar),
            "open": store.takes_registrations(seminar, now),
            "over": now >= seminar.ends_at,
            "typed": {"name": given.get("name", ""), "email": given.get("email", "")},
            "problems": problems,
        }
        return page(self._parts, "web/seminar.html", values, status=status)


def _problems(given: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with each field, by the name of the sentence that explains."""
    problems = {}
    for name, parse in (("name", parse_name), ("email", parse_email)):
        try:
            parse(given[name])
        except InputError as error:
            problems[name] = error.what
    return problems
