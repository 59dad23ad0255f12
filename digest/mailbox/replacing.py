"""The animators' answer when somebody left: the address is replaced, or left as it is."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.acts import record
from core.chat import Action, Redraw, Response, Toast, Turn
from core.parts import Parts
from core.people.roles import Role
from core.people.store import roles_of
from core.reference import Party, Reference
from digest.mailbox import names, senders
from digest.mailbox.decide import Kind, Leaving, leaving, moves_subscription
from digest.mailbox.models import ReceivedMail
from digest.mailbox.notices import words
from digest.mailbox.parsing import parse
from digest.subscribers import adding, proofs, store
from digest.subscribers.models import Subscriber
from digest.subscribers.rules import Answer, Event, State
from digest.subscribers.suppression import is_suppressed


class Replacing:
    """Answers the presses under a proposal."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        return (
            Action(names.REPLACE, self.replace, Role.ANIMATOR),
            Action(names.IGNORE, self.ignore, Role.ANIMATOR),
        )

    async def ignore(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Leave everything as it is."""
        row = await _open(turn.session, reference)
        if row is None:
            return [Toast(words("decided"), alert=True)]
        row.kind = Kind.KEPT
        record(turn.session, _actor(turn), "mailbox.ignore", reference, turn.now)
        return [Redraw(words("ignored", {"by": turn.sender.name}))]

    async def replace(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Replace an address by the one that its automatic reply names.

        Nobody is subscribed by this without having been asked: a subscription by consent ends, and
        the new address is asked; one of the network's own mission moves, and its new reader is
        informed first. The directory follows only somebody who keeps their place: whoever takes
        over from somebody is somebody else. It follows no animator: a mail can be forged, and the
        address in the directory lets one in.
        """
        row = await _open(turn.session, reference)
        told = await self._read(row)
        if row is None or told is None or told.new is None:
            return [Toast(words("decided"), alert=True)]
        row.kind = Kind.REPLACED
        outcome = await self._subscription(turn.session, told, told.new, row, turn.now)
        directory = await self._directory(turn.session, told, told.new, turn.now)
        record(
            turn.session, _actor(turn), "mailbox.replace", reference, turn.now,
            subscription=outcome, directory=directory,
        )  # fmt: skip
        values = {"new": told.new, "subscription": outcome, "directory": directory}
        return [Redraw(words("replaced", {**values, "by": turn.sender.name}))]

    async def _read(self, row: ReceivedMail | None) -> Leaving | None:
        if row is None:
            return None
        mail = await asyncio.to_thread(parse, row.data)
        return leaving(mail, senders.us(self._parts))

    async def _subscription(
        self, session: AsyncSession, told: Leaving, new: str, row: ReceivedMail, now: datetime
    ) -> str:
        """Return what became of the subscription: "moved", "asked" or "none"."""
        subscriber = await senders.subscriber_at(session, told.old)
        if subscriber is None or subscriber.state == State.UNSUBSCRIBED:
            return "none"
        free = await self._free(session, new)
        if moves_subscription(subscriber.basis, free=free):
            self._move(session, subscriber, told, new, now)
            await adding.inform_again(session, self._parts, subscriber, f"mail:{row.id}", now)
            return "moved"
        wanted = store.Wanted(new, "", store.choices_of(subscriber))
        await store.unsubscribe(
            session, self._parts, subscriber,
            origin=proofs.MAIL, network="", reason="left", now=now,
        )  # fmt: skip
        answer = await store.ask(session, self._parts, wanted, now)
        return "asked" if answer is Answer.CONFIRMATION else "none"

    async def _free(self, session: AsyncSession, email: str) -> bool:
        known = await session.scalar(select(Subscriber.id).where(Subscriber.email == email))
        return known is None and not await is_suppressed(session, email)

    def _move(
        self,
        session: AsyncSession,
        subscriber: Subscriber,
        told: Leaving,
        new: str,
        now: datetime,
    ) -> None:
        subscriber.email = new
        subscriber.informed_at = None
        subscriber.state = State.CONFIRMED
        if not told.moved:
            subscriber.person_id = None
        proofs.prove(
            session, self._parts, subscriber, Event.ADD,
            origin=proofs.DIRECTORY, network="", now=now,
        )  # fmt: skip

    async def _directory(
        self, session: AsyncSession, told: Leaving, new: str, now: datetime
    ) -> str:
        """Return what became of the directory: "changed", "kept" or "none"."""
        person = await senders.person_at(session, told.old)
        if person is None:
            return "none"
        if not told.moved or await senders.person_at(session, new) is not None:
            return "kept"
        if Role.ANIMATOR in await roles_of(session, person.id, now):
            return "kept"
        person.email = new
        return "changed"


async def _open(session: AsyncSession, reference: Reference) -> ReceivedMail | None:
    """Return the mail of a proposal that nobody decided, locked; None when it is too late."""
    row = await session.get(ReceivedMail, reference.number, with_for_update=True)
    return row if row is not None and row.kind == Kind.LEFT and row.data else None


def _actor(turn: Turn) -> Party:
    return Party("person", str(turn.sender.person_id))
