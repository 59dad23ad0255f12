"""The page of one's own answer: come, change, be excused or represented, give up, a colleague.

GET never acts. What was typed is shown again whenever it cannot be taken as it is.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.email_address import masked
from core.errors import ExpiredTokenError, InputError, TokenError
from core.pages import PRIVATE, bad_link, page, ticked, typed
from core.parts import Parts
from core.reference import Party
from core.text import visible
from digest.seminars import names, registrations, store
from digest.seminars.contacts import Contact, contact_of
from digest.seminars.decide import State
from digest.seminars.inviting.names import pdf_url
from digest.seminars.models import HalfDay, Registration, Seminar
from digest.seminars.registering import places, standing
from digest.seminars.registering.decide import COMING
from digest.seminars.registering.personal_mail import data_url
from digest.seminars.registering.rules import MOST_QUESTIONS, Typed, read_choice, typed_as
from digest.seminars.registering.telling import Doing
from digest.seminars.rendering import shown
from digest.seminars.rules import RegistrationState, parse_name

log = structlog.get_logger()

BAD_LINK = "web/registration_bad_link.html"
PATH = "/rencontres/reponse/{token}"


@dataclass(frozen=True)
class Outcome:
    """What came of a form: `done` names the sentence that says it, `problem` what is wrong.

    `typed` is what was typed, when it is to be shown again.
    """

    done: str = ""
    problem: str = ""
    typed: Typed | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    colleague: str = ""
    status: int = 200


@dataclass(frozen=True)
class Found:
    """What a link is about, and how its party is reached: read once."""

    registration: Registration
    seminar: Seminar
    half_days: Sequence[HalfDay]
    contact: Contact


@dataclass(frozen=True)
class Posted:
    """A form as it came; `version` is that of the meeting when its page was shown."""

    action: str
    version: str
    choice: Typed
    name: str
    colleague: str


class AnswerPages:
    """Answers whoever follows the link of their own answer."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._turns = asyncio.Lock()
        """Those who come at once wait here: each would hold a connection to wait for the row."""

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of this page."""
        return (
            Route(PATH, self.show, methods=["GET"]),
            Route(PATH, self.act, methods=["POST"]),
        )

    async def show(self, request: Request) -> Response:
        """Show what was answered, and what can be."""
        try:
            identity = self._identity(request)
            async with self._parts.database.read() as session:
                found = await self._found(session, identity)
                values = await self._values(session, found, Outcome())
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "answer", error)
        return self._page(values, 200)

    async def act(self, request: Request) -> Response:
        """Do what was asked, and show what came of it; doing it twice changes nothing."""
        try:
            identity = self._identity(request)
            posted = await _posted(request)
            async with self._turns, self._parts.database.write() as session:
                found = await self._found(session, identity, lock=True)
                outcome = await self._outcome(session, found, posted)
            async with self._parts.database.glance() as session:  # nobody waits for the page
                values = await self._values(session, found, outcome)
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "answer", error)
        log.info(
            "registrations.answered",
            registration=identity,
            done=outcome.done,
            problem=outcome.problem,
        )
        return self._page(values, outcome.status)

    async def _outcome(self, session: AsyncSession, found: Found, posted: Posted) -> Outcome:
        """Do what a form asks, unless the meeting is over, cancelled, or was changed meanwhile."""
        now, seminar = self._parts.clock.now(), found.seminar
        kept = Outcome(typed=posted.choice, name=posted.name, colleague=posted.colleague)
        if not store.takes_registrations(seminar, now):
            return Outcome(problem="closed", typed=posted.choice, name=posted.name, status=409)
        if posted.version != str(seminar.version):
            return Outcome(
                problem="moved", typed=kept.typed, name=kept.name, colleague=kept.colleague,
                status=409,
            )  # fmt: skip
        doing = {
            "come": self._come,
            "excuse": self._excuse,
            "represent": self._represent,
            "leave": self._leave,
            "colleague": self._colleague,
        }.get(posted.action)
        if doing is None:
            return Outcome(problem="unknown", status=400)
        return await doing(session, found, posted)

    async def _come(self, session: AsyncSession, found: Found, posted: Posted) -> Outcome:
        registration, seminar = found.registration, found.seminar
        if not standing.may_answer(seminar, registration):
            return Outcome(problem="not_invited", typed=posted.choice, status=403)
        offer = await standing.offer_of(session, seminar, found.half_days)
        choice, problems = read_choice(posted.choice, offer)
        if problems:
            return Outcome(problem="form", typed=posted.choice, problems=problems, status=400)
        doing = Doing(self._parts.clock.now(), contact=found.contact)
        state = await places.take_for(session, self._parts, seminar, registration, choice, doing)
        return Outcome(done=state.value)

    async def _excuse(self, session: AsyncSession, found: Found, _posted: Posted) -> Outcome:
        party, now = Party.parse(found.registration.party), self._parts.clock.now()
        await places.excuse(session, self._parts, found.seminar, party, Doing(now))
        return Outcome(done="excused")

    async def _leave(self, session: AsyncSession, found: Found, _posted: Posted) -> Outcome:
        party, now = Party.parse(found.registration.party), self._parts.clock.now()
        await places.leave(session, self._parts, found.seminar, party, Doing(now))
        return Outcome(done="cancelled")

    async def _represent(self, session: AsyncSession, found: Found, posted: Posted) -> Outcome:
        registration, seminar = found.registration, found.seminar
        party, now = Party.parse(registration.party), self._parts.clock.now()
        if not standing.may_answer(seminar, registration):
            return Outcome(problem="not_invited", name=posted.name, status=403)
        try:
            name = parse_name(posted.name)
        except InputError as error:
            return Outcome(
                problem="form", problems={"name": error.what}, name=posted.name, status=400
            )
        state = await places.represent(session, self._parts, seminar, party, name, Doing(now))
        return Outcome(done=state.value)

    async def _colleague(self, session: AsyncSession, found: Found, posted: Posted) -> Outcome:
        """Register somebody of one's structure, with what they chose before if anything."""
        registration, seminar = found.registration, found.seminar
        party, now = Party.parse(registration.party), self._parts.clock.now()
        known = {
            str(one.person_id): one
            for one in await self._colleagues(session, seminar, registration)
        }
        chosen = known.get(posted.colleague)
        if chosen is None:
            problems = {"colleague": "unknown"}
            return Outcome(
                problem="form", problems=problems, colleague=posted.colleague, status=400
            )
        other = names.person_party(chosen.person_id)
        await places.take(session, self._parts, seminar, other, None, Doing(now, by=party))
        return Outcome(done="colleague", colleague=chosen.name)

    async def _colleagues(
        self, session: AsyncSession, seminar: Seminar, registration: Registration
    ) -> list[standing.Colleague]:
        party = Party.parse(registration.party)
        if party.kind != names.PERSON:
            return []
        now = self._parts.clock.now()
        return list(await standing.colleagues(session, seminar, party.number, now))

    def _identity(self, request: Request) -> int:
        token = request.path_params["token"]
        return int(self._parts.tokens.read(names.ANSWER, token, names.LEAVE_LIFE))

    async def _found(self, session: AsyncSession, identity: int, *, lock: bool = False) -> Found:
        """Return what a link is about. Raises ExpiredTokenError when that is erased or secret."""
        seminar = await store.of_registration(session, identity, lock=lock)
        registration = await registrations.by_id(session, identity, lock=lock)
        if seminar is None or registration is None or seminar.state == State.DRAFT:
            raise ExpiredTokenError("no such registration")
        contact = await contact_of(session, Party.parse(registration.party))
        if contact is None:
            raise ExpiredTokenError("erased")
        return Found(registration, seminar, await store.half_days(session, seminar.id), contact)

    async def _values(
        self, session: AsyncSession, found: Found, outcome: Outcome
    ) -> dict[str, Any]:
        """Return what the page says."""
        registration, seminar, half_days = found.registration, found.seminar, found.half_days
        now = self._parts.clock.now()
        offer = await standing.offer_of(session, seminar, half_days)
        departments = await standing.department_names(session) if seminar.carpool else {}
        state = RegistrationState(registration.state)
        choice = registrations.choice_of(registration)
        rank = await registrations.rank(session, registration)
        sharing = choice.carpool is not None and state in COMING and not rank
        return {
            **shown(self._parts, seminar, inside=state in COMING),
            "version": seminar.version,
            "address": masked(found.contact.email) if found.contact.email else "",
            "state": state.value,
            "rank": rank,
            "represented_by": registration.represented_by,
            "open": store.takes_registrations(seminar, now),
            "meeting": seminar.state,
            "over": now >= seminar.ends_at,
            "may_come": standing.may_answer(seminar, registration),
            "offer": offer,
            "half_days": half_days,
            "departments": departments,
            "typed": outcome.typed or typed_as(choice, offer),
            "outcome": outcome,
            "colleagues": await self._colleagues(session, seminar, registration),
            "travellers": (
                await standing.travellers(session, seminar, now, registration.id) if sharing else []
            ),
            "sharing": sharing,
            "paper_url": pdf_url(self._parts, registration.id),
            "calendar_url": f"{names.answer_url(self._parts, registration.id)}/calendrier",
            "data_url": data_url(self._parts, registration),
        }

    def _page(self, values: Mapping[str, Any], status: int) -> Response:
        template = "web/registration_answer.html"
        return page(self._parts, template, values, status=status, headers=PRIVATE)


async def _posted(request: Request) -> Posted:
    given = await typed(
        request, "action", "version", "mode", "meal", "department", "car", "name", "colleague"
    )
    numbers = [f"answer-{number}" for number in range(MOST_QUESTIONS)]
    answers = await typed(request, *numbers)
    choice = Typed(
        mode=given["mode"],
        half_days=tuple(await ticked(request, "half_day")),
        meal=given["meal"],
        department=given["department"],
        car=given["car"],
        answers=tuple(visible(answers[number]) for number in numbers),
    )
    return Posted(given["action"], given["version"], choice, given["name"], given["colleague"])
