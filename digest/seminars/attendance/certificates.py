"""« Attestations de présence »: who is to get one, made one by one, each for its person."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import acts, failpoints
from core.ledger.draft import Content, Draft
from core.ledger.store import post
from core.mail.compose import Attachment, compose
from core.one_by_one import one_by_one
from core.parts import Parts
from core.printing import Press, press
from core.reference import Party
from core.room import Tick
from digest.seminars import names as seminars
from digest.seminars import store
from digest.seminars.attendance import names
from digest.seminars.attendance.certificate import (
    LAYOUT,
    Certified,
    certificate_data,
    certificate_html,
    certificate_pdf,
)
from digest.seminars.attendance.certified import certified_of, out_of_reach, writable
from digest.seminars.attendance.models import Attendance, Certificate
from digest.seminars.attendance.people import known
from digest.seminars.attendance.store import half_days_attended
from digest.seminars.contacts import contact_of
from digest.seminars.models import Seminar
from digest.seminars.rendering import shown

log = structlog.get_logger()

CHUNK = 20
"""How many are made before they are written: what a crash makes again, and all that is held."""


@dataclass(frozen=True)
class Standing:
    """Who is to get a certificate: for the first time, or because the last one is not right.

    `out_of_reach` were there and cannot be written to; `withdrawn` have one, and were not there
    after all; `waiting` are being made.
    """

    first: tuple[str, ...]
    corrected: tuple[str, ...]
    sent: int
    out_of_reach: int
    withdrawn: int
    waiting: int


async def standing(session: AsyncSession, seminar: Seminar) -> Standing:
    """Return who is to get a certificate of a meeting."""
    half_days = await store.half_days(session, seminar.id)
    there = await half_days_attended(session, seminar.id, half_days)
    last = await _last(session, seminar.id)
    reached = await writable(session, there)
    wanted = sorted(party for party in there if reached.get(party))
    return Standing(
        tuple(party for party in wanted if party not in last),
        tuple(
            party
            for party in wanted
            if party in last and list(there[party]) != [int(each) for each in last[party].half_days]
        ),
        len(last),
        len(await out_of_reach(session, seminar.id, half_days)),
        sum(party not in there for party in last),
        sum(row.posted_at is None for row in last.values()),
    )


async def ask(session: AsyncSession, seminar: Seminar, now: datetime, by: Party) -> int:
    """Have made what is to be: each once, and again when what it said is not right any more.

    The meeting must be locked by the caller. Returns how many.
    """
    half_days = await store.half_days(session, seminar.id)
    there = await half_days_attended(session, seminar.id, half_days)
    last = await _last(session, seminar.id)
    wanted = await standing(session, seminar)
    for party in (*wanted.first, *wanted.corrected):
        before = last.get(party)
        session.add(
            Certificate(
                seminar_id=seminar.id,
                party=party,
                version=1 + (before.version if before else 0),
                half_days=list(there[party]),
                asked_at=now,
                asked_by=str(by),
            )
        )
    count = len(wanted.first) + len(wanted.corrected)
    reference = seminars.seminar_reference(seminar.id)
    acts.record(session, by, "seminars.certificates_asked", reference, now, count=count)
    return count


def tick(parts: Parts) -> Tick:
    """Return what makes the certificates that were asked for."""

    async def run(now: datetime) -> None:
        async with parts.database.read() as session:
            wanted = select(Certificate.id).where(Certificate.posted_at.is_(None))
            rows = await session.scalars(wanted.order_by(Certificate.seminar_id, Certificate.id))
            waiting = rows.all()
        if not waiting:
            return
        printing = await asyncio.to_thread(press, parts.renderer, LAYOUT)

        async def make(ids: Sequence[int]) -> None:
            await _make_some(parts, printing, ids, now)
            failpoints.reach("certificates.between_chunks")

        chunks = range(0, len(waiting), CHUNK)
        await one_by_one([waiting[first : first + CHUNK] for first in chunks], make)

    return Tick("attendance.certificates", run, next_due, every=5.0)


async def next_due(session: AsyncSession) -> datetime | None:
    """Say since when a certificate is to be made."""
    return await session.scalar(
        select(func.min(Certificate.asked_at)).where(Certificate.posted_at.is_(None))
    )


async def _make_some(
    parts: Parts, printing: Press | None, ids: Sequence[int], now: datetime
) -> None:
    """Make some certificates, and post their mails.

    Raises ExceptionGroup, once the others are posted, when some cannot be made.
    """
    made: dict[int, Content | None] = {}

    async def make(identity: int) -> None:
        async with parts.database.read() as session:
            wanted = await _wanted(session, parts, await session.get_one(Certificate, identity))
        content = None
        if wanted is not None:
            content = await asyncio.to_thread(_content, parts, printing, wanted, now)
        made[identity] = content

    try:
        await one_by_one(ids, make)
    finally:
        failpoints.reach("certificates.made")
        async with parts.database.write() as session:
            await _post(session, made, now)
        log.info("attendance.certificates_made", count=len(made))


async def _post(session: AsyncSession, made: Mapping[int, Content | None], now: datetime) -> None:
    """Post the certificates that were made; of whom there is nothing to say, none is."""
    rows = await session.scalars(
        select(Certificate)
        .where(Certificate.id.in_(list(made)), Certificate.posted_at.is_(None))
        .order_by(Certificate.id)
        .with_for_update()
    )
    drafts = []
    for row in rows:
        row.posted_at = now
        if (content := made[row.id]) is not None:
            drafts.append(
                Draft(
                    names.CERTIFICATE,
                    names.certificate_slot(row.seminar_id, row.version),
                    Party.parse(row.party),
                    content,
                    seminars.seminar_reference(row.seminar_id),
                    now,
                    bulk=True,
                )
            )
    await post(session, drafts, now)


@dataclass(frozen=True)
class Wanted:
    """Somebody's certificate, read before it is made, and the language of their mail."""

    seminar: Seminar
    certified: Certified
    language: str


