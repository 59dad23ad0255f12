"""The hotline when things happen at the worst moment: two at once, out of order, twice."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from bot.desk.shown import AT_ONCE
from bot.hotline import store
from bot.hotline.decide import State
from bot.hotline.models import Question
from bot.telegram.reach import Reach
from core.chat import Button, Text
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import Refused, Skip
from core.ledger.models import Delivery, View
from core.people.models import Membership, Person
from core.people.roles import Role
from core.reference import Reference
from relais.sandbox.bot_api.faults import refused
from tests.desk import Played, playing
from tests.hotline import CLAIRE, GROUP, JEANNE, MARC, SINCE
from tests.integration.test_desk_topics import shown

ASKED = "Qui a déjà fait une session d’accueil ?"


@pytest.fixture
async def played(database: Database, clock: FixedClock) -> AsyncIterator[Played]:
    async with playing(database, clock) as played:
        await played.hotline.say(CLAIRE, ASKED)
        await shown(played)
        yield played


async def test_what_is_locked_is_read_anew(played: Played) -> None:
    database = played.hotline.database
    if database.is_sqlite:
        return  # a write is alone there
    async with database.write() as agent:
        [seen] = await store.ongoing(agent, 1)
        assert seen.state == State.OPEN
        async with database.write() as animator:
            await animator.execute(
                update(Question).where(Question.id == 1).values(state="closed", version=7)
            )
        held = await store.question(agent, 1)
        assert held is not None
        assert (held.state, held.version) == (State.CLOSED, 7)


async def test_what_is_locked_keeps_what_this_transaction_has_changed(played: Played) -> None:
    async with played.hotline.database.write() as session:
        [seen] = await store.ongoing(session, 1)
        seen.version = 9
        held = await store.question(session, 1)
        assert held is seen
        assert held.version == 9


async def test_all_that_waits_for_a_deleted_topic_goes_to_the_new_one_in_order(
    played: Played,
) -> None:
    hotline = played.hotline
    thread = played.topic("Question")[0]["thread_id"]
    played.api.state.user_deletes_topic(GROUP, thread)
    for words in ("Un.", "Deux.", "Trois."):
        await hotline.reply(CLAIRE, 1, words)
    await shown(played)
    card, *said = played.topic("Question")
    assert card["thread_id"] != thread
    assert [each["text"].rpartition("\n")[2] for each in said] == ["Un.", "Deux.", "Trois."]
    assert [m for m in played.seen(GROUP)["General"] if "Deux" in m["text"]] == []


async def test_an_edit_of_what_waits_for_a_new_topic_follows_it(played: Played) -> None:
    hotline = played.hotline
    thread = played.topic("Question")[0]["thread_id"]
    played.api.state.user_deletes_topic(GROUP, thread)
    await hotline.reply(CLAIRE, 1, "Un.")
    await hotline.reply(CLAIRE, 1, "Deux.", message_id=900)
    await hotline.reply(CLAIRE, 1, "Deux, corrigé.", message_id=900, edited=True)
    await shown(played)
    _card, *said = played.topic("Question")
    assert [each["text"].rpartition("\n")[2] for each in said] == ["Un.", "Deux, corrigé."]


async def test_a_rating_changed_twice_is_told_each_time(played: Played) -> None:
    hotline = played.hotline
    await hotline.in_topic(JEANNE, 1, "Oui, à Orsanne.")
    await played.after_the_hold()
    for rating in (2, 1, 2):
        reference = Reference("hotline", "pair", f"1-{rating}")
        await hotline.press(CLAIRE, Button(Text("", ""), "hotline.rate", reference))
    await played.deliver()
    told = [m["text"] for m in played.topic("Question") if "utile à l’agent" in m["text"]]
    assert len(told) == 3
    assert "pas vraiment" not in told[-1], "the last word counts"


async def test_a_question_that_goes_back_and_forth_between_successors_is_told_each_time(
    played: Played,
) -> None:
    hotline, now = played.hotline, played.hotline.clock.now()
    for leaver, successor in ((1, 5), (5, 1), (1, 5)):
        async with hotline.database.write() as session:
            (await session.get_one(Person, leaver)).successor_id = successor
            (await session.get_one(Person, successor)).successor_id = None
            await session.execute(delete(Membership).where(Membership.person_id == successor))
            await session.execute(
                update(Membership).where(Membership.person_id == leaver).values(until=now)
            )
            session.add(Membership(person_id=successor, role=Role.AGENT.value, since=SINCE))
        await played.tick("desk.succession")
        await played.deliver()
    told = [m["text"] for m in played.topic("Question") if "Marc Besse" in m["text"]]
    assert len([each for each in told if "cette question passe à" in each]) == 3


async def test_two_who_notice_at_once_that_somebody_has_blocked_the_bot_say_it_once(
    played: Played,
) -> None:
    database, now = played.hotline.database, played.hotline.clock.now()
    reach = Reach([played.hotline.room])

    async def hear() -> None:
        async with database.write() as session:
            await reach.heard(
                session, str(CLAIRE), now - timedelta(seconds=next(seconds)), blocked=True
            )
            await asyncio.sleep(0.2)

    seconds = itertools.count()
    await asyncio.gather(hear(), hear())
    await played.deliver()
    assert len([m for m in played.topic("Question") if "a bloqué" in m["text"]]) == 1


async def test_the_card_of_a_topic_that_is_gone_is_not_tried_again_and_again(
    played: Played,
) -> None:
    hotline = played.hotline
    [card, *_] = played.topic("Question")
    played.api.state.user_deletes_topic(GROUP, card["thread_id"])
    async with hotline.database.write() as session:
        question = await session.get_one(Question, 1)
        question.rating, question.version = 2, 2
    await played.tick("desk.shown")
    await played.deliver()
    async with hotline.database.read() as session:
        rows = (await session.scalars(select(View).where(View.key.startswith("hotline.")))).all()
    assert len(rows) == 2
    assert [row.key for row in rows if row.next_attempt_at is not None] == []
    assert not any(
        m["thread_id"] is None and "Question n° 1" in m["text"]
        for m in played.in_group()
        if "pinned" not in m
    )


async def test_after_a_start_what_changes_does_not_wait_for_what_does_not(
    played: Played,
) -> None:
    hotline = played.hotline
    old = hotline.clock.now() - timedelta(days=30)
    async with hotline.database.write() as session:
        session.add_all(
            Question(
                id=number,
                asker_id=asker_id,
                state=state,
                text="",
                opened_at=old,
                last_message_at=old,
            )
            for first, asker_id, state in ((2, 1, "open"), (500, None, "closed"))
            for number in range(first, first + 2 * AT_ONCE)
        )
    [shown_tick] = [each for each in played.hotline.room.ticks if each.name == "desk.shown"]
    kept = shown_tick.run.__self__  # type: ignore[attr-defined]
    kept._seen.clear()  # as a process that starts
    async with hotline.database.write() as session:
        (await session.get_one(Question, 1)).theme_id = 1
    await shown(played)
    assert "Question n° 1 · Pays d’Orsanne · Habitat et centres-bourgs" in played.seen(GROUP)
    async with hotline.database.write() as session:
        (await session.get_one(Question, 1)).theme_id = 2
    await shown(played)
    assert "Question n° 1 · Pays d’Orsanne · Activités, reprise et transmission" in played.seen(
        GROUP
    )
    assert max(kept._seen) < 500, "an erased question that shows nothing is not looked at"


async def test_an_answer_of_which_nobody_knows_whether_it_arrived_is_owed_again(
    played: Played,
) -> None:
    hotline = played.hotline
    await hotline.in_topic(JEANNE, 1, "Oui, à Orsanne.")
    await in_doubt(hotline.database, "hotline.answer")
    for _ in range(2):
        await played.tick("desk.doubts")
        await played.deliver()
    told = [m["text"] for m in played.topic("Question") if "pas confirmé" in m["text"]]
    assert len(told) == 1
    async with hotline.database.read() as session:
        question = await session.get_one(Question, 1)
    assert question.state == State.OPEN
    assert question.awaiting_since == hotline.clock.now()


async def test_what_the_team_may_not_have_is_sent_again_an_hour_later_marked_as_such(
    played: Played,
) -> None:
    hotline = played.hotline
    await hotline.reply(CLAIRE, 1, "Une précision.")
    await in_doubt(hotline.database, "hotline.relay")
    await played.tick("desk.doubts")
    await played.deliver()
    assert not [m for m in played.topic("Question") if "Une précision." in m["text"]]
    hotline.clock.set(hotline.clock.now() + timedelta(hours=1))
    await played.tick("desk.doubts")
    await played.deliver()
    [said] = [m["text"] for m in played.topic("Question") if "Une précision." in m["text"]]
    assert said.endswith("(renvoyé)")


async def in_doubt(database: Database, kind: str) -> None:
    """Leave what was posted last of a kind as the ledger does after many tries."""
    async with database.write() as session:
        row = await session.scalar(
            select(Delivery).where(Delivery.kind == kind).order_by(Delivery.id.desc()).limit(1)
        )
        assert row is not None
        row.state, row.attempts, row.settled_at = "uncertain", 12, row.created_at


async def test_a_correction_that_the_channel_refuses_is_said_to_the_team_as_a_new_message(
    played: Played,
) -> None:
    hotline = played.hotline
    await hotline.reply(CLAIRE, 1, "Un.", message_id=901)
    await played.deliver()
    await hotline.reply(CLAIRE, 1, "Un, corrigé.", message_id=901, edited=True)
    [edit] = [row for row in await hotline.rows() if row.kind == "hotline.relay_edit"]
    await hotline.settle(edit, Refused("no text to edit"))
    await hotline.settle(edit, Skip("erased"))
    last = (await hotline.rows())[-1]
    assert (last.kind, last.post.kind) == ("hotline.relay", "text")
    assert last.post.text.endswith("\nUn, corrigé.")


async def test_what_is_asked_while_the_bot_is_out_of_its_group_is_there_once_it_is_back(
    played: Played,
) -> None:
    hotline, faults = played.hotline, played.api.state.faults
    faults.add(
        refused("bot was kicked from the supergroup chat", method="createForumTopic", code=403)
    )
    await hotline.say(MARC, "Une question d’un autre ?")
    await hotline.reply(MARC, 2, "Et une précision.")
    await played.deliver()
    assert [title for title in played.seen(GROUP) if "n° 2" in title] == []
    async with hotline.database.write() as session:
        await session.execute(update(Delivery).values(next_attempt_at=None))
    await played.deliver()
    _card, first, second = played.topic("Question n° 2")
    assert first["text"].endswith("Une question d’un autre ?")
    assert second["text"].endswith("Et une précision.")


async def test_the_topic_says_each_time_that_the_agent_has_reopened_without_a_word(
    played: Played,
) -> None:
    hotline = played.hotline
    mine = Reference("hotline", "question", "1")
    for _ in range(2):
        await hotline.press(CLAIRE, Button(Text("", ""), "hotline.close", mine))
        await hotline.press(CLAIRE, Button(Text("", ""), "hotline.reopen", mine))
    await hotline.press(CLAIRE, Button(Text("", ""), "hotline.close", mine))
    await hotline.reply(CLAIRE, 1, "Encore un point.")
    await played.deliver()
    told = [m for m in played.topic("Question") if "a rouvert la question" in m["text"]]
    assert len(told) == 2, "words of the agent say it themselves"
