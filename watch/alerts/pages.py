"""« Je suis intéressé(e) » from the web and the letter: asking, saying so, taking it back.

GET never acts. The page that asks never tells whose address it knows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.addresses import ROW
from core.email_address import masked, normalise
from core.errors import ExpiredTokenError, InputError, TokenError
from core.ledger.draft import Content, Draft
from core.ledger.store import post
from core.mail.compose import compose, placeholder
from core.pages import PRIVATE, bad_link, page, typed
from core.parts import Parts
from core.people.models import Person, Territory
from core.people.store import person_by_email, territories_of
from core.working_time import paris_day
from watch.alerts import interests, names
from watch.alerts.people import is_present
from watch.alerts.shown import closing, foreseen
from watch.archive.published import published
from watch.models import Story

log = structlog.get_logger()

BAD_LINK = "web/interest_bad_link.html"


@dataclass(frozen=True)
class Visit:
    """Somebody of the network who followed their link about a call that is still open."""

    story: Story
    person: Person
    address: str
    territories: Sequence[Territory]
    closings: tuple[datetime, ...]


class InterestPages:
    """Answers whoever is interested in a call."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._rhythm = interests.rhythm_of(parts.settings.watch)

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of these pages."""
        one, back = "/veille/interet/{token}", "/veille/interet/retrait/{token}"
        asked = f"/veille/actualites/{{number:{ROW}}}/interesse"
        return (
            Route(asked, self.ask, methods=["POST"]),
            Route(back, self.show_withdrawal, methods=["GET"]),
            Route(back, self.withdraw, methods=["POST"]),
            Route(one, self.show, methods=["GET"]),
            Route(one, self.note, methods=["POST"]),
        )

    async def ask(self, request: Request) -> Response:
        """Take an address. The answer is the same whether it is known or not.

        Raises HTTPException(404) for what is not kept, or not any more.
        """
        now = self._parts.clock.now()
        given = (await typed(request, "email"))["email"]
        async with self._parts.database.read() as session:
            found = await published(session, [request.path_params["number"]], now)
            story = await session.get(Story, found[0].id) if found else None
        if story is None:
            raise HTTPException(404)
        still_open = bool(interests.closings_of(story, now))
        values = {"story": found[0], "open": still_open, "typed": given, "problem": ""}
        if not still_open:
            return page(self._parts, "web/watch_story.html", values, status=409)
        try:
            email = normalise(given)
        except InputError as error:
            values["problem"] = error.what
            return page(self._parts, "web/watch_story.html", values, status=400)
        async with self._parts.database.write() as session:
            await self._write_to(session, story, email, now)
        log.info("alerts.interest_asked", story=story.id)
        asked = {"story": found[0], "days": self._parts.settings.digest.confirmation_days}
        return page(self._parts, "web/interest_asked.html", asked)

    async def show(self, request: Request) -> Response:
        """Show the button that says so: scanners follow links, they press no button."""
        try:
            async with self._parts.database.read() as session:
                visit = await self._visit(session, request)
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "interest", error)
        now = self._parts.clock.now()
        values = {
            "title": visit.story.title,
            "address": visit.address,
            "territories": visit.territories,
            "closing": closing(visit.closings[0], now),
        }
        return self._private("web/interest_confirm.html", values)

    async def note(self, request: Request) -> Response:
        """Note the interest of the chosen territory; pressing twice says the same."""
        chosen = (await typed(request, "territory"))["territory"]
        now = self._parts.clock.now()
        try:
            async with self._parts.database.write() as session:
                visit = await self._visit(session, request)
                territory = _chosen(visit.territories, chosen)
                wish = interests.Wish(visit.story.id, territory, visit.person.id, interests.MAIL)
                plan = await interests.want(session, visit.story, wish, self._rhythm, now)
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "interest", error)
        log.info("alerts.interested", story=visit.story.id, via=interests.MAIL)
        name = next((each.name for each in visit.territories if each.id == territory), "")
        values = {
            "title": visit.story.title,
            "territory": name,
            **foreseen(plan, visit.closings, now),
        }
        return self._private("web/interest_noted.html", values)

    async def show_withdrawal(self, request: Request) -> Response:
        """Show the button that asks for no more reminders, and of which call."""
        try:
            async with self._parts.database.read() as session:
                _, story, address = await self._withdrawing(session, request)
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "withdrawal", error)
        values = {"title": story.title, "address": address}
        return self._private("web/interest_withdraw.html", values)

    async def withdraw(self, request: Request) -> Response:
        """Remind them no more; pressing twice says that it is done."""
        now = self._parts.clock.now()
        try:
            async with self._parts.database.write() as session:
                wish, story, _ = await self._withdrawing(session, request)
                await interests.withdraw(session, wish, now)
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "withdrawal", error)
        log.info("alerts.withdrawn", story=story.id, via=interests.MAIL)
        return self._private("web/interest_withdrawn.html", {"title": story.title})

    async def _write_to(
        self, session: AsyncSession, story: Story, email: str, now: datetime
    ) -> None:
        """Write to whose address it is, once a day for a call, when they are in the network.

        The mail is written for strangers too, and thrown away: its time would tell who is known.
        """
        person = await person_by_email(session, email)
        language = person.language if person else self._parts.settings.network.language
        content = self._confirmation(story, language, now)
        if person is None or not await is_present(session, person.id, now):
            return
        url = names.interest_url(self._parts, story.id, person.id)
        draft = Draft(
            kind=names.CONFIRMATION,
            slot=f"story:{story.id}/{paris_day(now).isoformat()}",
            recipient=names.person(person.id),
            content=content,
            cause=names.story_reference(story.id),
            due_at=now,
            values={names.INTEREST_URL: url},
        )
        await post(session, [draft], now)

    def _confirmation(self, story: Story, language: str, now: datetime) -> Content:
        values = {
            "title": story.title,
            "closing": closing(interests.closings_of(story, now)[0], now),
            "days": self._parts.settings.digest.confirmation_days,
            names.INTEREST_URL: placeholder(names.INTEREST_URL),
        }
        text = self._parts.renderer.mail("interest_confirmation", values, language)
        mail, own = self._parts.settings.mail, {names.INTEREST_URL}
        return compose(mail, text, auto_submitted=True, names=own)

    async def _visit(self, session: AsyncSession, request: Request) -> Visit:
        """Return what a link is about. Raises TokenError: forged, too old, closed, gone."""
        now = self._parts.clock.now()
        life = timedelta(days=self._parts.settings.digest.confirmation_days)
        token = request.path_params["token"]
        number, person_id = self._parts.tokens.read(names.INTEREST, token, life)
        story, person = await session.get(Story, number), await session.get(Person, person_id)
        if story is None or not (coming := interests.closings_of(story, now)):
            raise ExpiredTokenError("closed")
        if person is None or not person.email or not await is_present(session, person_id, now):
            raise ExpiredTokenError("not in the network any more")
        served = await territories_of(session, person_id, now)
        return Visit(story, person, masked(person.email), served, coming)

    async def _withdrawing(
        self, session: AsyncSession, request: Request
    ) -> tuple[interests.Wish, Story, str]:
        """Return what a link withdraws. Raises TokenError: forged, too old, gone."""
        token = request.path_params["token"]
        number, territory, person_id = self._parts.tokens.read(
            names.WITHDRAW, token, names.WITHDRAW_LIFE
        )
        story, person = await session.get(Story, number), await session.get(Person, person_id)
        if story is None or person is None or not person.email:
            raise ExpiredTokenError("erased")
        wish = interests.Wish(number, territory, person_id, interests.MAIL)
        return wish, story, masked(person.email)

    def _private(self, template: str, values: Mapping[str, Any]) -> Response:
        return page(self._parts, template, values, headers=PRIVATE)


def _chosen(territories: Sequence[Territory], typed_number: str) -> int:
    """Return the chosen territory; the only one, or the first, when none of theirs was."""
    numbers = [each.id for each in territories]
    wanted = [each for each in numbers if str(each) == typed_number]
    return (wanted or numbers or [0])[0]
