"""What the letter holds about somebody: giving it, and letting it go."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Text
from core.clock import Clock
from core.ledger.store import cancel, leave, purge, uncertain
from core.people.models import Person
from core.reference import Party
from core.room import Kept, PersonalData
from digest.subscribers import names
from digest.subscribers.models import Bounce, ChatReader, Consent, Subscriber, Suppression
from digest.subscribers.rules import Reason, State
from digest.subscribers.store import proofs_of
from digest.subscribers.suppression import address_hash, suppress

WORDS = "chat/subscribers.html"
ERASED = "erased"


def personal_data(clock: Clock) -> PersonalData:
    """Return how the house shows, and lets go of, what the letter holds about somebody."""

    async def erase_now(session: AsyncSession, party: Party) -> None:
        await erase(session, party, clock.now())

    return PersonalData(export, erase_now, kept)


async def export(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    """Return everything that the letter holds about a subscriber, or about a person's address."""
    told = await _told_in_chat(session, party)
    subscriber = await _of_party(session, party)
    if subscriber is None:
        return told
    proofs = await proofs_of(session, subscriber.id)
    bounces = await session.scalars(
        select(Bounce).where(Bounce.recipient == _party(subscriber)).order_by(Bounce.id)
    )
    errors = [{"at": row.at.isoformat(), "status": row.status} for row in bounces]
    return {
        **_columns(subscriber, "id", "person_id", "structure_id"),
        "consents": [_columns(proof, "id", "subscriber_id") for proof in proofs],
        **({"bounces": errors} if errors else {}),
        **await _suppression(session, subscriber.email),
        **told,
    }


async def erase(session: AsyncSession, party: Party, now: datetime) -> None:
    """Forget the address, where it came from and what was sent to it; what remains names nobody.

    A hash stays on the list of addresses that are not written to, so that no import brings the
    person back; it does not prevent them from subscribing again.
    """
    if party.kind == "person":
        await session.execute(delete(ChatReader).where(ChatReader.person_id == party.number))
    subscriber = await _of_party(session, party, lock=True)
    if subscriber is None:
        return
    await _keep_a_hash(session, subscriber.email, now)
    await let_go(session, subscriber, now)


async def let_go(session: AsyncSession, subscriber: Subscriber, now: datetime) -> None:
    """Forget a locked row's address, choices and mails, and keep nothing by which to know it."""
    subscriber.email, subscriber.state = None, State.UNSUBSCRIBED.value
    subscriber.unsubscribed_at = subscriber.unsubscribed_at or now
    subscriber.ended_by = ERASED
    subscriber.themes, subscriber.alerts, subscriber.whole_letter = [], False, True
    subscriber.person_id = subscriber.structure_id = subscriber.requested_at = None
    for proof in await proofs_of(session, subscriber.id):
        proof.network = ""
    await _forget_what_was_sent(session, names.subscriber_party(subscriber.id), now)


async def kept(session: AsyncSession, party: Party) -> Sequence[Kept]:
    """Say what stays after an erasure, and why."""
    subscriber = await _of_party(session, party)
    if subscriber is None or subscriber.email is None:
        return ()
    return (
        Kept(Text(WORDS, "kept_proofs"), Text(WORDS, "ground_proofs")),
        Kept(Text(WORDS, "kept_hash"), Text(WORDS, "ground_hash")),
    )


async def _keep_a_hash(session: AsyncSession, email: str | None, now: datetime) -> None:
    if email is None:
        return
    await suppress(session, email, Reason.OBJECTED, ERASED, now)
    row = await session.get_one(Suppression, address_hash(email), with_for_update=True)
    row.email, row.detail = None, ERASED


async def _forget_what_was_sent(session: AsyncSession, party: Party, now: datetime) -> None:
    await session.flush()
    await cancel(session, ERASED, now, recipient=party)
    doubtful = [row.id for row in await uncertain(session) if row.recipient == party]
    await leave(session, doubtful, now)
    await purge(session, party)


async def _suppression(session: AsyncSession, email: str | None) -> Mapping[str, Any]:
    row = await session.get(Suppression, address_hash(email)) if email else None
    return {} if row is None else {"not_written_to": row.reason, "not_written_since": _iso(row.at)}


async def _told_in_chat(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    row = await session.get(ChatReader, party.number) if party.kind == "person" else None
    return {} if row is None else {"told_in_chat_since": _iso(row.since)}


async def _of_party(
    session: AsyncSession, party: Party, *, lock: bool = False
) -> Subscriber | None:
    if party.kind == "subscriber":
        return await session.get(Subscriber, party.number, with_for_update=lock or None)
    if party.kind != "person":
        return None
    person = await session.get(Person, party.number)
    if person is None:
        return None
    email = person.email.lower() if person.email else None
    same = Subscriber.email == email if email else Subscriber.email.is_not(None)
    theirs = Subscriber.person_id == person.id
    wanted = or_(same, theirs) if email else theirs
    statement = select(Subscriber).where(wanted).order_by(same.desc(), Subscriber.id).limit(1)
    return await session.scalar(statement.with_for_update() if lock else statement)


def _party(subscriber: Subscriber) -> str:
    return str(names.subscriber_party(subscriber.id))


def _columns(row: Subscriber | Consent, *hidden: str) -> dict[str, Any]:
    values = {c.key: getattr(row, c.key) for c in row.__table__.columns if c.key not in hidden}
    return {key: _iso(value) for key, value in values.items()}


def _iso(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
