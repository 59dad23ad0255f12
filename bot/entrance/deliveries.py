"""What the entrance sends, and what is checked right before each of it leaves."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.entrance import requests
from bot.entrance.decide import State, shown_name
from bot.entrance.models import AccessRequest
from bot.entrance.words import text
from core.chat import Keyboard, Post, Reply, Text
from core.ledger.draft import (
    ChatAddress,
    DeliveryKind,
    Draft,
    MailAddress,
    Parcel,
    Policy,
    Ready,
    Skip,
)
from core.ledger.removal import removed
from core.ledger.store import external_id_of
from core.mail.compose import compose, placeholder
from core.parts import Parts
from core.people.models import Person
from core.people.reaching import to_person
from core.posts import render_post
from core.reference import Party

CODE = "entrance.code"
REQUEST = "entrance.request"
OUTCOME = "entrance.outcome"
WELCOME = "entrance.welcome"
REMOVAL = "entrance.removal"


class Deliveries:
    """Writes the entrance's drafts, and says where each goes."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._language = parts.settings.network.language

    def kinds(self) -> tuple[DeliveryKind, ...]:
        """Return every kind: all are sent again when nobody knows whether they arrived."""
        again = Policy.RESEND
        return (
            DeliveryKind(CODE, again, self._to_mailbox),
            DeliveryKind(REQUEST, again, self._to_group),
            DeliveryKind(OUTCOME, again, _to_stranger),
            DeliveryKind(REMOVAL, again, self._from_group, removed),
            DeliveryKind(WELCOME, again, to_person),
        )

    def code(self, row: AccessRequest, now: datetime) -> Draft:
        """Send the code to the address; neither of them is in the ledger."""
        named = bool(shown_name(row.name))
        names = ("code", "name") if named else ("code",)
        values = {
            "code": placeholder("code"),
            "name": placeholder("name"),
            "named": named,
            "minutes": self._parts.settings.hotline.access_code_minutes,
        }
        mail = self._parts.renderer.mail("access_code", values, self._language)
        content = compose(self._parts.settings.mail, mail, auto_submitted=True, names=names)
        whom, cause = requests.party(row.id), requests.reference(row.id)
        return Draft(CODE, f"access:{row.id}/code", whom, content, cause, now)

    def request(self, row: AccessRequest, words: Text, keyboard: Keyboard, now: datetime) -> Draft:
        """Show the animators that somebody, whose address is confirmed, asks to come in."""
        post = render_post(self._parts.renderer, words, keyboard, self._language)
        whom, cause = requests.party(row.id), requests.reference(row.id)
        return Draft(REQUEST, f"access:{row.id}/request", whom, post.content(), cause, now)

    def refusal(self, row: AccessRequest, now: datetime) -> Draft:
        """Tell a stranger that they are not let in."""
        post = render_post(self._parts.renderer, text("access_refused"), (), self._language)
        whom, cause = requests.party(row.id), requests.reference(row.id)
        return Draft(OUTCOME, f"access:{row.id}/outcome", whom, post.content(), cause, now)

    def welcome(
        self, row: AccessRequest, person: Person, messages: Sequence[Reply], now: datetime
    ) -> list[Draft]:
        """Tell somebody that they were let in, with the welcome, in its order."""
        whom = Party("person", str(person.id))
        posts = [
            render_post(self._parts.renderer, message.text, message.keyboard, person.language)
            for message in messages
        ]
        return [
            Draft(
                WELCOME,
                f"access:{row.id}/welcome/{index}",
                whom,
                post.content(),
                requests.reference(row.id),
                now,
                stream=str(whom),
            )
            for index, post in enumerate(posts)
        ]

    async def _to_mailbox(
        self, session: AsyncSession, parcel: Parcel, now: datetime
    ) -> Ready | Skip:
        row = await session.get(AccessRequest, parcel.cause.number)
        if row is None:
            return Skip("erased")
        if row.state != State.SENT:
            return Skip(row.state)
        if now >= row.expires_at:
            return Skip("expired")
        values = {"code": requests.code_for(self._parts, row), "name": shown_name(row.name)}
        return Ready(MailAddress(row.email), values)

    async def _to_group(self, session: AsyncSession, parcel: Parcel, now: datetime) -> Ready | Skip:
        row = await session.get(AccessRequest, parcel.cause.number)
        if row is None:
            return Skip("erased")
        if row.state != State.CONFIRMED:
            return Skip(row.state)
        return await self._from_group(session, parcel, now)

    async def _from_group(
        self, _session: AsyncSession, _parcel: Parcel, _now: datetime
    ) -> Ready | Skip:
        telegram = self._parts.settings.telegram
        if not telegram.group_id:
            return Skip("no_group")
        return Ready(ChatAddress(telegram.group_id, telegram.board_thread_id))


async def removals(session: AsyncSession, row: AccessRequest, now: datetime) -> Sequence[Draft]:
    """Return what removes a request from the animators' group, if it was shown there."""
    whom, cause = requests.party(row.id), requests.reference(row.id)
    shown = await external_id_of(session, REQUEST, f"access:{row.id}/request", whom)
    if not shown:
        return []
    content = Post("delete").content()
    values = {"target": shown}
    return [Draft(REMOVAL, f"access:{row.id}/removal", whom, content, cause, now, values)]


async def _to_stranger(session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
    row = await session.get(AccessRequest, parcel.cause.number)
    return Skip("erased") if row is None else Ready(ChatAddress(int(row.account)))
