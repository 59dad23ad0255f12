"""The real service killed while meetings invite, promote, certify, prove: done once, and whole."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core.clock import FixedClock, SystemClock
from core.db import Database
from core.files import Blob
from core.ledger.models import Delivery
from core.ledger.rules import UNSETTLED
from core.parts import Parts
from core.reference import Party
from digest.seminars import names, store
from digest.seminars.attendance import store as attendance
from digest.seminars.attendance.models import Certificate
from digest.seminars.attendance.names import CERTIFICATE
from digest.seminars.attendance.rules import Row
from digest.seminars.decide import Kind
from digest.seminars.evidence.models import EvidenceRequest
from digest.seminars.evidence.names import PACK
from digest.seminars.inviting import store as rounds
from digest.seminars.inviting.decide import GroupKind
from digest.seminars.inviting.models import InvitationRound
from digest.seminars.models import Announcement, Guest, InvitedGroup, Registration, Seminar
from digest.seminars.registering import places
from digest.seminars.registering.names import PROMOTED
from tests.parts import make_parts
from tests.process import KILLED, World, running_world
from tests.seminars import seminar_settings

on_postgresql = pytest.mark.parametrize("empty_database", ["postgresql"], indirect=True)
on_sqlite = pytest.mark.parametrize("empty_database", ["sqlite"], indirect=True)
FEW = 23
MANY = rounds.CHUNK + 20
PROMOTED_IN_TWO = places.AT_ONCE + 10
PATIENCE = 180.0
IN_DOUBT = 2 * 4
"""Per kill, twice the connections."""

ODILE = Party("person", "1")


@pytest.fixture
async def world(empty_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with running_world(empty_database, tmp_path) as world:
        yield world


def parts_of(world: World) -> Parts:
    settings = seminar_settings()
    secret = world.environment["RELAIS_SERVICE__SECRET"]
    service = settings.service.model_copy(update={"secret": type(settings.service.secret)(secret)})
    clock = FixedClock(SystemClock().now())
    return make_parts(world.database, clock, settings.model_copy(update={"service": service}))


async def meeting(parts: Parts, starts_at: datetime, guests: int) -> int:
    """Publish a meeting, and know of so many guests."""
    now = min(parts.clock.now(), starts_at - timedelta(days=1))
    async with parts.database.write() as session:
        seminar = await store.create(
            session,
            kind=Kind.SEMINAR,
            title="Accueillir, et après ?",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=7),
            place="Salle des fêtes, Ambert",
            now=now,
        )
        assert await store.publish(session, parts, seminar, now)
        session.add_all(
            Guest(
                id=n, email=address(n), name=f"Invitée {n}", language="fr", created_at=now,
            )
            for n in range(1, guests + 1)
        )  # fmt: skip
        return seminar.id


def address(number: int) -> str:
    return f"g{number}@kills.example"


def answers(seminar: int, guests: int, state: str, now: datetime) -> Sequence[Registration]:
    waits = state == "waiting"
    return [
        Registration(
            seminar_id=seminar,
            party=f"guest:{n}",
            name=f"Invitée {n}",
            state=state,
            registered_at=None if waits else now,
            queue=n if waits else None,
        )
        for n in range(1, guests + 1)
    ]


async def left(world: World) -> Sequence[str]:
    """Return what is still to be made, said or sent."""
    async with world.database.read() as session:
        found = [
            select(Announcement.name).where(
                Announcement.state == "planned", Announcement.due_at <= SystemClock().now()
            ),
            select(InvitationRound.state).where(InvitationRound.state == "planned"),
            select(Certificate.party).where(Certificate.posted_at.is_(None)),
            select(EvidenceRequest.state).where(EvidenceRequest.state == "asked"),
            select(Registration.state).where(Registration.state == "waiting"),
            select(Delivery.state).where(Delivery.state.in_(UNSETTLED)),
        ]
        return [each for wanted in found for each in await session.scalars(wanted)]


async def through(world: World, *failpoints: str) -> None:
    """Run the service, killed at each place in turn, then until nothing is left to do."""
    for failpoint in failpoints:
        killed = await world.start(failpoint)
        assert await killed.ended() == KILLED
    service = await world.start()
    await service.until_none("all is done", lambda: left(world), PATIENCE)
    assert not service.logged("tick.failed")
    assert await service.stop() == 0


async def each_got(world: World, kind: str, count: int, kills: int) -> None:
    """Check that each guest got one mail of a kind, but for what was in doubt."""
    async with world.database.read() as session:
        rows = (await session.scalars(select(Delivery).where(Delivery.kind == kind))).all()
    assert Counter(row.state for row in rows) == {"sent": count}
    assert len({row.recipient for row in rows}) == count
    mails = await world.mail.messages(limit=3 * count)
    got = Counter(to for mail in mails for to in mail.envelope_to if to.endswith("@kills.example"))
    assert set(got) == {address(n) for n in range(1, count + 1)}, "nobody is forgotten"
    doubtful = [row for row in rows if row.resent]
    assert len(doubtful) <= IN_DOUBT * kills
    assert sum(got.values()) - count <= len(doubtful), "what is settled is never repeated"


async def invite(parts: Parts) -> None:
    now = parts.clock.now()
    seminar = await meeting(parts, now + timedelta(days=20), MANY)
    async with parts.database.write() as session:
        session.add_all(
            InvitedGroup(
                seminar_id=seminar, what=GroupKind.GUEST.value, value=f"guest:{n}", added_at=now
            )
            for n in range(1, MANY + 1)
        )
        row = await session.get_one(Seminar, seminar)
        before = now - timedelta(minutes=parts.settings.seminars.hold_minutes)
        await rounds.plan_round(session, parts, row, before, ODILE)


@on_postgresql
async def test_everybody_is_invited_once_through_three_kills(world: World) -> None:
    await invite(parts_of(world))
    places_of = ("invitations.between_chunks", "seminars.chunk_posted", "seminars.between_chunks")
    await through(world, *places_of)
    await each_got(world, names.INVITATION, MANY, kills=3)


@on_sqlite
async def test_cancelled_in_the_middle_of_a_round_nobody_is_told_anything(world: World) -> None:
    parts = parts_of(world)
    await invite(parts)
    killed = await world.start("invitations.between_chunks")
    assert await killed.ended() == KILLED
    async with world.database.write() as session:
        row = await store.by_id(session, 1, lock=True)
        assert row is not None
        assert not await rounds.hold_back(session, row, 1, parts.clock.now(), ODILE)
        assert await store.cancel(session, row, parts.clock.now())
    await through(world)
    async with world.database.read() as session:
        rows = (await session.scalars(select(Delivery.kind))).all()
    assert [kind for kind in rows if kind.startswith("seminars.")] == []


@on_sqlite
async def test_everybody_who_waits_is_promoted_and_told_once(world: World) -> None:
    parts = parts_of(world)
    now = parts.clock.now()
    seminar = await meeting(parts, now + timedelta(days=20), PROMOTED_IN_TWO)
    async with parts.database.write() as session:
        session.add_all(answers(seminar, PROMOTED_IN_TWO, "waiting", now))
    await through(world, "registrations.between_promotions")
    await each_got(world, PROMOTED, PROMOTED_IN_TWO, kills=1)


async def took_place(parts: Parts) -> int:
    now = parts.clock.now()
    seminar = await meeting(parts, now - timedelta(days=1), FEW)
    async with parts.database.write() as session:
        session.add_all(answers(seminar, FEW, "registered", now))
        row = await session.get_one(Seminar, seminar)
        for half_day in await store.half_days(session, seminar):
            there = [
                Row(f"guest:{n}", f"guest:{n}", f"Invitée {n}", "Invitée", present=True)
                for n in range(1, FEW + 1)
            ]
            await attendance.note(session, half_day, there, now, ODILE)
        return row.id


@on_sqlite
@pytest.mark.parametrize("failpoint", ["certificates.made", "certificates.between_chunks"])
async def test_certificates_are_made_again_and_each_leaves_once(
    world: World, failpoint: str
) -> None:
    parts = parts_of(world)
    seminar = await took_place(parts)
    async with parts.database.write() as session:
        halves = [half.id for half in await store.half_days(session, seminar)]
        session.add_all(
            Certificate(
                seminar_id=seminar,
                party=f"guest:{n}",
                version=1,
                half_days=halves,
                asked_at=parts.clock.now(),
                asked_by=str(ODILE),
            )
            for n in range(1, FEW + 1)
        )
    await through(world, failpoint)
    await each_got(world, CERTIFICATE, FEW, kills=1)


@on_sqlite
async def test_evidence_is_made_again_and_given_once(world: World) -> None:
    parts = parts_of(world)
    seminar = await took_place(parts)
    async with parts.database.write() as session:
        session.add(
            EvidenceRequest(
                seminar_id=seminar,
                state="asked",
                asked_at=parts.clock.now(),
                asked_by=str(ODILE),
                in_group=True,
            )
        )
    await through(world, "evidence.made")
    async with world.database.read() as session:
        rows = await session.scalars(select(Delivery).where(Delivery.kind == PACK))
        assert [(row.slot, row.state) for row in rows] == [("evidence:1", "sent")]
        zips = select(Blob.hash).where(Blob.media_type == "application/zip")
        assert list(await session.scalars(zips)) == [], "it names people: none is left behind"
