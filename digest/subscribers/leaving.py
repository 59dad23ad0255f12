"""Leaving in one press, by the button or by a mailbox's own (RFC 8058). GET never acts."""

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core.email_address import masked
from core.errors import TokenError
from core.pages import PRIVATE, typed
from core.parts import Parts
from digest.subscribers import names, proofs, store
from digest.subscribers.models import Subscriber
from digest.subscribers.rules import State
from digest.subscribers.visitors import bad, network_of, private

log = structlog.get_logger()

OUR_BUTTON = "button"
"""The field that only our own page posts: any other POST is a mailbox's one click."""

FLAG = "List-Unsubscribe"
"""The field by which a mailbox unsubscribes in one press (RFC 8058 §3.1)."""

EVERYBODY = "everybody"
"""The field by which somebody who reads a shared address says that they know it is."""


class LeavingPages:
    """Answers whoever leaves."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of these pages."""
        return (
            Route("/desabonnement/{token}", self.show, methods=["GET"]),
            Route("/desabonnement/{token}", self.leave, methods=["POST"]),
        )

    async def show(self, request: Request) -> Response:
        """Show the button that unsubscribes, and whose subscription it is, masked."""
        try:
            identity = self._read(request)
        except TokenError as error:
            return bad(self._parts, "unsubscription", error)
        async with self._parts.database.read() as session:
            subscriber = await store.by_id(session, identity)
        return self._page(subscriber)

    async def leave(self, request: Request) -> Response:
        """Unsubscribe; only our page asks first whether a shared address is to leave."""
        try:
            identity = self._read(request)
        except TokenError as error:
            return bad(self._parts, "unsubscription", error)
        pressed = await _pressed(request)
        one_click = not pressed[OUR_BUTTON]
        async with self._parts.database.write() as session:
            subscriber = await store.by_id(session, identity, lock=True)
            if not one_click and _unsaid(subscriber, pressed):
                return self._page(subscriber, problem=True)
            if subscriber is not None:
                await store.unsubscribe(
                    session, self._parts, subscriber,
                    origin=proofs.ONE_CLICK if one_click else proofs.LINK,
                    network=network_of(request), reason="asked", now=self._parts.clock.now(),
                )  # fmt: skip
        log.info("letter.unsubscribed", subscriber=identity, one_click=one_click)
        if pressed[FLAG]:
            return PlainTextResponse("", headers=PRIVATE)
        return private(self._parts, "web/unsubscribed.html", {})

    def _read(self, request: Request) -> int:
        token = request.path_params["token"]
        return int(self._parts.tokens.read(names.UNSUBSCRIBE, token, names.YEARS))

    def _page(self, subscriber: Subscriber | None, *, problem: bool = False) -> Response:
        if subscriber is None or subscriber.email is None or subscriber.state == State.UNSUBSCRIBED:
            return private(self._parts, "web/unsubscribed.html", {})
        values = {
            "address": masked(subscriber.email),
            "shared": subscriber.structure_id is not None,
            "problem": problem,
        }
        return private(self._parts, "web/unsubscribe.html", values, 400 if problem else 200)


async def _pressed(request: Request) -> dict[str, str]:
    """Return what our own button posts; a body that is no form is a mailbox's, and acts."""
    fields = (OUR_BUTTON, EVERYBODY, FLAG)
    try:
        return await typed(request, *fields)
    except HTTPException:
        return dict.fromkeys(fields, "")


def _unsaid(subscriber: Subscriber | None, pressed: dict[str, str]) -> bool:
    """Say whether somebody leaves for others too, and was not asked yet whether they mean it."""
    shared = subscriber is not None and subscriber.structure_id is not None
    ended = subscriber is not None and subscriber.state == State.UNSUBSCRIBED
    return shared and not ended and not pressed[EVERYBODY]
