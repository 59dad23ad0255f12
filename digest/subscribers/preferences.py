"""What somebody chose, by a signed link: it may have been forwarded, so it shows topics only."""

from collections.abc import Mapping

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.email_address import masked
from core.errors import TokenError
from core.parts import Parts
from digest.subscribers import names, proofs, store
from digest.subscribers.models import Subscriber
from digest.subscribers.rules import Choices, Event, State
from digest.subscribers.visitors import (
    bad,
    choices_typed,
    network_of,
    private,
    still_known,
    themes_of,
)

log = structlog.get_logger()


class PreferencePages:
    """Shows and changes what a subscriber chose."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of this page."""
        return (
            Route("/abonnement/choix/{token}", self.show, methods=["GET"]),
            Route("/abonnement/choix/{token}", self.change, methods=["POST"]),
        )

    async def show(self, request: Request) -> Response:
        """Show what was chosen, under the masked address."""
        themes = await themes_of(self._parts)
        try:
            async with self._parts.database.read() as session:
                subscriber = await self._subscriber(session, request)
                return self._page(subscriber, store.choices_of(subscriber), themes)
        except TokenError as error:
            return bad(self._parts, "preferences", error)

    async def change(self, request: Request) -> Response:
        """Take other choices, with a proof; the same ones change nothing."""
        themes = await themes_of(self._parts)
        choices, problem = await choices_typed(request, themes)
        try:
            async with self._parts.database.write() as session:
                subscriber = await self._subscriber(session, request, lock=True)
                if problem:
                    return self._page(subscriber, choices, themes, problem=problem)
                if subscriber.state != State.UNSUBSCRIBED:
                    self._apply(session, subscriber, choices, request)
                return self._page(subscriber, choices, themes, saved=True)
        except TokenError as error:
            return bad(self._parts, "preferences", error)

    def _apply(
        self, session: AsyncSession, subscriber: Subscriber, choices: Choices, request: Request
    ) -> None:
        if store.choices_of(subscriber) == choices:
            return
        store.apply(subscriber, choices)
        proofs.prove(
            session, self._parts, subscriber, Event.CHOOSE,
            origin=proofs.PREFERENCES, network=network_of(request), now=self._parts.clock.now(),
        )  # fmt: skip
        log.info("letter.chosen", subscriber=subscriber.id)

    async def _subscriber(
        self, session: AsyncSession, request: Request, *, lock: bool = False
    ) -> Subscriber:
        """Return whose link it is. Raises TokenError, also for who was erased."""
        identity = names.read_preferences(self._parts, request.path_params["token"])
        return await still_known(session, identity, lock=lock)

    def _page(
        self,
        subscriber: Subscriber,
        choices: Choices,
        themes: Mapping[str, str],
        *,
        problem: str = "",
        saved: bool = False,
    ) -> Response:
        values = {
            "address": masked(subscriber.email or ""),
            "left": subscriber.state == State.UNSUBSCRIBED,
            "choices": choices,
            "themes": themes,
            "problem": problem,
            "saved": saved,
            "unsubscribe_url": names.unsubscription_url(self._parts, subscriber.id),
        }
        return private(self._parts, "web/preferences.html", values, 400 if problem else 200)
