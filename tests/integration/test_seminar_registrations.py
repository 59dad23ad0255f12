"""A registration that several change at once."""

from datetime import timedelta

from sqlalchemy import update

from core.clock import FixedClock
from core.db import Database
from core.reference import Party
from digest.seminars import registrations, store
from digest.seminars.decide import Kind
from digest.seminars.models import Registration


async def test_a_registration_looked_at_and_then_locked_is_as_another_left_it(
    database: Database, clock: FixedClock
) -> None:
    now, party = clock.now(), Party("guest", "1")
    async with database.write() as session:
        seminar = await store.create(
            session,
            kind=Kind.SEMINAR,
            title="Accueillir",
            starts_at=now + timedelta(days=9),
            ends_at=now + timedelta(days=10),
            now=now,
        )
        await registrations.register(session, seminar, party, now)
    async with database.write() as session:
        seen = await registrations.of_party(session, seminar.id, party)
        assert seen is not None
        meanwhile = update(Registration).values(requests=4)
        await session.execute(meanwhile.execution_options(synchronize_session=False))
        locked = await registrations.of_party(session, seminar.id, party, lock=True)
        assert locked is not None
        assert locked.requests == 4
