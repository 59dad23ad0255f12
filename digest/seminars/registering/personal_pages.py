"""« Mes données » of a guest: what is held about them, a copy, and erasing it. GET never acts.

The page of an answer leads there by a link asked for just now, as subscribers have it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.acts import record
from core.email_address import masked
from core.errors import ExpiredTokenError, TokenError
from core.pages import PRIVATE, bad_link, page, personal_copy, typed
from core.parts import Parts
from core.reference import Party
from digest.seminars import guests, names, registrations
from digest.seminars.decide import State
from digest.seminars.guests import Holders
from digest.seminars.models import Guest, Registration, Seminar
from digest.seminars.registering import personal_mail
from digest.seminars.registering.answering import BAD_LINK

log = structlog.get_logger()

ASKING = "/rencontres/reponse/{token}/mes-donnees"
MINE = personal_mail.PATH + "/{token}"


class GuestDataPages:
    """Answers guests who ask what is held about them, or to be forgotten."""

    def __init__(self, parts: Parts, holders: Holders) -> None:
        self._parts = parts
        self._holders = holders

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of these pages."""
        return (
            Route(ASKING, self.form, methods=["GET"]),
            Route(ASKING, self.ask, methods=["POST"]),
            Route(MINE, self.show, methods=["GET"]),
            Route(MINE + "/copie", self.copy, methods=["POST"]),
            Route(MINE + "/effacement", self.erase, methods=["POST"]),
        )

    async def form(self, request: Request) -> Response:
        """Say what can be asked for, and where the link goes."""
        try:
            async with self._parts.database.read() as session:
                guest = await self._answering(session, request)
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "answer", error)
        return self._asking(request, guest, sent=False)

    async def ask(self, request: Request) -> Response:
        """Have a fresh link sent to the address of whose answer it is."""
        now = self._parts.clock.now()
        try:
            async with self._parts.database.write() as session:
                guest = await self._answering(session, request)
                new = await personal_mail.ask(session, self._parts, guest, now)
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "answer", error)
        log.info("seminars.guest_data_asked", guest=guest.id, new=new)
        return self._asking(request, guest, sent=True)

    async def show(self, request: Request) -> Response:
        """Show what is held: the link was sent to this very address just now."""
        try:
            async with self._parts.database.read() as session:
                guest = await self._guest(session, request)
                answers = await _answers(session, guest)
                held = await guests.export(session, self._holders, guest.id)
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "guest_data", error)
        values = {
            "guest": _known_as(guest, [answer for _, answer in answers]),
            "answers": answers,
            "attended": len([
                row for row in held.get("attendance", {}).get("attendances", []) if row["present"]
            ]),
            "path": request.url.path,
        }  # fmt: skip
        return self._page("web/guest_data_held.html", values)

    async def copy(self, request: Request) -> Response:
        """Give everything as one JSON file."""
        now = self._parts.clock.now()
        try:
            async with self._parts.database.write() as session:
                guest = await self._guest(session, request)
                held = await guests.export(session, self._holders, guest.id)
                subject = guests.guest_reference(guest.id)
                record(session, names.guest_party(guest.id), "seminars.guest_given", subject, now)
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "guest_data", error)
        return personal_copy(held, now)

    async def erase(self, request: Request) -> Response:
        """Forget who presses twice; the first press says what stays, and why."""
        sure = (await typed(request, "sure"))["sure"]
        try:
            if not sure:
                return await self._ask_again(request)
            identity = self._identity(request)
            async with self._parts.database.write() as session:
                by, now = names.guest_party(identity), self._parts.clock.now()
                erased = await guests.erase(session, self._holders, identity, by, now)
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "guest_data", error)
        await self._parts.database.scrub()
        log.info("seminars.guest_erased", guest=identity, erased=erased)
        return self._page("web/guest_data_erased.html", {})

    async def _ask_again(self, request: Request) -> Response:
        async with self._parts.database.read() as session:
            guest = await self._guest(session, request)
            kept = await guests.keeps(session, self._holders, guest.id)
        plain, language = self._parts.renderer.plain, self._parts.settings.network.language
        values = {
            "address": guest.email,
            "kept": [(plain(one.what, language), plain(one.ground, language)) for one in kept],
            "back": request.url.path.removesuffix("/effacement"),
        }
        return self._page("web/guest_data_erase.html", values)

    async def _answering(self, session: AsyncSession, request: Request) -> Guest:
        """Return the guest whose answer a link is about. Raises TokenError for anybody else."""
        token = request.path_params["token"]
        number = int(self._parts.tokens.read(names.ANSWER, token, names.LEAVE_LIFE))
        registration = await registrations.by_id(session, number)
        party = None if registration is None else Party.parse(registration.party)
        if party is None or party.kind != names.GUEST:
            raise ExpiredTokenError("not a guest")
        return await self._known(session, party.number)

    async def _guest(self, session: AsyncSession, request: Request) -> Guest:
        return await self._known(session, self._identity(request))

    def _identity(self, request: Request) -> int:
        return personal_mail.read_fresh(self._parts, request.path_params["token"])

    async def _known(self, session: AsyncSession, identity: int) -> Guest:
        """Return a guest. Raises ExpiredTokenError for who was erased since."""
        guest = await guests.by_id(session, identity)
        if guest is None:
            raise ExpiredTokenError("erased")
        return guest

    def _asking(self, request: Request, guest: Guest, *, sent: bool) -> Response:
        values = {
            "address": masked(guest.email or ""),
            "minutes": self._parts.settings.digest.fresh_minutes,
            "sent": sent,
            "back": request.url.path.removesuffix("/mes-donnees"),
        }
        return self._page("web/guest_data.html", values)

    def _page(self, template: str, values: dict[str, Any]) -> Response:
        return page(self._parts, template, values, headers=PRIVATE)


async def _answers(session: AsyncSession, guest: Guest) -> Sequence[tuple[Seminar, Registration]]:
    """Return the meetings that somebody was invited to or answered, the latest first."""
    rows = await session.execute(
        select(Seminar, Registration)
        .join(Registration, Registration.seminar_id == Seminar.id)
        .where(
            Registration.party == str(names.guest_party(guest.id)),
            Seminar.state != State.DRAFT,
        )
        .order_by(Seminar.starts_at.desc(), Seminar.id.desc())
    )
    return [(seminar, registration) for seminar, registration in rows]


def _known_as(guest: Guest, answers: Sequence[Registration]) -> Mapping[str, str]:
    """Return who they are to us: as they are known, else as an answer of theirs says."""
    shown = {"email": guest.email or ""}
    for key in ("name", "organisation", "function"):
        said = (getattr(one, key) for one in (guest, *answers))
        shown[key] = next((words for words in said if words), "")
    return shown
