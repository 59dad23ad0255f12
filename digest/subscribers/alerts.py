"""Alerts by mail: to the subscribers who want them, unless chat reaches the same person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.alerts import Addresses, Alert, no_addresses
from core.ledger.draft import Content, Draft
from core.ledger.store import post
from core.mail.compose import UNSUBSCRIBE_URL, compose, placeholder
from core.pages import page_url
from core.parts import Parts
from core.people.models import Theme
from digest.subscribers import names
from digest.subscribers.models import Subscriber
from digest.subscribers.rules import Choices, State

OWN = (UNSUBSCRIBE_URL, names.PREFERENCES_URL)
"""What is each reader's own in a mail."""


class MailReaders:
    """Those whom alerts reach by mail; `elsewhere` gives the addresses of those reached by chat."""

    def __init__(self, parts: Parts, elsewhere: Addresses = no_addresses) -> None:
        self._parts = parts
        self._elsewhere = elsewhere

    async def count(self, session: AsyncSession, themes: Sequence[str]) -> int:
        """Return how many subscribers want alerts about one of `themes`, and get them by mail."""
        return len(await self._readers(session, themes))

    async def post(self, session: AsyncSession, alert: Alert, now: datetime) -> int:
        """Hand the alert to the ledger for each of them, once ever; return for how many."""
        content = await self._content(session, alert, now)
        readers = await self._readers(session, alert.themes)
        return await post(
            session, (self._draft(alert, each, content, now) for each in readers), now
        )

    async def _readers(self, session: AsyncSession, themes: Sequence[str]) -> Sequence[int]:
        rows = await session.execute(
            select(Subscriber.id, Subscriber.email, Subscriber.themes)
            .where(
                Subscriber.state == State.CONFIRMED,
                Subscriber.alerts.is_(True),
                Subscriber.email.is_not(None),
            )
            .order_by(Subscriber.id)
        )
        told = await self._elsewhere(session, themes)
        return [
            row.id
            for row in rows
            if Choices(alerts=True, themes=tuple(row.themes)).wants(themes)
            and row.email.lower() not in told
        ]

    def _draft(self, alert: Alert, subscriber: int, content: Content, now: datetime) -> Draft:
        return Draft(
            kind=names.ALERT,
            slot=names.alert_slot(alert.reference),
            recipient=names.subscriber_party(subscriber),
            content=content,
            cause=alert.reference,
            due_at=now,
            values=names.own_links(self._parts, subscriber),
        )

    async def _content(self, session: AsyncSession, alert: Alert, now: datetime) -> Content:
        """Build the mail once, in the network's language, as editions are."""
        rows = await session.execute(select(Theme.code, Theme.name).order_by(Theme.id))
        values: dict[str, Any] = {
            "title": alert.title,
            "url": alert.url if alert.url.startswith(("https://", "http://")) else "",
            "source": alert.source,
            "note": alert.note,
            "themes": [name for code, name in rows if code in alert.themes],
            "deadline": alert.deadline,
            "printed_at": now,
            "page_url": page_url(self._parts, f"/veille/actualites/{alert.reference.id}"),
            **{name: placeholder(name) for name in OWN},
        }
        text = self._parts.renderer.mail("alert", values, self._parts.settings.network.language)
        mail = self._parts.settings.mail
        return compose(mail, text, list_unsubscribe=True, names=OWN)
