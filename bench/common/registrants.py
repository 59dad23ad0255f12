"""A meeting with many registrants, whose reminder is due: as benchmarks and kills need it."""

from datetime import timedelta

from sqlalchemy import insert

from core.parts import Parts
from core.people.models import Person
from digest.seminars import names, store
from digest.seminars.decide import Kind
from digest.seminars.models import Guest, Registration
from digest.seminars.reminding import announcements
from digest.seminars.reminding.decide import What

NAME = "J-1"
CHUNK = 1_000


async def a_reminder(parts: Parts, count: int) -> str:
    """Register so many people, of whom one in ten is a guest, and have their reminder due now.

    The meeting is so near that nothing waits for working hours. Returns the slot of the reminder.
    """
    now = parts.clock.now()
    async with parts.database.write() as session:
        seminar = await store.create(
            session,
            kind=Kind.SEMINAR,
            title="Accueillir les nouveaux habitants, retours d’expérience",
            starts_at=now + timedelta(hours=12),
            ends_at=now + timedelta(hours=19),
            place="Salle des fêtes, Ambert",
            programme="9 h 30 Ouverture\n10 h Retours d’expérience\n14 h Ateliers\n" * 4,
            now=now,
        )
        await store.publish(session, parts, seminar, now)
        await announcements.plan(session, seminar, What.REMINDER, NAME, now)
    for start in range(0, count, CHUNK):
        await _register(parts, seminar.id, range(start, min(start + CHUNK, count)))
    return names.slot(seminar.id, NAME, seminar.version)


async def _register(parts: Parts, seminar: int, numbers: range) -> None:
    now = parts.clock.now()
    guests = [number for number in numbers if number % 10 == 0]
    people = [number for number in numbers if number % 10]
    parties = [
        *(names.guest_party(number + 1) for number in guests),
        *(names.person_party(number + 1_000) for number in people),
    ]
    async with parts.database.write() as session:
        await session.execute(
            insert(Guest),
            [
                {
                    "id": number + 1,
                    "email": f"invite{number}@ailleurs{number % 40}.example",
                    "language": "fr",
                    "created_at": now,
                }
                for number in guests
            ],
        )
        await session.execute(
            insert(Person),
            [
                {
                    "id": number + 1_000,
                    "given_name": "Agent",
                    "family_name": str(number),
                    "email": f"agent{number}@territoire{number % 40}.example",
                }
                for number in people
            ],
        )
        await session.execute(
            insert(Registration),
            [
                {
                    "seminar_id": seminar,
                    "party": str(party),
                    "state": "registered",
                    "registered_at": now - timedelta(days=1),
                    "half_days": None,
                    "answers": {},
                }
                for party in parties
            ],
        )
