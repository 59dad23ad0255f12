"""Subscribers and the proof of their consent: reading and writing."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Text
from core.ledger.draft import Content, Draft
from core.ledger.store import post
from core.mail.compose import compose, placeholder
from core.parts import Parts
from core.people.models import Person
from core.reference import Party
from digest.subscribers import names
from digest.subscribers.models import Consent, Subscriber
from digest.subscribers.names import Confirming
from digest.subscribers.rules import (
    Answer,
    Choices,
    Confirmation,
    Event,
    State,
    answer_to,
    confirmation_of,
)

BASIS = "consent"
FORM = "form"
MAIL = "mail"
LINK = "link"


@dataclass(frozen=True)
class Wanted:
    """A request for the letter: an address, what was chosen, the truncated address it came from."""

    email: str
    network: str
    choices: Choices


async def ask(session: AsyncSession, parts: Parts, wanted: Wanted, now: datetime) -> Answer:
    """Take a request for the letter, and draft the mail that answers it.

    What was chosen is in the link of that mail, also for who is subscribed already. Returns what
    was done, for logs: the person must not be able to tell.
    """
    network = wanted.network
    subscriber = await _open(session, parts, wanted.email, now)
    answer = answer_to(State(subscriber.state), subscriber.requests, subscriber.requested_at, now)
    if answer is Answer.NOTHING:
        return answer
    subscriber.requests += 1
    subscriber.requested_at = now
    if answer is Answer.CONFIRMATION:
        subscriber.state = State.PENDING
        _prove(session, parts, subscriber, Event.SUBSCRIBE, origin=FORM, network=network, now=now)
    await post(session, [_answer(parts, subscriber, answer, wanted.choices, now)], now)
    return answer


async def confirm(
    session: AsyncSession, parts: Parts, confirming: Confirming, network: str, now: datetime
) -> tuple[Confirmation, Subscriber | None]:
    """Confirm a subscription that is waiting for it, or new choices; say what became of it."""
    subscriber = await by_id(session, confirming.subscriber, lock=True)
    if subscriber is None or subscriber.email is None:
        return Confirmation.ASK_AGAIN, None
    outcome = confirmation_of(State(subscriber.state))
    event = None
    if outcome is Confirmation.DONE:
        subscriber.state = State.CONFIRMED
        subscriber.confirmed_at = now
        event = Event.CONFIRM
    elif changes_choices(subscriber, confirming):
        event = Event.CHOOSE
    if event is not None:
        subscriber.alerts = confirming.choices.alerts
        subscriber.themes = list(confirming.choices.themes)
        _prove(session, parts, subscriber, event, origin=MAIL, network=network, now=now)
    return outcome, subscriber


def changes_choices(subscriber: Subscriber, confirming: Confirming) -> bool:
    """Say whether a link gives a subscriber other choices: the last one that was sent, only."""
    confirmed = subscriber.state == State.CONFIRMED
    last = subscriber.requests == confirming.request
    return confirmed and last and choices_of(subscriber) != confirming.choices


def choices_of(subscriber: Subscriber) -> Choices:
    """Return what a subscriber wants beside the letter."""
    return Choices(subscriber.alerts, tuple(subscriber.themes))


async def unsubscribe(
    session: AsyncSession, parts: Parts, subscriber: Subscriber, network: str, now: datetime
) -> None:
    """Stop sending anything to a subscriber; doing it again changes nothing.

    They may ask again at once: whoever holds the link of an edition is no harassing stranger.
    """
    if subscriber.state == State.UNSUBSCRIBED:
        return
    subscriber.state = State.UNSUBSCRIBED
    subscriber.unsubscribed_at = now
    subscriber.requested_at = None
    _prove(session, parts, subscriber, Event.UNSUBSCRIBE, origin=LINK, network=network, now=now)


async def by_id(session: AsyncSession, identity: int, *, lock: bool = False) -> Subscriber | None:
    """Return a subscriber; with `lock`, no other transaction changes it meanwhile."""
    return await session.get(Subscriber, identity, with_for_update=lock or None)


async def recipients(
    session: AsyncSession, after: int, until: datetime, limit: int
) -> Sequence[int]:
    """Return the ids of those confirmed by `until`, above `after`, in order."""
    rows = await session.scalars(
        select(Subscriber.id)
        .where(
            Subscriber.state == State.CONFIRMED,
            Subscriber.confirmed_at <= until,
            Subscriber.id > after,
        )
        .order_by(Subscriber.id)
        .limit(limit)
    )
    return rows.all()


async def export(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    """Return everything that the letter holds about a subscriber, or about a person's address."""
    subscriber = await _of_party(session, party)
    if subscriber is None:
        return {}
    proofs = await session.scalars(
        select(Consent).where(Consent.subscriber_id == subscriber.id).order_by(Consent.id)
    )
    return {
        **_columns(subscriber, "id"),
        "consents": [_columns(proof, "id", "subscriber_id") for proof in proofs],
    }


