"""Subscribers and the proof of their consent: reading and writing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import Content, Draft
from core.ledger.store import post
from core.mail.compose import compose, placeholder
from core.parts import Parts
from core.people.models import Person
from core.reference import Party
from digest.subscribers import names
from digest.subscribers.models import Consent, Subscriber
from digest.subscribers.names import Confirming
from digest.subscribers.proofs import FORM, MAIL, prove
from digest.subscribers.rules import (
    Answer,
    Basis,
    Choices,
    Confirmation,
    Event,
    Reason,
    State,
    answer_to,
    confirmation_of,
    ending,
)
from digest.subscribers.suppression import reason_of, release, suppress


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
    subscriber = await _open(session, parts, wanted.email, now)
    why = await reason_of(session, wanted.email)
    asked = subscriber.requests, subscriber.requested_at
    answer = answer_to(State(subscriber.state), *asked, now, why)
    if answer is Answer.NOTHING:
        return answer
    subscriber.requests += 1
    subscriber.requested_at = now
    if answer is Answer.CONFIRMATION:
        if subscriber.state != State.SUPPRESSED:
            subscriber.state = State.PENDING
        prove(
            session, parts, subscriber, Event.SUBSCRIBE,
            basis=Basis.CONSENT, origin=FORM, network=wanted.network, now=now,
        )  # fmt: skip
    await post(session, [_answer(parts, subscriber, answer, wanted.choices, now)], now)
    return answer


async def confirm(
    session: AsyncSession, parts: Parts, confirming: Confirming, network: str, now: datetime
) -> tuple[Confirmation, Subscriber | None]:
    """Confirm a subscription that is waiting for it, or new choices; say what became of it.

    Whoever confirms consents, whatever the ground was before, and their address works.
    """
    subscriber = await by_id(session, confirming.subscriber, lock=True)
    if subscriber is None or subscriber.email is None:
        return Confirmation.ASK_AGAIN, None
    why = await reason_of(session, subscriber.email)
    outcome = confirmation_of(State(subscriber.state), why)
    event = None
    if outcome is Confirmation.DONE:
        _consent(subscriber, now)
        await release(session, subscriber.email)
        event = Event.CONFIRM
    elif changes_choices(subscriber, confirming):
        event = Event.CHOOSE
    if event is not None:
        apply(subscriber, confirming.choices)
        prove(session, parts, subscriber, event, origin=MAIL, network=network, now=now)
    return outcome, subscriber


def _consent(subscriber: Subscriber, now: datetime) -> None:
    subscriber.state = State.CONFIRMED
    subscriber.confirmed_at = now
    subscriber.basis = Basis.CONSENT
    subscriber.origin = FORM
    subscriber.ended_by = None


def apply(subscriber: Subscriber, choices: Choices) -> None:
    """Write down what a subscriber wants."""
    subscriber.alerts = choices.alerts
    subscriber.themes = list(choices.themes)
    subscriber.whole_letter = choices.whole


def changes_choices(subscriber: Subscriber, confirming: Confirming) -> bool:
    """Say whether a link gives a subscriber other choices: the last one that was sent, only."""
    confirmed = subscriber.state == State.CONFIRMED
    last = subscriber.requests == confirming.request
    return confirmed and last and choices_of(subscriber) != confirming.choices


def choices_of(subscriber: Subscriber) -> Choices:
    """Return what a subscriber wants beside the letter."""
    return Choices(subscriber.alerts, tuple(subscriber.themes), subscriber.whole_letter)


async def unsubscribe(
    session: AsyncSession,
    parts: Parts,
    subscriber: Subscriber,
    *,
    origin: str,
    network: str,
    reason: str,
    now: datetime,
) -> None:
    """Stop sending anything to a subscriber; doing it again changes nothing.

    `origin` says by which way (a link, a mail…), `reason` why: both are kept. Who was added
    without having asked objects by this: no import ever adds them again. They may ask again at
    once, unless they were only asking: a forwarded edition must not turn a form into a siren.
    """
    if subscriber.state == State.UNSUBSCRIBED:
        return
    event = ending(Basis(subscriber.basis))
    if subscriber.state != State.PENDING:
        subscriber.requested_at = None
    subscriber.state = State.UNSUBSCRIBED
    subscriber.unsubscribed_at = now
    subscriber.ended_by = reason
    prove(session, parts, subscriber, event, origin=origin, network=network, now=now)
    if event is Event.OBJECT and subscriber.email is not None:
        await suppress(session, subscriber.email, Reason.OBJECTED, "", now)


async def by_id(session: AsyncSession, identity: int, *, lock: bool = False) -> Subscriber | None:
    """Return a subscriber; with `lock`, no other transaction changes it meanwhile."""
    return await session.get(Subscriber, identity, with_for_update=lock or None)


async def by_email(session: AsyncSession, email: str) -> Subscriber | None:
    """Return the subscription of an address, in lower case, locked until the commit."""
    return await session.scalar(
        select(Subscriber).where(Subscriber.email == email).with_for_update()
    )


async def address_of(session: AsyncSession, party: Party) -> str | None:
    """Return the present address of a subscriber or a person, in lower case; of others, None."""
    if party.kind == "subscriber":
        subscriber = await by_id(session, party.number)
        return subscriber.email if subscriber else None
    if party.kind == "person":
        person = await session.get(Person, party.number)
        return person.email.lower() if person and person.email else None
    return None


async def proofs_of(session: AsyncSession, identity: int) -> Sequence[Consent]:
    """Return the proofs of a subscription, the oldest first."""
    found = select(Consent).where(Consent.subscriber_id == identity).order_by(Consent.id)
    return (await session.scalars(found)).all()


def receives(until: datetime) -> ColumnElement[bool]:
    """Match who receives what is approved at `until`: confirmed by then.

    Who never asked was told before, by a mail of its own, that they would, and how to object.
    """
    informed = or_(Subscriber.basis != Basis.PUBLIC_INTEREST.value, Subscriber.informed_at <= until)
    confirmed = Subscriber.state == State.CONFIRMED.value
    return and_(confirmed, Subscriber.confirmed_at <= until, informed)


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
