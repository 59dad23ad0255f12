"""The pages behind the links of mails: confirming a place, giving it up. GET never acts."""

from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.email_address import masked
from core.errors import ExpiredTokenError, TokenError
from core.pages import PRIVATE, bad_link, page
from core.parts import Parts
from core.reference import Party
from digest.seminars import names, registrations, store
from digest.seminars.contacts import contact_of
from digest.seminars.models import Registration, Seminar
from digest.seminars.registering import asking, places
from digest.seminars.registering.telling import Doing
from digest.seminars.rendering import shown
from digest.seminars.rules import Confirmation, RegistrationState

log = structlog.get_logger()

BAD_LINK = "web/registration_bad_link.html"

Found = tuple[Registration, Seminar, str]
"""A registration, its seminar, and its mailbox masked."""


class RegistrationPages:
    """Answers whoever follows the link of a mail about their registration."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of these pages."""
        confirm, leave = "/rencontres/confirmer/{token}", "/rencontres/desinscription/{token}"
        return (
            Route(confirm, self.show_confirmation, methods=["GET"]),
            Route(confirm, self.confirm, methods=["POST"]),
            Route(leave, self.show_leaving, methods=["GET"]),
            Route(leave, self.leave, methods=["POST"]),
        )

    async def show_confirmation(self, request: Request) -> Response:
        """Show the button that confirms: scanners follow links, they press no button."""
        try:
            identity = self._confirming(request)
            async with self._parts.database.read() as session:
                registration, seminar, address = await self._found(session, identity)
                outcome = await asking.outcome_of(session, seminar, registration)
                rank = await registrations.rank(session, registration)
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "confirmation", error)
        if outcome is not Confirmation.DONE:
            return self._confirmed(seminar, registration, outcome, rank)
        return self._page("web/registration_confirm.html", seminar, address=address)

    async def confirm(self, request: Request) -> Response:
        """Confirm; pressing twice says that it is done."""
        now = self._parts.clock.now()
        try:
            identity = self._confirming(request)
            async with self._parts.database.write() as session:
                registration, seminar, _ = await self._found(session, identity, lock=True)
                outcome = await asking.confirm(session, self._parts, registration, now)
                rank = await registrations.rank(session, registration)
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "confirmation", error)
        log.info("seminars.confirmed", registration=identity, outcome=outcome.value)
        return self._confirmed(seminar, registration, outcome, rank)

    async def show_leaving(self, request: Request) -> Response:
        """Show the button that gives up a place, and whose place it is, masked."""
        try:
            identity = self._leaving(request)
            async with self._parts.database.read() as session:
                registration, seminar, address = await self._found(session, identity)
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "leaving", error)
        if registration.state == RegistrationState.CANCELLED:
            return self._page("web/registration_cancelled.html", seminar)
        return self._page("web/registration_cancel.html", seminar, address=address)

    async def leave(self, request: Request) -> Response:
        """Give up a place; pressing twice says that it is done."""
        now = self._parts.clock.now()
        try:
            identity = self._leaving(request)
            async with self._parts.database.write() as session:
                registration, seminar, _ = await self._found(session, identity, lock=True)
                party = Party.parse(registration.party)
                changed = await places.leave(session, self._parts, seminar, party, Doing(now))
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "leaving", error)
        log.info("seminars.left", registration=identity, changed=changed)
        return self._page("web/registration_cancelled.html", seminar)

    def _confirming(self, request: Request) -> int:
        life = timedelta(days=self._parts.settings.digest.confirmation_days)
        identity, _ = self._parts.tokens.read(names.CONFIRM, request.path_params["token"], life)
        return int(identity)

    def _leaving(self, request: Request) -> int:
        token = request.path_params["token"]
        return int(self._parts.tokens.read(names.LEAVE, token, names.LEAVE_LIFE))

    async def _found(self, session: AsyncSession, identity: int, *, lock: bool = False) -> Found:
        """Return what a link is about. Raises ExpiredTokenError when that is over or erased."""
        seminar = await store.of_registration(session, identity, lock=lock)
        registration = await registrations.by_id(session, identity, lock=lock)
        if seminar is None or registration is None:
            raise ExpiredTokenError("no such registration")
        contact = await contact_of(session, Party.parse(registration.party))
        if contact is None or not contact.email:
            raise ExpiredTokenError("erased")
        if not store.takes_registrations(seminar, self._parts.clock.now()):
            raise ExpiredTokenError("the seminar has begun, or is cancelled")
        return registration, seminar, masked(contact.email)

    def _confirmed(
        self, seminar: Seminar, registration: Registration, outcome: Confirmation, rank: int
    ) -> Response:
        """Say what became of it, and lead to what they may choose; `rank` is 0 for who comes."""
        return self._page(
            "web/registration_confirmed.html",
            seminar,
            confirmed=outcome is not Confirmation.ASK_AGAIN,
            rank=rank,
            answer_url=names.answer_url(self._parts, registration.id),
        )

    def _page(self, template: str, seminar: Seminar, **values: str | int) -> Response:
        given = {**shown(self._parts, seminar), **values}
        return page(self._parts, template, given, headers=PRIVATE)
