"""Somebody's fiche, as animators read it, with what can be done; and the invitation made there."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.entrance import people
from bot.entrance.people import actor_of
from bot.entrance.words import text
from bot.hotline.models import Question
from core.acts import record
from core.chat import Button, Keyboard, Redraw, Reply, Response, Text, Toast, Turn
from core.parts import Parts
from core.people.accounts import accounts_of
from core.people.fiche import FicheLines
from core.people.invitations import invite
from core.people.models import Membership, Person, Structure, Territory
from core.people.store import memberships_of, roles_of
from core.reference import Reference

BotName = Callable[[], str]
"""The bot's own name once it is known, empty before."""


class Fiches:
    """Shows fiches; `more` adds what other rooms know, `bot_name` makes links of invitations."""

    def __init__(self, parts: Parts, more: Sequence[FicheLines], bot_name: BotName) -> None:
        self._parts = parts
        self._more = more
        self._bot_name = bot_name

    async def shown(self, turn: Turn, person: Person) -> Reply:
        """Return a fiche as a message."""
        return Reply(*await self._face(turn, person), about=people.reference(person.id))

    async def redrawn(self, turn: Turn, person: Person) -> Redraw:
        """Return a fiche in place of the pressed message."""
        return Redraw(*await self._face(turn, person))

    async def invite(self, turn: Turn, person: Person) -> Sequence[Response]:
        """Make an invitation; its link is shown this once, and kept nowhere."""
        if person.blocked_at is not None:
            return [Toast(text("invite_blocked"), alert=True)]
        if not await roles_of(turn.session, person.id, turn.now):
            return [Toast(text("invite_no_role"), alert=True)]
        days = self._parts.settings.hotline.invitation_days
        code = await invite(
            turn.session,
            person.id,
            turn.now,
            timedelta(days=days),
            lambda: f"{self._parts.random.getrandbits(192):048x}",
        )
        subject = people.reference(person.id)
        record(turn.session, actor_of(turn), "person.invite", subject, turn.now)
        bot = self._bot_name()
        link = f"https://t.me/{bot}?start={code}" if bot else ""
        return [Reply(text("invitation", name=person.name, link=link, code=code, days=days))]

    async def _face(self, turn: Turn, person: Person) -> tuple[Text, Keyboard]:
        values = await self._values(turn.session, person, turn.now)
        return text("fiche", **values), _keyboard(person, values)

    async def _values(self, session: AsyncSession, person: Person, now: datetime) -> dict[str, Any]:
        successor = await session.get(Person, person.successor_id) if person.successor_id else None
        asked = await session.scalar(
            select(func.count()).select_from(Question).where(Question.asker_id == person.id)
        )
        return {
            "name": person.name,
            "email": person.email or "",
            "blocked_at": person.blocked_at,
            "memberships": await _memberships(session, person.id, now),
            "active": bool(await roles_of(session, person.id, now)),
            "accounts": await accounts_of(session, person.id),
            "successor": successor.name if successor else "",
            "asked": asked or 0,
            "lines": await self._lines(session, person, now),
        }

    async def _lines(self, session: AsyncSession, person: Person, now: datetime) -> list[str]:
        language = self._parts.settings.network.language
        return [
            self._parts.renderer.plain(line, language)
            for room in self._more
            for line in await room(session, person.id, now)
        ]


async def _memberships(
    session: AsyncSession, person_id: int, now: datetime
) -> list[dict[str, Any]]:
    """Return what somebody is and was, what counts now first."""
    rows = [
        {
            "role": one.role,
            "place": await _place(session, one),
            "since": one.since,
            "until": one.until,
            "over": one.until is not None and one.until <= now,
        }
        for one in await memberships_of(session, person_id)
    ]
    return sorted(rows, key=lambda row: bool(row["over"]))


async def _place(session: AsyncSession, membership: Membership) -> str:
    territory, structure = membership.territory_id, membership.structure_id
    found = [
        await session.get(Territory, territory) if territory else None,
        await session.get(Structure, structure) if structure else None,
    ]
    return ", ".join(one.name for one in found if one)


def _keyboard(person: Person, values: dict[str, Any]) -> Keyboard:
    subject = people.reference(person.id)

    def button(name: str, about: Reference = subject) -> Button:
        return Button(text(f"{name}_button"), f"entrance.{name}", about)

    unlinking = [
        (button("unlink", Reference("people", "account", str(account.id))),)
        for account in values["accounts"]
    ]
    if person.blocked_at is not None:
        return (*unlinking, (button("unblock"),))
    first = (button("invite"), button("widen")) if values["active"] else (button("widen"),)
    leaving = (button("leave"), button("successor")) if values["active"] else (button("successor"),)
    return (first, *unlinking, leaving, (button("block"),))
