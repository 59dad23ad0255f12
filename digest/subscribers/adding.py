"""Subscribing people at an operator's hand: by their consent given elsewhere, or as members.

No function here commits. Done twice, it changes nothing the second time; and what somebody chose
or refused themselves always prevails.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import alone
from core.ledger.draft import Content, Draft
from core.ledger.store import post
from core.mail.compose import compose, placeholder
from core.pages import page_url
from core.parts import Parts
from digest.subscribers import names, proofs
from digest.subscribers.models import Consent, Subscriber
from digest.subscribers.rules import (
    Basis,
    Choices,
    Event,
    State,
    Verdict,
    left_for_good,
    verdict_of,
)
from digest.subscribers.suppression import reasons_of

CHUNK = 1_000
"""How many addresses one transaction adds: within the variables of one statement of SQLite."""


@dataclass(frozen=True)
class Newcomer:
    """An address to add, normalised; whose it is in the directory, if anybody's."""

    email: str
    choices: Choices = field(default_factory=Choices)
    person_id: int | None = None
    structure_id: int | None = None


@dataclass(frozen=True)
class Ground:
    """On what legal ground addresses are added, and where they come from, in words."""

    basis: Basis
    origin: str


async def verdicts(session: AsyncSession, newcomers: Sequence[Newcomer]) -> list[Verdict]:
    """Return what `add` would do with each, and change nothing; they are `CHUNK` at most."""
    known = {row.email: _standing(row) for row in await _known(session, newcomers)}
    reasons = await reasons_of(session, [one.email for one in newcomers])
    return [verdict_of(known.get(one.email), reasons.get(one.email)) for one in newcomers]


async def add(
    session: AsyncSession,
    parts: Parts,
    newcomers: Sequence[Newcomer],
    ground: Ground,
    now: datetime,
) -> list[Verdict]:
    """Subscribe those who may be, each address once, with a proof; say what became of each.

    Who never asked is informed by a mail of its own before any edition, and may object in one
    press. At most `CHUNK` of them.
    """
    await alone(session, "subscribers.add")
    found = await verdicts(session, newcomers)
    chosen = [
        one for one, verdict in zip(newcomers, found, strict=True) if verdict is Verdict.ADDED
    ]
    added = await _subscribe(session, parts, chosen, ground, now)
    await _prove(session, parts, added, ground, now)
    if ground.basis is Basis.PUBLIC_INTEREST:
        content = informing(parts, ground.origin)
        await post(session, [_informed(parts, each, content, now) for each in added], now)
    return found


def _standing(row: Subscriber) -> State:
    """Return where a subscription stands; a request in the name of who left changes nothing."""
    state = State(row.state)
    left = left_for_good(state, row.confirmed_at, row.unsubscribed_at)
    return State.UNSUBSCRIBED if left else state


async def _known(session: AsyncSession, newcomers: Sequence[Newcomer]) -> Sequence[Subscriber]:
    emails = [one.email for one in newcomers]
    return (await session.scalars(select(Subscriber).where(Subscriber.email.in_(emails)))).all()


async def _subscribe(
    session: AsyncSession,
    parts: Parts,
    newcomers: Sequence[Newcomer],
    ground: Ground,
    now: datetime,
) -> Sequence[int]:
    """Write the subscriptions, but for who has just asked by themselves; return their numbers."""
    waiting = {row.email: row for row in await _known(session, newcomers)}
    for one in newcomers:
        if row := waiting.get(one.email):
            for name, value in _values(parts, one, ground, now).items():
                setattr(row, name, value)
    rows = [
        {"email": one.email, "created_at": now, **_values(parts, one, ground, now)}
        for one in newcomers
        if one.email not in waiting
    ]
    numbers = [row.id for row in waiting.values()]
    if rows:
        table = sqlite.insert if parts.database.is_sqlite else postgresql.insert
        statement = table(Subscriber).on_conflict_do_nothing().returning(Subscriber.id)
        numbers += (await session.scalars(statement, rows)).all()
    return sorted(numbers)


def _values(parts: Parts, one: Newcomer, ground: Ground, now: datetime) -> dict[str, Any]:
    return {
        "state": State.CONFIRMED.value,
        "language": parts.settings.network.language,
        "themes": list(one.choices.themes),
        "alerts": one.choices.alerts,
        "whole_letter": one.choices.whole,
        "basis": ground.basis.value,
        "origin": ground.origin,
        "person_id": one.person_id,
        "structure_id": one.structure_id,
        "confirmed_at": now,
    }


async def _prove(
    session: AsyncSession, parts: Parts, added: Sequence[int], ground: Ground, now: datetime
) -> None:
    words = proofs.wording(parts, parts.settings.network.language, ground.basis)
    common: Mapping[str, Any] = {
        "event": Event.ADD.value,
        "basis": ground.basis.value,
        "origin": ground.origin,
        "wording": words if ground.basis is Basis.PUBLIC_INTEREST else "",
        "wording_version": proofs.version_of(words)
        if ground.basis is Basis.PUBLIC_INTEREST
        else "",
        "network": "",
        "at": now,
    }
    if added:
        rows = [{**common, "subscriber_id": number} for number in added]
        await session.execute(insert(Consent), rows)


async def inform_again(
    session: AsyncSession, parts: Parts, subscriber: Subscriber, why: str, now: datetime
) -> None:
    """Inform whoever reads a subscription's new address; once for each `why`."""
    draft = _informed(parts, subscriber.id, informing(parts, subscriber.origin), now)
    await post(session, [replace(draft, slot=f"{draft.slot}/{why}")], now)


def informing(parts: Parts, origin: str) -> Content:
    """Build the mail that tells who never asked: why, on what ground, and how to object."""
    language = parts.settings.network.language
    values = {
        "wording": proofs.wording(parts, language, Basis.PUBLIC_INTEREST),
        "origin": origin,
        "my_data_url": page_url(parts, "/abonnement/mes-donnees"),
        **{name: placeholder(name) for name in names.OWN},
    }
    text = parts.renderer.mail("informed", values, language)
    return compose(parts.settings.mail, text, list_unsubscribe=True, names=names.OWN)


def _informed(parts: Parts, subscriber: int, content: Content, now: datetime) -> Draft:
    return Draft(
        kind=names.INFORMED,
        slot=f"informed:{subscriber}",
        recipient=names.subscriber_party(subscriber),
        content=content,
        cause=names.subscriber_reference(subscriber),
        due_at=now,
        values=names.own_links(parts, subscriber),
        bulk=True,
    )