async def _wanted(session: AsyncSession, parts: Parts, row: Certificate) -> Wanted | None:
    """Return what a certificate says; None when there is nothing to say, or nobody any more."""
    seminar = await store.by_id(session, row.seminar_id)
    contact = await contact_of(session, Party.parse(row.party))
    if seminar is None or contact is None:
        return None
    attended = {int(each) for each in row.half_days}
    half_days = [each for each in await store.half_days(session, seminar.id) if each.id in attended]
    if not half_days:
        return None
    there = await session.scalars(
        select(Attendance).where(
            Attendance.seminar_id == seminar.id, Attendance.party == row.party, Attendance.present
        )
    )
    before = await session.scalar(
        select(Certificate.asked_at).where(
            Certificate.seminar_id == row.seminar_id,
            Certificate.party == row.party,
            Certificate.version == row.version - 1,
        )
    )
    people = await known(session, parts, [row.party], half_days[0].starts_at)
    certified = certified_of(there.all(), half_days, people.get(row.party), before)
    return Wanted(seminar, replace(certified, half_days=half_days), contact.language)


def _content(parts: Parts, printing: Press | None, wanted: Wanted, now: datetime) -> Content:
    """Make somebody's certificate, and the mail that carries it: as a page without typst."""
    given = (parts, wanted.seminar, [wanted.certified], now)
    (said,) = certificate_data(*given)["certificates"]
    values: dict[str, Any] = {
        **shown(parts, wanted.seminar),
        "halves": said["halves"],
        "replaces": bool(said["replaces"]),
    }
    told = parts.renderer.mail("certificate", values, wanted.language)
    file = _file(parts, printing, wanted, now)
    return compose(parts.settings.mail, told, auto_submitted=True, attachments=(file,), names=())


def _file(parts: Parts, printing: Press | None, wanted: Wanted, now: datetime) -> Attachment:
    name = f"attestation-de-presence-{wanted.certified.half_days[0].day:%Y-%m-%d}"
    people = [wanted.certified]
    if printing is not None:
        pdf = certificate_pdf(parts, printing, wanted.seminar, people, now)
        return Attachment(f"{name}.pdf", pdf, "application/pdf")
    html = certificate_html(parts, wanted.seminar, people, now)
    return Attachment(f"{name}.html", html.encode(), "text/html")


async def _last(session: AsyncSession, seminar_id: int) -> Mapping[str, Certificate]:
    rows = await session.scalars(
        select(Certificate)
        .where(Certificate.seminar_id == seminar_id)
        .order_by(Certificate.version)
        .execution_options(populate_existing=True)
    )
    return {row.party: row for row in rows}
