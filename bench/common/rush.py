"""Many people who answer the invitation to one meeting at once, as benchmarks and tests need it."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
from sqlalchemy import insert, select, update
from starlette.applications import Starlette

from core.ledger.models import Delivery
from core.parts import Parts
from core.people.models import Person
from core.reference import Party
from digest.seminars import names, store
from digest.seminars.decide import Kind
from digest.seminars.models import Registration, Seminar
from digest.seminars.registering import places
from digest.seminars.registering.names import REGISTERED, WAITING
from digest.seminars.registering.telling import Doing

FIRST = 1_000
"""The id of the first person: the others follow."""


HOST = "https://relais.test"


@dataclass(frozen=True)
class Meeting:
    """A meeting and the registrations of those who are invited to it, by id."""

    seminar: int
    registrations: Sequence[int]


@dataclass(frozen=True)
class Rush:
    """What came of a rush: `worst` is the longest that anybody waited for an answer, in seconds."""

    seconds: float
    worst: float
    answers: Counter[str]


@dataclass(frozen=True)
class Outcome:
    """Who has a place, and the ranks of those who wait, in their order; the mails that say so."""

    registered: int
    queue: Sequence[int]
    told: int


async def a_meeting(parts: Parts, people: int, capacity: int) -> Meeting:
    """Invite so many people to a meeting with so many places."""
    now = parts.clock.now()
    async with parts.database.write() as session:
        seminar = await store.create(
            session,
            kind=Kind.SEMINAR,
            title="Accueillir les nouveaux habitants",
            starts_at=now + timedelta(days=30),
            ends_at=now + timedelta(days=30, hours=7),
            place="Salle des fêtes, Ambert",
            programme="9 h 30 Ouverture\n10 h Retours d’expérience\n14 h Ateliers\n" * 4,
            now=now,
        )
        await store.publish(session, parts, seminar, now)
        seminar.capacity, seminar.open_to_all = capacity, False
        numbers = range(FIRST, FIRST + people)
        rows = [
            {
                "id": one,
                "given_name": "Agent",
                "family_name": str(one),
                "email": f"a{one}@x.example",
            }
            for one in numbers
        ]
        await session.execute(insert(Person), rows)
        invited: list[dict[str, object]] = [
            {
                "seminar_id": seminar.id, "party": str(names.person_party(one)),
                "state": "invited", "invited_at": now, "half_days": None, "answers": {},
            }
            for one in numbers
        ]  # fmt: skip
        await session.execute(insert(Registration), invited)
        ids = (await session.scalars(select(Registration.id).order_by(Registration.id))).all()
    return Meeting(seminar.id, ids)


async def by_page(parts: Parts, app: Starlette, meeting: Meeting, over: float) -> Rush:
    """Have everybody post their answer within `over` seconds, each from their own address."""
    data = {"action": "come", "version": "1", "half_day": ["1", "2"]}

    async def one(number: int) -> str:
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        transport = httpx.ASGITransport(app, client=(address, 4321))
        url = names.answer_url(parts, meeting.registrations[number])
        path = urlsplit(url).path
        async with httpx.AsyncClient(transport=transport, base_url=HOST, trust_env=False) as client:
            return str((await client.post(path, data=data)).status_code)

    return await _rush(one, len(meeting.registrations), over)


async def by_places(parts: Parts, meeting: Meeting, over: float) -> Rush:
    """Have everybody take a place, each in a transaction of their own."""

    async def one(number: int) -> str:
        party = Party(names.PERSON, str(FIRST + number))
        async with parts.database.write() as session:
            row = await session.get_one(Seminar, meeting.seminar)
            return await places.take(session, parts, row, party, None, Doing(parts.clock.now()))

    return await _rush(one, len(meeting.registrations), over)


async def by_counter(parts: Parts, meeting: Meeting, over: float) -> Rush:
    """Have everybody lock the meeting's row and add one to it: what nothing can do without."""

    async def one(_number: int) -> str:
        async with parts.database.write() as session:
            row = await store.by_id(session, meeting.seminar, lock=True)
            assert row is not None
            row.queued += 1
        return "counted"

    rush = await _rush(one, len(meeting.registrations), over)
    async with parts.database.write() as session:
        await session.execute(update(Seminar).values(queued=0))
    return rush


async def outcome(parts: Parts, meeting: Meeting) -> Outcome:
    """Read what a rush left."""
    async with parts.database.read() as session:
        rows = await session.execute(
            select(Registration.state, Registration.queue)
            .where(Registration.seminar_id == meeting.seminar)
            .order_by(Registration.queue)
        )
        found = rows.all()
        told = await session.scalars(
            select(Delivery.id).where(Delivery.kind.in_([REGISTERED, WAITING]))
        )
        return Outcome(
            registered=sum(state == "registered" for state, _ in found),
            queue=[queue for state, queue in found if state == "waiting" and queue is not None],
            told=len(told.all()),
        )


async def _rush(one: Callable[[int], Awaitable[str]], count: int, over: float) -> Rush:
    worst, answers = 0.0, Counter[str]()

    async def timed(number: int) -> None:
        nonlocal worst
        await asyncio.sleep(over * number / count)
        begun = time.perf_counter()
        answers[await one(number)] += 1
        worst = max(worst, time.perf_counter() - begun)

    before = time.perf_counter()
    await asyncio.gather(*(timed(number) for number in range(count)))
    return Rush(time.perf_counter() - before, worst, answers)
