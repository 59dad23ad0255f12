"""The pages around subscribing: asking, confirming, leaving. GET never changes anything."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core.email_address import masked, normalise
from core.errors import ExpiredTokenError, InputError, TokenError
from core.pages import PRIVATE, bad_link, page, ticked, typed
from core.parts import Parts
from core.people.models import Theme
from digest.subscribers import names, proofs, store
from digest.subscribers.names import Confirming
from digest.subscribers.rules import Choices, Confirmation, State, read_choices, truncated

log = structlog.get_logger()

BAD_LINK = "web/bad_link.html"

FLAG = "List-Unsubscribe"
"""The field by which a mailbox unsubscribes in one press (RFC 8058 §3.1)."""


class SubscriptionPages:
    """Answers whoever subscribes, confirms or leaves."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of these pages."""
        return (
            Route("/abonnement", self.form, methods=["GET"]),
            Route("/abonnement", self.ask, methods=["POST"]),
            Route("/abonnement/confirmer/{token}", self.show_confirmation, methods=["GET"]),
            Route("/abonnement/confirmer/{token}", self.confirm, methods=["POST"]),
            Route("/desabonnement/{token}", self.show_unsubscription, methods=["GET"]),
            Route("/desabonnement/{token}", self.unsubscribe, methods=["POST"]),
        )

    async def form(self, _request: Request) -> Response:
        """Show the form."""
        return self._form("", "", Choices(), await self._themes(), 200)

    async def ask(self, request: Request) -> Response:
        """Take a request. The answer is the same whether the address is known or not."""
        given = await typed(request, "email", "alerts")
        themes = await self._themes()
        choices = read_choices(given["alerts"], await ticked(request, "theme"), themes)
        try:
            email = normalise(given["email"])
        except InputError as error:
            log.info("letter.request_refused", why=error.what)
            return self._form(given["email"], error.what, choices, themes, 400)
        now = self._parts.clock.now()
        wanted = store.Wanted(email, _network(request), choices)
        async with self._parts.database.write() as session:
            answer = await store.ask(session, self._parts, wanted, now)
        log.info("letter.requested", answer=answer.value)
        days = self._parts.settings.digest.confirmation_days
        return page(self._parts, "web/subscribe_asked.html", {"days": days})

    async def show_confirmation(self, request: Request) -> Response:
        """Show the button that confirms: scanners follow links, they press no button."""
        try:
            confirming = self._confirming(request)
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "confirmation", error)
        async with self._parts.database.read() as session:
            subscriber = await store.by_id(session, confirming.subscriber)
        if subscriber is None or subscriber.email is None:
            return bad_link(self._parts, BAD_LINK, "confirmation", ExpiredTokenError("erased"))
        changing = store.changes_choices(subscriber, confirming)
        if subscriber.state != State.PENDING and not changing:
            return self._confirmed(subscriber.state == State.CONFIRMED, subscriber.alerts)
        themes = await self._themes()
        values = {
            "address": masked(subscriber.email),
            "changing": changing,
            "alerts": confirming.choices.alerts,
            "themes": [themes[code] for code in confirming.choices.themes if code in themes],
        }
        return self._private("web/confirm.html", values)

    async def confirm(self, request: Request) -> Response:
        """Confirm; pressing twice says that it is done."""
        try:
            confirming = self._confirming(request)
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "confirmation", error)
        now = self._parts.clock.now()
        async with self._parts.database.write() as session:
            outcome, subscriber = await store.confirm(
                session, self._parts, confirming, _network(request), now
            )
        if subscriber is None:
            return bad_link(self._parts, BAD_LINK, "confirmation", ExpiredTokenError("erased"))
        log.info("letter.confirmed", subscriber=subscriber.id, outcome=outcome.value)
        return self._confirmed(outcome is not Confirmation.ASK_AGAIN, subscriber.alerts)

    async def show_unsubscription(self, request: Request) -> Response:
        """Show the button that unsubscribes, and whose subscription it is, masked."""
        try:
            identity = self._leaving(request)
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "unsubscription", error)
        async with self._parts.database.read() as session:
            subscriber = await store.by_id(session, identity)
        if subscriber is None or subscriber.email is None or subscriber.state == State.UNSUBSCRIBED:
            return self._private("web/unsubscribed.html", {})
        return self._private("web/unsubscribe.html", {"address": masked(subscriber.email)})

    async def unsubscribe(self, request: Request) -> Response:
        """Unsubscribe, by the button or by a mailbox provider's one click (RFC 8058 §3.2)."""
        try:
            identity = self._leaving(request)
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "unsubscription", error)
        one_click = (await typed(request, FLAG))[FLAG] == "One-Click"
        now = self._parts.clock.now()
        async with self._parts.database.write() as session:
            subscriber = await store.by_id(session, identity, lock=True)
            if subscriber is not None:
                await store.unsubscribe(
                    session, self._parts, subscriber,
                    origin=proofs.ONE_CLICK if one_click else proofs.LINK,
                    network=_network(request), reason="asked", now=now,
                )  # fmt: skip
        log.info("letter.unsubscribed", subscriber=identity, one_click=one_click)
        if one_click:
            return PlainTextResponse("", headers=PRIVATE)
        return self._private("web/unsubscribed.html", {})

    def _confirming(self, request: Request) -> Confirming:
        life = timedelta(days=self._parts.settings.digest.confirmation_days)
        return names.read_confirmation(self._parts, request.path_params["token"], life)

    def _leaving(self, request: Request) -> int:
        token = request.path_params["token"]
        return int(self._parts.tokens.read(names.UNSUBSCRIBE, token, names.YEARS))

    async def _themes(self) -> Mapping[str, str]:
        """Return the names of the themes by their codes, in their order."""
        async with self._parts.database.read() as session:
            rows = await session.execute(select(Theme.code, Theme.name).order_by(Theme.id))
        return {row.code: row.name for row in rows}

    def _form(
        self, given: str, problem: str, choices: Choices, themes: Mapping[str, str], status: int
    ) -> Response:
        language = self._parts.settings.network.language
        values = {
            "typed": given,
            "problem": problem,
            "wording": proofs.wording(self._parts, language),
            "choices": choices,
            "themes": themes,
        }
        return page(self._parts, "web/subscribe.html", values, status=status)

    def _confirmed(self, confirmed: bool, alerts: bool) -> Response:
        return self._private("web/confirmed.html", {"confirmed": confirmed, "alerts": alerts})

    def _private(self, template: str, values: Mapping[str, Any]) -> Response:
        return page(self._parts, template, values, headers=PRIVATE)


def _network(request: Request) -> str:
    return truncated(request.client.host) if request.client else ""
