"""What the network's room holds about somebody: shown as it is, or let go of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.by_mail.threads import still_asked
from bot.hotline.models import Question
from bot.network import names
from bot.network.experiences import document_of
from bot.network.hiding import Hiding
from bot.network.models import (
    Clarification,
    ContactShown,
    NetworkConsent,
    Proposal,
    Solicitation,
    SolicitationReply,
    Solicited,
    Sponsorship,
    SponsorshipExchange,
    WhoSearch,
)
from bot.network.words import text
from core.chat import Post
from core.kept import AddStory
from core.ledger.draft import Draft
from core.ledger.models import Delivery
from core.ledger.store import cancel, leave, post, purge, uncertain
from core.people.models import Person, Territory
from core.reference import Party
from core.room import Kept


async def export(session: AsyncSession, party: Party) -> Mapping[str, Any]:
    """Return what somebody agreed to, was asked, replied, searched, proposed and noted."""
    if party.kind != "person":
        return {}
    number = party.number
    consent = await session.get(NetworkConsent, number)
    return {
        "consents": [_consent(consent)] if consent else [],
        "solicited": await _solicited(session, number),
        "replies": [
            {"at": _day(row.at), "text": row.text, "files": _files(row.files)}
            for row in await _rows(session, SolicitationReply, SolicitationReply.person_id, number)
        ],
        "searches": [
            {"at": _day(row.at), "text": row.text}
            for row in await _rows(session, WhoSearch, WhoSearch.person_id, number)
        ],
        "contact_given": [
            _day(row.at)
            for row in await _rows(session, ContactShown, ContactShown.person_id, number)
        ],
        "proposals": [
            _proposal(row) for row in await _rows(session, Proposal, Proposal.person_id, number)
        ],
        "clarifications": [
            {"at": _day(row.at), "direction": row.direction, "text": row.text}
            for row in await _rows(session, Clarification, Clarification.author_id, number)
        ],
        "exchanges": [
            {"held_on": row.held_on.isoformat(), "line": row.line}
            for row in await _rows(
                session, SponsorshipExchange, SponsorshipExchange.noted_by, number
            )
        ],
    }


async def keeps(session: AsyncSession, party: Party) -> Sequence[Kept]:
    """Return what stays once somebody is erased, without their name: what the network kept."""
    if party.kind != "person":
        return ()
    kept = await _count(session, Proposal.person_id == party.number, Proposal.state == "kept")
    noted = await _count(session, SponsorshipExchange.noted_by == party.number)
    return [
        *([Kept(text("kept_proposals", count=kept), text("ground_network"))] if kept else []),
        *([Kept(text("kept_exchanges", count=noted), text("ground_evidence"))] if noted else []),
    ]


async def erase(
    session: AsyncSession, hiding: Hiding, news: AddStory, party: Party, now: datetime
) -> None:
    """Let go of all that names somebody, in the tables, the ledger and the animators' group.

    How many were asked and replied stays; so does what the network kept, without name nor file.
    """
    if party.kind != "person":
        return
    number = party.number
    await session.execute(delete(NetworkConsent).where(NetworkConsent.person_id == number))
    for reply in await _ids(session, SolicitationReply.person_id == number, SolicitationReply):
        await _forget_posts(session, Party("reply", str(reply)), names.REPLY, now)
    for proposal in await _ids(session, Proposal.person_id == number, Proposal):
        await _forget_posts(session, Party("proposal", str(proposal)), names.PROPOSAL, now)
    await _unname(session, hiding, news, number, now)
    await _empty_proposals(session, number)
    await _empty_words(session, number)
    await _empty_questions(session, number, now)
    for column in (
        Solicitation.asked_by,
        SolicitationReply.forwarded_by,
        Proposal.decided_by,
        Sponsorship.recorded_by,
        SponsorshipExchange.noted_by,
        Solicited.person_id,
        ContactShown.person_id,
    ):
        await session.execute(update(column.class_).where(column == number).values({column: None}))
    await purge(session, party)


async def _unname(
    session: AsyncSession, hiding: Hiding, news: AddStory, number: int, now: datetime
) -> None:
    """Take somebody's name out of their own words that the network keeps, the watch included."""
    person = await session.get(Person, number)
    if person is None:
        return
    kept = select(Proposal).where(Proposal.person_id == number, Proposal.state == "kept")
    for proposal in (await session.scalars(kept)).all():
        proposal.text = hiding.without(proposal.text, person)
        proposal.version += 1  # what is searched has changed
        territory = await session.get(Territory, proposal.territory_id or 0)
        document = document_of(proposal, territory.name if territory else "", "")
        await news.rewrite(session, document, now)
    noted = select(SponsorshipExchange).where(SponsorshipExchange.noted_by == number)
    for exchange in (await session.scalars(noted)).all():
        exchange.line = hiding.without(exchange.line, person)
    await session.flush()


