"""A form that is open in a topic gets what is written there; the topic gets it otherwise."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update

from core.chat import Post
from core.clock import FixedClock
from core.db import Database
from core.ledger import store as ledger
from core.ledger.draft import Draft
from core.ledger.models import Delivery
from core.reference import ANIMATORS
from tests.bot_api import running_bot_api
from tests.chat_room import STORY, House, make_house, running


@pytest.fixture
async def house(database: Database, clock: FixedClock, tmp_path: Path) -> AsyncIterator[House]:
    async with running_bot_api() as api:
        yield await make_house(api, database, clock, tmp_path / "words")


async def topic_about_the_story(house: House) -> int:
    """Open a topic as the ledger does: all that is written there is about the story."""
    thread_id = house.api.state.user_creates_topic(house.group, house.animator, "Sujet")
    post = Post("topic", "Sujet").content()
    now = house.parts.clock.now()
    async with house.parts.database.write() as session:
        await ledger.post(session, [Draft("test", "topic", ANIMATORS, post, STORY, now)], now)
        external_id = f"topic:{house.group}:{thread_id}"
        await session.execute(update(Delivery).values(external_id=external_id))
    return thread_id


async def test_an_open_form_comes_before_the_topic(house: House) -> None:
    thread_id = await topic_about_the_story(house)
    state = house.api.state
    for words in ("/rencontre", "Accueillir en hiver", "atelier", "Une note"):
        async with running(house):
            state.user_sends(house.group, house.animator, words, thread_id=thread_id)
    (scheduled,) = await house.acts("scheduled")
    assert scheduled.detail == {"title": "Accueillir en hiver", "kind": "atelier"}
    (commented,) = await house.acts("commented")
    assert commented.detail == {"text": "Une note"}


async def test_answering_a_message_comes_before_an_open_form(house: House) -> None:
    thread_id = await topic_about_the_story(house)
    state = house.api.state
    async with running(house):
        state.user_sends(house.group, house.animator, "/actualite", thread_id=thread_id)
    shown = [m for m in state.messages(house.group) if m["from"]["is_bot"]][-1]["message_id"]
    async with running(house):
        state.user_sends(house.group, house.animator, "/rencontre", thread_id=thread_id)
    asked = [m for m in state.messages(house.group) if m["from"]["is_bot"]][-1]["message_id"]
    async with running(house):
        state.user_sends(house.group, house.animator, "Un avis", reply_to=shown)
    async with running(house):
        state.user_sends(house.group, house.animator, "Un titre", reply_to=asked)
    (commented,) = await house.acts("commented")
    assert commented.detail == {"text": "Un avis"}
    assert house.said_to(house.group)[-1].startswith("Quel genre")


async def test_a_note_corrected_while_a_form_is_open_stays_a_note(house: House) -> None:
    thread_id = await topic_about_the_story(house)
    state = house.api.state
    async with running(house):
        note = state.user_sends(house.group, house.animator, "Une note", thread_id=thread_id)
    async with running(house):
        state.user_sends(house.group, house.animator, "/rencontre", thread_id=thread_id)
    async with running(house):
        state.user_edits(house.group, note, "Une autre note")
    assert [act.detail for act in await house.acts("commented")] == [
        {"text": "Une note"},
        {"text": "Une autre note"},
    ]
