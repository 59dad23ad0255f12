"""Members of the network who want it are told in chat, once, that an edition is out."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Button
from core.ledger.draft import Content, Draft, Parcel, Ready, Skip
from core.ledger.store import post
from core.parts import Parts
from core.people.models import Person
from core.people.reaching import private_chat
from core.posts import render_post
from core.reference import Party
from digest.letter import editions, names
from digest.letter.sending.shown import words
from digest.subscribers.models import ChatReader


async def tell_readers(session: AsyncSession, parts: Parts, number: int, now: datetime) -> None:
    """Post the message of each reader; in the transaction that closes the edition."""
    rows = await session.execute(
        select(Person.id, Person.language)
        .join(ChatReader, ChatReader.person_id == Person.id)
        .where(Person.blocked_at.is_(None))
        .order_by(Person.id)
    )
    people = rows.all()
    edition = await editions.by_number(session, number)
    title = edition.title if edition else ""
    contents = {
        language: _content(parts, number, title, language)
        for language in {language for _, language in people}
    }
    drafts = [_draft(number, person, contents[language], now) for person, language in people]
    await post(session, drafts, now)


async def prepare(session: AsyncSession, parcel: Parcel, _now: datetime) -> Ready | Skip:
    """Tell who still wishes it, is not blocked, and has a chat."""
    identity = parcel.recipient.number
    if await session.get(ChatReader, identity) is None:
        return Skip("not_wanted")
    person = await session.get(Person, identity)
    if person is None or person.blocked_at is not None:
        return Skip("blocked")
    return await private_chat(session, identity)


def _content(parts: Parts, number: int, title: str, language: str) -> Content:
    button = Button(words("read_button"), url=names.edition_url(parts, number))
    text = words("out", {"number": number, "title": title})
    return render_post(parts.renderer, text, ((button,),), language).content()


def _draft(number: int, person: int, content: Content, now: datetime) -> Draft:
    party = Party("person", str(person))
    slot, cause = names.edition_slot(number), names.edition_reference(number)
    return Draft(names.OUT, slot, party, content, cause, now, stream=str(party))
