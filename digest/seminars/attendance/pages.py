"""The form that asks what people thought of a meeting, behind a signed link. GET never acts."""

from collections.abc import Mapping

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.errors import ExpiredTokenError, TokenError
from core.pages import PRIVATE, bad_link, page, typed
from core.parts import Parts
from core.reference import Party
from core.text import visible
from digest.seminars import store
from digest.seminars.attendance import names, opinions
from digest.seminars.attendance.opinions import Opinion
from digest.seminars.contacts import contact_of
from digest.seminars.decide import State
from digest.seminars.models import Registration, Seminar
from digest.seminars.rendering import shown

log = structlog.get_logger()

LONGEST = 2_000
MARKS = ("1", "2", "3", "4")


class FeedbackPages:
    """Takes one answer of each person."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of the form."""
        path = "/rencontres/avis/{token}"
        return (
            Route(path, self.show, methods=["GET"]),
            Route(path, self.take, methods=["POST"]),
        )

    async def show(self, request: Request) -> Response:
        """Show the three questions, or that they were answered."""
        try:
            async with self._parts.database.read() as session:
                registration, seminar = await self._found(session, request)
                given = await opinions.has_given(session, seminar.id, registration.party)
        except TokenError as error:
            return bad_link(self._parts, "web/feedback_bad_link.html", "feedback", error)
        if given:
            return self._thanks(seminar, again=True)
        return self._form(seminar, {}, {}, 200)

    async def take(self, request: Request) -> Response:
        """Keep an answer, once: posted again, it changes nothing."""
        given = await typed(request, "rating", "useful", "wanted")
        try:
            async with self._parts.database.read() as session:
                _, seminar = await self._found(session, request)
            problems = _problems(given)
            if problems:
                return self._form(seminar, given, problems, 400)
            async with self._parts.database.write() as session:
                registration, seminar = await self._found(session, request)
                opinion = Opinion(
                    int(given["rating"]), _text(given, "useful"), _text(given, "wanted")
                )
                first = await opinions.give(
                    session, self._parts.random, seminar.id, registration.party, opinion,
                    now=self._parts.clock.now(),
                )  # fmt: skip
        except TokenError as error:
            return bad_link(self._parts, "web/feedback_bad_link.html", "feedback", error)
        log.info("attendance.opinion_given", seminar=seminar.id)
        return self._thanks(seminar, again=not first)

    async def _found(self, session: AsyncSession, request: Request) -> tuple[Registration, Seminar]:
        token = request.path_params["token"]
        identity = int(self._parts.tokens.read(names.FEEDBACK, token, names.FEEDBACK_LIFE))
        registration = await session.get(Registration, identity)
        seminar = await store.by_id(session, registration.seminar_id) if registration else None
        if registration is None or seminar is None or seminar.state != State.PUBLISHED:
            raise ExpiredTokenError("no such registration")
        if await contact_of(session, Party.parse(registration.party)) is None:
            raise ExpiredTokenError("erased")
        if self._parts.clock.now() < seminar.ends_at:
            raise ExpiredTokenError("the seminar is not over: it was moved")
        return registration, seminar

    def _form(
        self, seminar: Seminar, given: Mapping[str, str], problems: Mapping[str, str], status: int
    ) -> Response:
        fields = ("rating", "useful", "wanted")
        values = {
            **shown(self._parts, seminar),
            "typed": {name: given.get(name, "") for name in fields},
            "problems": {name: problems.get(name, "") for name in fields},
            "wrong": bool(problems),
            "longest": LONGEST,
        }
        template = "web/feedback.html"
        return page(self._parts, template, values, status=status, headers=PRIVATE)

    def _thanks(self, seminar: Seminar, *, again: bool) -> Response:
        values = {**shown(self._parts, seminar), "again": again}
        return page(self._parts, "web/feedback_given.html", values, headers=PRIVATE)


def _text(given: Mapping[str, str], name: str) -> str:
    return visible(given[name]).strip()


def _problems(given: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with each answer, by the name of the sentence that explains."""
    problems = {}
    if given["rating"] not in MARKS:
        problems["rating"] = "rating_missing"
    for name in ("useful", "wanted"):
        if len(_text(given, name)) > LONGEST:
            problems[name] = "too_long"
    return problems
