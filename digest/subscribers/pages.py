"""The pages around subscribing: asking and confirming. GET never changes anything."""

from collections.abc import Mapping
from datetime import timedelta

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.email_address import masked, normalise
from core.errors import ExpiredTokenError, InputError, TokenError
from core.pages import page, typed
from core.parts import Parts
from digest.subscribers import names, proofs, store
from digest.subscribers.names import Confirming
from digest.subscribers.rules import Choices, Confirmation, State
from digest.subscribers.visitors import (
    bad,
    choices_typed,
    evenly,
    named,
    network_of,
    private,
    still_known,
    themes_of,
)

log = structlog.get_logger()


class SubscriptionPages:
    """Answers whoever subscribes, or confirms."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of these pages."""
        return (
            Route("/abonnement", self.form, methods=["GET"]),
            Route("/abonnement", self.ask, methods=["POST"]),
            Route("/abonnement/confirmer/{token}", self.show_confirmation, methods=["GET"]),
            Route("/abonnement/confirmer/{token}", self.confirm, methods=["POST"]),
        )

    async def form(self, _request: Request) -> Response:
        """Show the form."""
        return self._form("", "", Choices(), await themes_of(self._parts), 200)

    async def ask(self, request: Request) -> Response:
        """Take a request. The answer is the same whether the address is known or not."""
        given = (await typed(request, "email"))["email"]
        themes = await themes_of(self._parts)
        choices, problem = await choices_typed(request, themes)
        email = ""
        try:
            email = normalise(given)
        except InputError as error:
            problem = error.what
        if problem:
            log.info("letter.request_refused", why=problem)
            return self._form(given, problem, choices, themes, 400)
        now = self._parts.clock.now()
        wanted = store.Wanted(email, network_of(request), choices)
        async with evenly(), self._parts.database.write() as session:
            answer = await store.ask(session, self._parts, wanted, now)
        log.info("letter.requested", answer=answer.value)
        days = self._parts.settings.digest.confirmation_days
        return page(self._parts, "web/subscribe_asked.html", {"days": days})

    async def show_confirmation(self, request: Request) -> Response:
        """Show the button that confirms: scanners follow links, they press no button."""
        try:
            confirming = self._confirming(request)
            async with self._parts.database.read() as session:
                subscriber = await still_known(session, confirming.subscriber)
        except TokenError as error:
            return bad(self._parts, "confirmation", error)
        changing = store.changes_choices(subscriber, confirming)
        waiting = subscriber.state in {State.PENDING, State.SUPPRESSED}
        if not waiting and not changing:
            return self._confirmed(subscriber.state == State.CONFIRMED, subscriber.alerts)
        values = {
            "address": masked(subscriber.email or ""),
            "changing": changing,
            "alerts": confirming.choices.alerts,
            "whole": confirming.choices.whole,
            "themes": named(confirming.choices, await themes_of(self._parts)),
        }
        return private(self._parts, "web/confirm.html", values)

    async def confirm(self, request: Request) -> Response:
        """Confirm; pressing twice says that it is done."""
        try:
            confirming = self._confirming(request)
        except TokenError as error:
            return bad(self._parts, "confirmation", error)
        now = self._parts.clock.now()
        async with self._parts.database.write() as session:
            outcome, subscriber = await store.confirm(
                session, self._parts, confirming, network_of(request), now
            )
        if subscriber is None:
            return bad(self._parts, "confirmation", ExpiredTokenError("erased"))
        log.info("letter.confirmed", subscriber=subscriber.id, outcome=outcome.value)
        return self._confirmed(outcome is not Confirmation.ASK_AGAIN, subscriber.alerts)

    def _confirming(self, request: Request) -> Confirming:
        life = timedelta(days=self._parts.settings.digest.confirmation_days)
        return names.read_confirmation(self._parts, request.path_params["token"], life)

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
        values = {"confirmed": confirmed, "alerts": alerts}
        return private(self._parts, "web/confirmed.html", values)
