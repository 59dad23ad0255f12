"""The calendars themselves, for programs: one meeting, all of them, those of somebody."""

from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.pages import validated
from core.parts import Parts
from digest.seminars import addresses, names
from digest.seminars.calendars import keys, shelf
from digest.seminars.calendars.events import REFRESH, Followed, Meeting, calendar
from digest.seminars.calendars.meetings import changed_at, meeting, organiser, words
from digest.seminars.contacts import contact_of
from digest.seminars.models import Registration, Seminar
from digest.seminars.rules import RegistrationState

MEDIA_TYPE = "text/calendar"
PUBLIC = {"Cache-Control": f"public, max-age={REFRESH.seconds // 16}"}
SECRET = {
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
}
"""For an address that is itself the key: nobody else keeps what it gives, nor hears of it."""


class Feeds:
    """Answers calendar programs.

    What several meetings make has no date of its own: the last change of those that are left says
    nothing of one that was taken out. Its tag tells.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of the calendars."""
        return (
            Route("/rencontres.ics", self.all, methods=["GET"]),
            Route(f"/rencontres/{addresses.MEETING}.ics", self.one, methods=["GET"]),
            Route("/calendrier/{key}.ics", self.mine, methods=["GET"]),
        )

    async def one(self, request: Request) -> Response:
        """Give one meeting, to be put in a calendar. Raises HTTPException(404) as its page."""
        async with self._parts.database.read() as session:
            seminar = await addresses.opened(session, self._parts, request)
        if seminar is None:
            raise HTTPException(404)
        told = replace(meeting(self._parts, seminar), organiser=organiser(self._parts))
        text = calendar([told], method="PUBLISH")
        name = {"Content-Disposition": f'inline; filename="rencontre-{seminar.id}.ics"'}
        whose = PUBLIC if seminar.open_to_all else SECRET
        given = {**whose, **name}
        return validated(request, text.encode(), MEDIA_TYPE, given, told.changed_at)

    async def all(self, request: Request) -> Response:
        """Give every meeting open to all, to be followed; nobody's time is taken by it."""
        async with self._parts.database.read() as session:
            seminars = await shelf.everybodys(session, self._parts.clock.now())
        told = [replace(meeting(self._parts, one), busy=False) for one in seminars]
        text = calendar(told, followed=self._followed("feed_name", "/rencontres.ics"))
        return validated(request, text.encode(), MEDIA_TYPE, PUBLIC)

    async def mine(self, request: Request) -> Response:
        """Give the meetings of whose key it is. Raises HTTPException(404) for any other key."""
        key, now = request.path_params["key"], self._parts.clock.now()
        async with self._parts.database.read() as session:
            party = await keys.whose(session, key)
            contact = None if party is None else await contact_of(session, party)
            if party is None or contact is None:
                raise HTTPException(404)
            found = await shelf.of_party(session, party, now)
        told = [self._of_theirs(*one, contact.language) for one in found]
        followed = self._followed("personal_name", f"/calendrier/{key}.ics", contact.language)
        text = calendar(told, followed=followed)
        return validated(request, text.encode(), MEDIA_TYPE, SECRET)

    def _of_theirs(self, seminar: Seminar, registration: Registration, language: str) -> Meeting:
        """Tell somebody of their own meeting; who waits has no video link yet."""
        waiting = registration.state == RegistrationState.WAITING
        told = meeting(self._parts, seminar, language=language, inside=not waiting, waiting=waiting)
        answered = (registration.registered_at, registration.answered_at)
        known = (changed_at(seminar), *(instant for instant in answered if instant))
        return replace(told, changed_at=max(known))

    def _followed(self, block: str, path: str, language: str | None = None) -> Followed:
        name = words(self._parts, block, {}, language)
        return Followed(name, names.page_url(self._parts, path))