async def erase(session: AsyncSession, party: Party) -> None:
    """Forget the address and where it came from; what remains names nobody."""
    subscriber = await _of_party(session, party)
    if subscriber is None:
        return
    subscriber.email = None
    subscriber.state = State.UNSUBSCRIBED
    proofs = await session.scalars(select(Consent).where(Consent.subscriber_id == subscriber.id))
    for proof in proofs:
        proof.network = ""


async def _of_party(session: AsyncSession, party: Party) -> Subscriber | None:
    if party.kind == "subscriber":
        return await session.get(Subscriber, party.number)
    if party.kind != "person":
        return None
    person = await session.get(Person, party.number)
    if person is None or not person.email:
        return None
    return await session.scalar(select(Subscriber).where(Subscriber.email == person.email.lower()))


def _columns(row: Subscriber | Consent, *hidden: str) -> dict[str, Any]:
    values = {c.key: getattr(row, c.key) for c in row.__table__.columns if c.key not in hidden}
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in values.items()
    }


async def _open(session: AsyncSession, parts: Parts, email: str, now: datetime) -> Subscriber:
    """Return the row of an address, made if need be, and locked until the commit."""
    insert = sqlite.insert if parts.database.is_sqlite else postgresql.insert
    values = {
        "email": email,
        "state": State.PENDING,
        "language": parts.settings.network.language,
        "created_at": now,
    }
    await session.execute(insert(Subscriber).values(values).on_conflict_do_nothing())
    found = await session.scalars(
        select(Subscriber).where(Subscriber.email == email).with_for_update()
    )
    return found.one()


def wording(parts: Parts, language: str) -> str:
    """Return the sentence under which somebody subscribes: it is kept with their consent."""
    return parts.renderer.plain(Text("web/consent.txt", "wording"), language)


def _prove(
    session: AsyncSession,
    parts: Parts,
    subscriber: Subscriber,
    event: Event,
    *,
    origin: str,
    network: str,
    now: datetime,
) -> None:
    words = wording(parts, subscriber.language)
    session.add(
        Consent(
            subscriber_id=subscriber.id,
            event=event,
            basis=BASIS,
            origin=origin,
            wording=words,
            wording_version=hashlib.sha256(words.encode()).hexdigest()[:12],
            network=network,
            at=now,
        )
    )


def _answer(
    parts: Parts, subscriber: Subscriber, answer: Answer, choices: Choices, now: datetime
) -> Draft:
    confirmation = answer is Answer.CONFIRMATION
    link = names.confirmation_url(parts, subscriber.id, subscriber.requests, choices)
    values = {"confirmation_url": link}
    if not confirmation:
        values = {"choices_url": link} if choices != choices_of(subscriber) else {}
        values["unsubscribe_url"] = names.unsubscription_url(parts, subscriber.id)
    return Draft(
        kind=names.CONFIRMATION if confirmation else names.ALREADY,
        slot=f"{answer}:{subscriber.id}:{subscriber.requests}",
        recipient=names.subscriber_party(subscriber.id),
        content=_content(parts, answer, subscriber.language, tuple(values)),
        cause=names.subscriber_reference(subscriber.id),
        due_at=now,
        values=values,
    )


def _content(parts: Parts, answer: Answer, language: str, links: tuple[str, ...]) -> Content:
    """Build a mail that is the same for everybody but for its link: it names nobody."""
    values = {"choices_url": "", **{link: placeholder(link) for link in links}}
    days = parts.settings.digest.confirmation_days
    text = parts.renderer.mail(answer.value, {**values, "days": days}, language)
    return compose(parts.settings.mail, text, auto_submitted=True, names=links)
