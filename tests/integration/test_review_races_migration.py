"""A database of the first version, with people's rows in it, becomes one of this version."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, func, select, text

import relais.migrations
from bot.answers.models import Answer
from bot.answers.search import AnswerSearch
from bot.hotline.models import Question, QuestionMessage
from core.clock import FixedClock
from core.db import Database
from core.ledger.models import Delivery
from core.people.models import Membership, Person
from core.settings import HotlineSettings
from relais.schema import migrate
from tests.hotline import CLAIRE, JEANNE, open_hotline

ROWS = Path(__file__).parents[1] / "first_version.sql"


async def first_version(database: Database) -> None:
    """Bring a database to the first revision, with rows."""

    def upgrade(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(Path(relais.migrations.__path__[0])))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")

    writer = database.engine.execution_options(relais_write=True)
    async with writer.begin() as connection:
        await connection.run_sync(upgrade)
        if not database.is_sqlite:
            await connection.exec_driver_sql("SET TIME ZONE 'UTC'")
        for statement in ROWS.read_text().split(";\n"):
            if statement.strip():
                await connection.exec_driver_sql(statement)


@pytest.fixture
async def older(empty_database: Database) -> Database:
    await first_version(empty_database)
    return empty_database


async def test_rows_of_the_first_version_stay_and_say_what_is_needed_now(older: Database) -> None:
    assert await migrate(older) == "0005"
    asked, answered = (
        datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
        datetime(2026, 11, 3, 10, tzinfo=UTC),
    )
    async with older.read() as session:
        questions = {row.id: row for row in await session.scalars(select(Question))}
        assert await session.scalar(select(func.count()).select_from(Person)) == 2
        assert await session.scalar(select(func.count()).select_from(Membership)) == 2
        answer = await session.get_one(Answer, 5)
        assert (answer.state, answer.validated_at) == ("validated", asked)
        found = await AnswerSearch(HotlineSettings()).find(session, "assainissement")
        assert [each.answer_id for each in found] == [5]
        causes = (await session.scalars(select(Delivery.cause).order_by(Delivery.id))).all()
        assert causes == ["hotline:topic:4102", "answers:answer:5"]
    assert questions[4101].awaiting_since == answered
    assert {row.presented_at for row in questions.values() if row.id != 4104} == {asked}
    assert questions[4104].presented_at is None
    assert questions[4102].first_answer_at == answered, "it was answered"
    assert questions[4101].first_answer_at is None
    assert questions[4102].awaiting_since is None


async def test_references_still_hold_after_the_tables_were_made_anew(older: Database) -> None:
    await migrate(older)
    async with older.read() as session:
        if older.is_sqlite:
            broken = (await session.execute(text("PRAGMA foreign_key_check"))).all()
            assert broken == []
            assert await session.scalar(text("PRAGMA foreign_keys")) == 1
        assert set(await session.scalars(select(QuestionMessage.question_id))) == {4102}


async def test_the_hotline_goes_on_with_the_questions_of_the_first_version(
    older: Database, clock: FixedClock
) -> None:
    await migrate(older)
    hotline = await open_hotline(older, clock)
    async with older.write() as session:
        for number in (4101, 4102, 4103):
            (await session.get_one(Question, number)).asker_id = 1
    for number in (4101, 4102, 4103):
        await hotline.reply(CLAIRE, number, "Une précision.")
        await hotline.in_topic(JEANNE, number, "Voici.")
    rows = await hotline.rows()
    relayed = {row.recipient for row in rows if row.kind == "hotline.relay"}
    assert relayed == {"question:4101", "question:4102", "question:4103"}
    topics = [row.recipient for row in rows if row.kind == "hotline.topic"]
    assert topics == ["question:4102"], "they have theirs"
    for tick in hotline.room.ticks:
        await tick.run(clock.now())
