"""What an agent does at the very instant when a tick, or the team, does something about it."""

import asyncio

import pytest
from sqlalchemy import select

from bot.hotline.models import Question, QuestionMessage
from bot.hotline.underway import unplaced
from core.chat import Reply
from core.clock import FixedClock
from core.db import Database
from tests.hotline import CLAIRE, Hotline, open_hotline


@pytest.fixture
async def hotline(database: Database, clock: FixedClock) -> Hotline:
    return await open_hotline(database, clock)


async def test_a_correction_while_a_tick_gives_the_message_a_question_reaches_the_team(
    hotline: Hotline,
) -> None:
    await hotline.say(CLAIRE, "Une première question ?")
    await hotline.say(CLAIRE, "Une deuxième question ?", album="")
    number = 1
    async with hotline.database.write() as session:
        message = await session.scalar(
            select(QuestionMessage).order_by(QuestionMessage.id.desc()).limit(1)
        )
        assert message is not None
        message.question_id, chat, said = None, message.chat_id, message.message_id
    assert chat == CLAIRE

    async def correct() -> str:
        [told] = await hotline.say(CLAIRE, "Corrigé.", message_id=said, edited=True)
        assert isinstance(told, Reply)
        return told.text.block

    if hotline.database.is_sqlite:
        assert await correct() == "kept_corrected"
        return
    async with hotline.database.write() as session:  # as the tick does
        [waiting] = await unplaced(session, 1)
        correcting = asyncio.create_task(correct())
        await asyncio.sleep(0.3)
        assert not correcting.done()
        waiting.question_id = number
        await session.flush()
    assert await correcting == "corrected"


async def test_what_is_added_while_the_team_closes_reopens(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Une question ?")
    if hotline.database.is_sqlite:
        return  # a write is alone there
    async with hotline.database.write() as session:  # as an animator's press does
        question = await session.get_one(Question, 1, with_for_update=True)
        adding = asyncio.create_task(hotline.say(CLAIRE, "Une précision importante."))
        await asyncio.sleep(0.3)
        assert not adding.done()
        question.state, question.closed_by = "closed", "team"
        question.closed_at, question.awaiting_since = hotline.clock.now(), None
        question.version += 1
    await adding
    async with hotline.database.read() as session:
        question = await session.get_one(Question, 1)
    assert (question.state, question.version) == ("open", 3)
    assert question.awaiting_since is not None, "the team owes an answer to what it has not read"
