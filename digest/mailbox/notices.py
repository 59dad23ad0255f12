"""What the animators are told of the mailbox, in their chat: seldom, and grouped."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Button, Keyboard, Text
from core.ledger.draft import Content, Draft
from core.ledger.models import Delivery
from core.ledger.store import post
from core.parts import Parts
from core.people.models import Person
from core.posts import render_post
from core.reference import ANIMATORS, Party
from core.working_time import paris_day
from digest.mailbox import names
from digest.subscribers.models import Bounce, Subscriber

MOST_NAMED = 20


def words(block: str, values: Mapping[str, Any] | None = None) -> Text:
    """Return what a block of the mailbox's template says."""
    return Text(names.TEMPLATE, block, values or {})


async def tell_daily(
    session: AsyncSession,
    parts: Parts,
    block: str,
    now: datetime,
    values: Mapping[str, Any] | None = None,
) -> None:
    """Tell something about the mailbox, once a day at most."""
    slot = names.daily_slot(block, paris_day(now))
    await _tell(session, parts, slot, words(block, values), now)


async def tell_challenge(session: AsyncSession, parts: Parts, domain: str, now: datetime) -> None:
    """Tell that a domain wants our mail confirmed by hand; once a month for each domain."""
    slot = names.monthly_slot(f"challenge/{domain}", paris_day(now))
    await _tell(session, parts, slot, words("challenge", {"domain": domain}), now)


async def propose(
    session: AsyncSession, parts: Parts, mail: int, values: Mapping[str, Any], now: datetime
) -> None:
    """Show somebody who left, with what can be done about their address."""
    text = words("left", values)
    keyboard = _choices(mail, replaceable=bool(values["new"]))
    cause = names.mail_reference(mail)
    content = _content(parts, text, keyboard)
    draft = Draft(names.PROPOSAL, f"mail:{mail}", ANIMATORS, content, cause, now)
    await post(session, [draft], now)


def _choices(mail: int, *, replaceable: bool) -> Keyboard:
    reference = names.mail_reference(mail)
    ignore = Button(words("ignore_button"), names.IGNORE, reference)
    if not replaceable:
        return ((ignore,),)
    return ((Button(words("replace_button"), names.REPLACE, reference), ignore),)


async def tell_errors(session: AsyncSession, parts: Parts, now: datetime) -> None:
    """Tell which addresses were found in error since the last time; once a day at most."""
    slot = names.daily_slot("errors", paris_day(now))
    told = select(Delivery.id).where(Delivery.kind == names.NOTICE, Delivery.slot == slot)
    if await session.scalar(told) is not None:
        return
    since = await session.scalar(
        select(func.max(Delivery.created_at)).where(
            Delivery.kind == names.NOTICE, Delivery.slot.like("errors:%")
        )
    )
    parties = await _in_error(session, since)
    if not parties:
        return
    members = await _members(session, parties)
    values = {
        "members": members[:MOST_NAMED],
        "more": max(0, len(members) - MOST_NAMED),
        "others": len(parties) - len(members),
    }
    await _tell(session, parts, slot, words("errors", values), now)


async def _in_error(session: AsyncSession, since: datetime | None) -> Sequence[str]:
    query = select(Bounce.recipient).where(Bounce.severity == "hard").distinct()
    if since is not None:
        query = query.where(Bounce.at > since)
    return (await session.scalars(query.order_by(Bounce.recipient))).all()


async def _members(session: AsyncSession, parties: Sequence[str]) -> list[str]:
    """Return the names of those among the parties who are of the network."""
    found: list[str] = []
    for party in parties:
        person = await _person(session, Party.parse(party))
        if person is not None:
            found.append(person.name)
    return sorted(found)


async def _person(session: AsyncSession, party: Party) -> Person | None:
    if party.kind == "person":
        return await session.get(Person, party.number)
    subscriber = await session.get(Subscriber, party.number) if party.kind == "subscriber" else None
    if subscriber is None:
        return None
    if subscriber.person_id is not None:
        return await session.get(Person, subscriber.person_id)
    same = func.lower(Person.email) == subscriber.email
    return await session.scalar(select(Person).where(same).limit(1))


async def _tell(session: AsyncSession, parts: Parts, slot: str, text: Text, now: datetime) -> None:
    cause, content = names.notices_reference(), _content(parts, text)
    await post(session, [Draft(names.NOTICE, slot, ANIMATORS, content, cause, now)], now)


def _content(parts: Parts, text: Text, keyboard: Keyboard = ()) -> Content:
    language = parts.settings.network.language
    return render_post(parts.renderer, text, keyboard, language).content()
