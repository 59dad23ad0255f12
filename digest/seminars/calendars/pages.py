"""The page where somebody finds the address of their own calendar. GET never acts.

It is behind the link of their answer: whoever holds that one has already the say on their place.
"""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.errors import ExpiredTokenError, TokenError
from core.pages import PRIVATE, bad_link, page
from core.parts import Parts
from core.reference import Party
from digest.seminars import names, registrations
from digest.seminars.calendars import keys
from digest.seminars.contacts import contact_of

BAD_LINK = "web/registration_bad_link.html"


class MyCalendarPages:
    """Answers whoever wants their own calendar, from the link that a mail of theirs carried."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of these pages."""
        path = "/rencontres/reponse/{token}/calendrier"
        return (
            Route(path, self.show, methods=["GET"]),
            Route(path, self.renew, methods=["POST"]),
        )

    async def show(self, request: Request) -> Response:
        """Show the address if there is one, and the button that makes one, or another."""
        try:
            async with self._parts.database.read() as session:
                party = await self._party(session, request)
                key = await keys.key_of(session, party)
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "calendar", error)
        return self._page(key, renewed=False)

    async def renew(self, request: Request) -> Response:
        """Make an address; a former one gives nothing any more."""
        try:
            async with self._parts.database.write() as session:
                party = await self._party(session, request)
                key = await keys.renew(session, self._parts, party, self._parts.clock.now())
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "calendar", error)
        return self._page(key, renewed=True)

    async def _party(self, session: AsyncSession, request: Request) -> Party:
        """Return whose link it is. Raises TokenError when it is none, or of somebody erased."""
        token = request.path_params["token"]
        identity = int(self._parts.tokens.read(names.ANSWER, token, names.LEAVE_LIFE))
        registration = await registrations.by_id(session, identity)
        party = None if registration is None else Party.parse(registration.party)
        if party is None or await contact_of(session, party) is None:
            raise ExpiredTokenError("erased")
        return party

    def _page(self, key: str | None, *, renewed: bool) -> Response:
        address = None if key is None else keys.address(self._parts, key)
        values = {"address": address, "renewed": renewed}
        return page(self._parts, "web/seminar_calendar.html", values, headers=PRIVATE)
