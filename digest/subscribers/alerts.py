"""Alerts by mail: to the subscribers who want them, unless chat reaches the same person."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.alerts import Addresses, Alert, no_addresses
from core.failpoints import reach
from core.ledger.draft import Content, Draft
from core.ledger.store import post
from core.mail.compose import compose, placeholder
from core.pages import page_url
from core.parts import Parts
from core.people.models import Theme
from core.reference import Reference
from core.room import Tick
from digest.subscribers import names
from digest.subscribers.models import AlertMailing, Subscriber
from digest.subscribers.rules import Choices
from digest.subscribers.store import receives

CHUNK = 2_000
"""How many rows one transaction writes."""


@dataclass(frozen=True)
class _Readers:
    """Those who want an alert, among those looked at, of whom `last` is the last."""

    wanting: Sequence[int]
    last: int | None


class MailReaders:
    """Those whom alerts reach by mail; `elsewhere` gives the addresses of those reached by chat."""

    def __init__(self, parts: Parts, elsewhere: Addresses = no_addresses) -> None:
        self._parts = parts
        self._elsewhere = elsewhere

    async def count(self, session: AsyncSession, themes: Sequence[str]) -> int:
        """Return how many subscribers want alerts about one of `themes`, and get them by mail."""
        now = self._parts.clock.now()
        return len((await self._readers(session, themes, now)).wanting)

    async def post(self, session: AsyncSession, alert: Alert, now: datetime) -> int:
        """Hand the alert to the ledger for each of them, once ever; return for how many.

        Of many readers, the first get their row at once, and the others by the tick: whoever
        presses does not wait.
        """
        readers = await self._readers(session, alert.themes, now)
        first, rest = readers.wanting[:CHUNK], readers.wanting[CHUNK:]
        new = await self._post(session, alert, first, now)
        if not rest:
            return new
        values = {
            "reference": str(alert.reference),
            "alert": _written(alert),
            "after": first[-1],
            "posted_at": now,
        }
        insert = sqlite.insert if self._parts.database.is_sqlite else postgresql.insert
        await session.execute(insert(AlertMailing).values(values).on_conflict_do_nothing())
        return new + (len(rest) if new else 0)

    def tick(self) -> Tick:
        """Return what writes the rows of the readers that are left."""
        return Tick("subscribers.alerts", self.run, _next_due, every=2.0)

    async def run(self, _now: datetime) -> None:
        """Write the rows that are left, each chunk in a transaction of its own."""
        while await self._continue():
            reach("subscribers.between_alerts")

    async def _continue(self) -> bool:
        async with self._parts.database.write() as session:
            wanted = select(AlertMailing).order_by(AlertMailing.posted_at).limit(1)
            mailing = await session.scalar(wanted.with_for_update())
            if mailing is None:
                return False
            alert, now = _read(mailing.reference, mailing.alert), mailing.posted_at
            readers = await self._readers(session, alert.themes, now, mailing.after, CHUNK)
            await self._post(session, alert, readers.wanting, now)
            if readers.last is None:
                await session.delete(mailing)
            else:
                mailing.after = readers.last
        return True

    async def _post(
        self, session: AsyncSession, alert: Alert, readers: Sequence[int], now: datetime
    ) -> int:
        content = await self._content(session, alert, now)
        drafts = (self._draft(alert, each, content, now) for each in readers)
        return await post(session, drafts, now)

    async def _readers(
        self,
        session: AsyncSession,
        themes: Sequence[str],
        until: datetime,
        after: int = 0,
        limit: int | None = None,
    ) -> "_Readers":
        rows = await session.execute(
            select(Subscriber.id, Subscriber.email, Subscriber.themes)
            .where(
                receives(until),
                Subscriber.alerts.is_(True),
                Subscriber.email.is_not(None),
                Subscriber.id > after,
            )
            .order_by(Subscriber.id)
            .limit(limit)
        )
        found = rows.all()
        told = await self._elsewhere(session, themes)
        wanting = [
            row.id
            for row in found
            if Choices(alerts=True, themes=tuple(row.themes)).wants(themes)
            and row.email.lower() not in told
        ]
        return _Readers(wanting, found[-1].id if found else None)

    def _draft(self, alert: Alert, subscriber: int, content: Content, now: datetime) -> Draft:
        return Draft(
            kind=names.ALERT,
            slot=names.alert_slot(alert.reference),
            recipient=names.subscriber_party(subscriber),
            content=content,
            cause=alert.reference,
            due_at=now,
            values=names.own_links(self._parts, subscriber),
            bulk=True,
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
            **{name: placeholder(name) for name in names.OWN},
        }
        text = self._parts.renderer.mail("alert", values, self._parts.settings.network.language)
        mail = self._parts.settings.mail
        return compose(mail, text, list_unsubscribe=True, names=names.OWN)


async def _next_due(session: AsyncSession) -> datetime | None:
    return await session.scalar(select(func.min(AlertMailing.posted_at)))


def _written(alert: Alert) -> dict[str, Any]:
    deadline = alert.deadline.isoformat() if alert.deadline else None
    held = {**asdict(alert), "themes": list(alert.themes), "deadline": deadline}
    del held["reference"]
    return held


def _read(reference: str, held: Mapping[str, Any]) -> Alert:
    deadline = datetime.fromisoformat(held["deadline"]) if held["deadline"] else None
    given = {**held, "themes": tuple(held["themes"]), "deadline": deadline}
    return Alert(reference=Reference.parse(reference), **given)
