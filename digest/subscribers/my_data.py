"""« Mes données »: all that the letter holds, and erasing it, by a link asked for just now.

Never by a link of an edition, which may have been forwarded.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.acts import record
from core.email_address import normalise
from core.errors import InputError, TokenError
from core.pages import page, personal_copy, typed
from core.parts import Parts
from core.people.models import Structure
from core.room import PersonalData
from digest.subscribers import fresh, names, personal, store
from digest.subscribers.models import Subscriber
from digest.subscribers.visitors import bad, evenly, named, private, still_known, themes_of

log = structlog.get_logger()

Holders = Callable[[], Sequence[tuple[str, PersonalData]]]
"""What every room holds about people, by name."""

ADDRESS = "/abonnement/mes-donnees"


class MyDataPages:
    """Answers whoever asks what is held about them, or to be forgotten."""

    def __init__(self, parts: Parts, holders: Holders | None = None) -> None:
        self._parts = parts
        self._holders = holders

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of these pages."""
        return (
            Route(ADDRESS, self.form, methods=["GET"]),
            Route(ADDRESS, self.ask, methods=["POST"]),
            Route(ADDRESS + "/{token}", self.show, methods=["GET"]),
            Route(ADDRESS + "/{token}/copie", self.copy, methods=["POST"]),
            Route(ADDRESS + "/{token}/effacement", self.erase, methods=["POST"]),
        )

    async def form(self, _request: Request) -> Response:
        """Show the form."""
        return self._form("", "")

    async def ask(self, request: Request) -> Response:
        """Have a fresh link sent. The answer is the same whether the address is known or not."""
        given = (await typed(request, "email"))["email"]
        try:
            email = normalise(given)
        except InputError as error:
            return self._form(given, error.what, 400)
        now = self._parts.clock.now()
        async with evenly(), self._parts.database.write() as session:
            sent = await fresh.ask(session, self._parts, email, now)
        log.info("letter.data_asked", sent=sent)
        minutes = self._parts.settings.digest.fresh_minutes
        return page(self._parts, "web/my_data_asked.html", {"minutes": minutes})

    def _form(self, given: str, problem: str, status: int = 200) -> Response:
        minutes = self._parts.settings.digest.fresh_minutes
        values = {"typed": given, "problem": problem, "minutes": minutes}
        return page(self._parts, "web/my_data.html", values, status=status)

    async def show(self, request: Request) -> Response:
        """Show what is held, whole: the link was sent to this very address just now."""
        themes = await themes_of(self._parts)
        try:
            async with self._parts.database.read() as session:
                subscriber = await self._subscriber(session, request)
                proofs = await store.proofs_of(session, subscriber.id)
                shared = await _structure(session, subscriber)
        except TokenError as error:
            return bad(self._parts, "my_data", error)
        values = {
            "subscriber": subscriber,
            "shared": shared,
            "themes": named(store.choices_of(subscriber), themes),
            "proofs": proofs,
            "token": request.path_params["token"],
            "preferences_url": names.preferences_url(self._parts, subscriber.id),
        }
        return private(self._parts, "web/my_data_held.html", values)

    async def copy(self, request: Request) -> Response:
        """Give everything as one JSON file."""
        now = self._parts.clock.now()
        try:
            async with self._parts.database.write() as session:
                subscriber = await self._subscriber(session, request)
                held = await self._held(session, subscriber)
                self._record(session, subscriber, "letter.data_given")
        except TokenError as error:
            return bad(self._parts, "my_data", error)
        return personal_copy(held, now)

    async def erase(self, request: Request) -> Response:
        """Forget who presses twice; the first press says what stays, and why."""
        sure = (await typed(request, "sure"))["sure"]
        try:
            if not sure:
                return await self._ask_again(request)
            async with self._parts.database.write() as session:
                subscriber = await self._subscriber(session, request, lock=True)
                self._record(session, subscriber, "letter.data_erased")
                await self._let_go(session, subscriber)
        except TokenError as error:
            return bad(self._parts, "my_data", error)
        await self._parts.database.scrub()
        log.info("letter.erased", subscriber=subscriber.id)
        return private(self._parts, "web/my_data_erased.html", {})

    async def _ask_again(self, request: Request) -> Response:
        async with self._parts.database.read() as session:
            subscriber = await self._subscriber(session, request)
            shared = await _structure(session, subscriber)
        values = {
            "address": subscriber.email,
            "shared": shared,
            "token": request.path_params["token"],
        }
        return private(self._parts, "web/my_data_erase.html", values)

    async def _subscriber(
        self, session: AsyncSession, request: Request, *, lock: bool = False
    ) -> Subscriber:
        """Return whose link it is. Raises TokenError, also for who was erased."""
        identity = names.read_fresh(self._parts, request.path_params["token"])
        return await still_known(session, identity, lock=lock)

    async def _held(self, session: AsyncSession, subscriber: Subscriber) -> Mapping[str, Any]:
        party = names.subscriber_party(subscriber.id)
        held = {"subscribers": await personal.export(session, party)}
        for name, holder in self._others():
            if found := await holder.export(session, party):
                held[name] = found
        return held

    async def _let_go(self, session: AsyncSession, subscriber: Subscriber) -> None:
        """Have every room forget; ours last, since others may look the address up."""
        party = names.subscriber_party(subscriber.id)
        for _name, holder in self._others():
            await holder.erase(session, party)
        await personal.erase(session, party, self._parts.clock.now())

    def _others(self) -> Sequence[tuple[str, PersonalData]]:
        holders = self._holders() if self._holders else ()
        return [(name, holder) for name, holder in holders if name != "subscribers"]

    def _record(self, session: AsyncSession, subscriber: Subscriber, verb: str) -> None:
        party = names.subscriber_party(subscriber.id)
        subject = names.subscriber_reference(subscriber.id)
        record(session, party, verb, subject, self._parts.clock.now())


async def _structure(session: AsyncSession, subscriber: Subscriber) -> str:
    """Return the name of the structure whose shared address it is, or nothing."""
    number = subscriber.structure_id
    structure = await session.get(Structure, number) if number is not None else None
    return structure.name if structure else ""
