"""Alerts by chat: to those who follow a theme of the news."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.alerts import Alert
from core.chat import Button, Keyboard, command_button
from core.ledger.draft import Content, Draft
from core.ledger.store import post
from core.parts import Parts
from core.people.models import Person, Theme
from core.posts import render_post
from watch.alerts import names
from watch.alerts.people import alerted
from watch.alerts.shown import closing


class ChatReaders:
    """Those whom alerts reach by chat."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def count(self, session: AsyncSession, themes: Sequence[str]) -> int:
        """Return how many people follow at least one of `themes`, and can be told now."""
        wanted = alerted(themes, self._parts.clock.now())
        return await session.scalar(select(func.count()).select_from(Person).where(wanted)) or 0

    async def addresses(self, session: AsyncSession, themes: Sequence[str]) -> frozenset[str]:
        """Return the e-mail addresses of these people, in lower case: mail need not repeat."""
        wanted = alerted(themes, self._parts.clock.now())
        rows = await session.scalars(
            select(func.lower(Person.email)).where(wanted, Person.email.is_not(None))
        )
        return frozenset(rows)

    async def post(self, session: AsyncSession, alert: Alert, now: datetime) -> int:
        """Hand the alert to the ledger for each of them, once ever; return for how many."""
        codes = await session.execute(select(Theme.code, Theme.name).order_by(Theme.id))
        themes = [name for code, name in codes if code in alert.themes]

        @cache
        def content(language: str) -> Content:
            return self._content(alert, themes, now, language)

        rows = await session.execute(
            select(Person.id, Person.language).where(alerted(alert.themes, now)).order_by(Person.id)
        )
        drafts = [self._draft(alert, number, content(language), now) for number, language in rows]
        return await post(session, drafts, now)

    def _draft(self, alert: Alert, number: int, content: Content, now: datetime) -> Draft:
        party = names.person(number)
        slot = names.alert_slot(alert.reference.number)
        return Draft(names.ALERT, slot, party, content, alert.reference, now, stream=str(party))

    def _content(
        self, alert: Alert, themes: Sequence[str], now: datetime, language: str
    ) -> Content:
        words = names.text(
            "alert",
            title=alert.title,
            url=alert.url,
            source=alert.source,
            note=alert.note,
            themes=themes,
            closing=closing(alert.deadline, now) if alert.deadline else None,
        )
        keyboard = self._keyboard(alert)
        return render_post(self._parts.renderer, words, keyboard, language).content()

    def _keyboard(self, alert: Alert) -> Keyboard:
        read = names.read_button(self._parts, alert.reference.number, alert.url)
        wanted = Button(names.text("interested_button"), "alerts.interested", alert.reference)
        choose = command_button(names.text("menu_alerts"), names.COMMAND)
        return ((read,), *(((wanted,),) if alert.deadline else ()), (choose,))
