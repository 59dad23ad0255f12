"""The last places of a meeting, and many who want them at once. `bench.registrations` has more."""

from sqlalchemy import event

from bench.common import rush
from core.clock import FixedClock
from core.db import Database
from tests.seminars import SeminarHouse, seminar_settings
from web.app import build_app
from web.health import Health

PEOPLE, PLACES = 100, 5
EXPECTED = rush.Outcome(PLACES, list(range(1, PEOPLE - PLACES + 1)), PEOPLE)
"""Five are registered, ninety-five wait without a gap in their order, and each is told."""


async def test_a_rush_on_the_page_gives_each_place_once_and_keeps_the_order(
    database: Database, clock: FixedClock
) -> None:
    house = SeminarHouse(database, clock, seminar_settings())
    meeting = await rush.a_meeting(house.parts, PEOPLE, PLACES)
    app = build_app(house.parts, house.rooms, Health(dict))
    done = await rush.by_page(house.parts, app, meeting, 0.0)
    assert done.answers == {"200": PEOPLE}
    assert await rush.outcome(house.parts, meeting) == EXPECTED


async def test_so_does_a_rush_of_transactions(database: Database, clock: FixedClock) -> None:
    house = SeminarHouse(database, clock, seminar_settings())
    meeting = await rush.a_meeting(house.parts, PEOPLE, PLACES)
    done = await rush.by_places(house.parts, meeting, 0.0)
    assert done.answers == {"registered": PLACES, "waiting": PEOPLE - PLACES}
    assert await rush.outcome(house.parts, meeting) == EXPECTED


async def test_an_answer_asks_the_database_no_more_than_it_must(
    database: Database, clock: FixedClock
) -> None:
    house = SeminarHouse(database, clock, seminar_settings())
    meeting = await rush.a_meeting(house.parts, 4, 1)
    app = build_app(house.parts, house.rooms, Health(dict))
    asked: list[str] = []

    @event.listens_for(database.engine.sync_engine, "before_cursor_execute")
    def _note(*given: object) -> None:
        asked.append(str(given[2]))

    await rush.by_page(house.parts, app, meeting, 0.0)
    statements = [one for one in asked if not one.startswith("BEGIN")]
    assert len(statements) <= 4 * 13, "\n".join(statements)