async def _empty_proposals(session: AsyncSession, number: int) -> None:
    mine = Proposal.person_id == number
    ids = select(Proposal.id).where(mine)
    await session.execute(
        update(Clarification)
        .where(or_(Clarification.author_id == number, Clarification.proposal_id.in_(ids)))
        .values(text="", files=[], author_id=None)
    )
    gone: dict[str, Any] = {"person_id": None, "files": [], "contactable": False}
    await session.execute(
        update(Proposal).where(mine, Proposal.state != "kept").values(text="", url="", **gone)
    )
    await session.execute(update(Proposal).where(mine).values(**gone))


async def _empty_words(session: AsyncSession, number: int) -> None:
    await session.execute(
        update(SolicitationReply)
        .where(SolicitationReply.person_id == number)
        .values(text="", entities=[], files=[], person_id=None)
    )
    await session.execute(
        update(WhoSearch).where(WhoSearch.person_id == number).values(text="", person_id=None)
    )


async def _empty_questions(session: AsyncSession, number: int, now: datetime) -> None:
    """Empty what was asked of the network for somebody; their questions may be empty already."""
    theirs = or_(Question.asker_id == number, ~still_asked() & (Question.text == ""))
    asked = select(Solicitation.id).where(
        Solicitation.question_id.in_(select(Question.id).where(theirs)), Solicitation.text != ""
    )
    for row in (await session.scalars(asked)).all():
        await cancel(session, "erased", now, cause=names.named("solicitation", row))
        await session.execute(
            update(Solicitation).where(Solicitation.id == row).values(text="", state="cancelled")
        )


async def _forget_posts(session: AsyncSession, party: Party, kind: str, now: datetime) -> None:
    """Empty what the ledger holds for a party, and remove it from where it was shown."""
    shown = await session.execute(
        select(Delivery.id).where(
            Delivery.recipient == str(party),
            Delivery.kind == kind,
            Delivery.external_id.is_not(None),
        )
    )
    await cancel(session, "erased", now, recipient=party)
    doubtful = [row.id for row in await uncertain(session, [kind]) if row.recipient == party]
    await leave(session, doubtful, now)
    await purge(session, party)
    await post(session, [_removal(identity, party, now) for (identity,) in shown.all()], now)


def _removal(identity: int, party: Party, now: datetime) -> Draft:
    return Draft(
        names.REMOVAL,
        f"delivery:{identity}",
        party,
        Post("delete").content(),
        names.named("removal", identity),
        now,
    )


async def _rows(session: AsyncSession, model: Any, column: Any, number: int) -> Sequence[Any]:
    return (await session.scalars(select(model).where(column == number).order_by(model.id))).all()


async def _ids(session: AsyncSession, condition: Any, model: Any) -> Sequence[int]:
    return (await session.scalars(select(model.id).where(condition))).all()


async def _count(session: AsyncSession, *conditions: Any) -> int:
    return await session.scalar(select(func.count()).where(*conditions)) or 0


async def _solicited(session: AsyncSession, number: int) -> list[dict[str, Any]]:
    rows = await session.execute(
        select(Solicited, Solicitation.text)
        .join(Solicitation, Solicitation.id == Solicited.solicitation_id)
        .where(Solicited.person_id == number)
        .order_by(Solicited.id)
    )
    return [
        {"asked_at": _day(row.asked_at), "question": words, "outcome": row.outcome}
        for row, words in rows
    ]


def _consent(row: NetworkConsent) -> dict[str, Any]:
    return {
        "asked": row.asked,
        "contact": row.contact,
        "themes": row.themes,
        "monthly_cap": row.monthly_cap,
        "since": _day(row.since),
        "updated_at": _day(row.updated_at),
    }


def _proposal(row: Proposal) -> dict[str, Any]:
    return {
        "number": row.id,
        "kind": row.kind,
        "text": row.text,
        "url": row.url,
        "files": _files(row.files),
        "contactable": row.contactable,
        "state": row.state,
        "created_at": _day(row.created_at),
    }


def _files(files: Sequence[Any]) -> list[str]:
    return [file["name"] or file["kind"] for file in files]


def _day(instant: datetime) -> str:
    return instant.isoformat()
