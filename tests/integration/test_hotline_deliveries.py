"""Where the hotline's deliveries go, and what follows when they do not arrive."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from bot.hotline.models import Question
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import ChatAddress, Policy, Ready, Refused, Sent, Skip
from core.ledger.models import Delivery
from core.people.models import Account
from core.reference import Party, Reference
from core.settings import Settings
from tests.hotline import CLAIRE, GROUP, JEANNE, MARC, Hotline, Row, open_hotline


@pytest.fixture
async def hotline(database: Database, clock: FixedClock) -> Hotline:
    hotline = await open_hotline(database, clock)
    await hotline.say(CLAIRE, "Qui a déjà fait une session d’accueil ?")
    return hotline


async def answered(hotline: Hotline) -> Row:
    await hotline.in_topic(JEANNE, 1, "Trois territoires.")
    return (await hotline.rows())[-1]


async def sent(hotline: Hotline) -> None:
    """Settle all that the ledger holds."""
    async with hotline.database.write() as session:
        settled = {"state": "sent", "settled_at": hotline.clock.now()}
        await session.execute(update(Delivery).values(**settled))


async def question(hotline: Hotline) -> Question:
    async with hotline.database.read() as session:
        return await session.get_one(Question, 1)


def test_all_is_sent_again_when_nobody_knows(hotline: Hotline) -> None:
    kinds = {kind.name: kind.policy for kind in hotline.room.deliveries}
    assert kinds.keys() >= {
        "hotline.topic",
        "hotline.card",
        "hotline.relay",
        "hotline.notice",
        "hotline.answer",
        "hotline.closed",
    }
    assert set(kinds.values()) == {Policy.RESEND}


async def test_a_topic_keeps_its_thread(hotline: Hotline) -> None:
    topic, _card, relay = await hotline.rows()
    await hotline.settle(topic, Sent(f"topic:{GROUP}:77"))
    row = await question(hotline)
    assert (row.thread_id, row.topic) == (77, "open")
    assert await hotline.prepare(relay) == Ready(ChatAddress(GROUP, 77))
    await hotline.settle(relay, Sent(f"{GROUP}:301"))
    assert len(await hotline.rows()) == 3


@pytest.mark.parametrize("outcome", [Refused("the chat is not a forum"), Skip("no_group")])
async def test_a_plain_group_serves_without_topics(
    hotline: Hotline, outcome: Refused | Skip
) -> None:
    topic, _card, relay = await hotline.rows()
    await hotline.settle(topic, outcome)
    row = await question(hotline)
    assert (row.thread_id, row.topic) == (None, "none")
    assert await hotline.prepare(relay) == Ready(ChatAddress(GROUP, None))


async def test_without_a_group_nothing_leaves(database: Database, clock: FixedClock) -> None:
    hotline = await open_hotline(database, clock, Settings())
    await hotline.say(CLAIRE, "Qui a déjà fait une session d’accueil ?")
    assert [await hotline.prepare(row) for row in await hotline.rows()] == [Skip("no_group")] * 3


async def test_a_deleted_topic_is_made_anew_with_the_message(hotline: Hotline) -> None:
    topic, card, relay = await hotline.rows()
    await hotline.settle(topic, Sent(f"topic:{GROUP}:77"))
    await hotline.settle(card, Sent(f"{GROUP}:300"))
    await hotline.settle(relay, Refused("thread not found"))
    assert (await question(hotline)).topic == "wanted"
    second, card_again, again = await hotline.rows(after=3)
    assert (second.kind, second.slot) == (
        "hotline.topic",
        f"question:1/message:1/anew:{relay.parcel.id}",
    )
    assert card_again.kind == "hotline.card"
    assert (again.kind, again.post) == ("hotline.relay", relay.post)
    assert {second.stream, again.stream} == {"question:1"}

    await hotline.settle(again, Refused("thread closed"))
    await hotline.settle(again, Refused("thread closed"))
    assert len(await hotline.rows(after=6)) == 1, "the topic is on its way already"
    await hotline.settle(second, Sent(f"topic:{GROUP}:78"))
    assert await hotline.prepare(again) == Ready(ChatAddress(GROUP, 78))


async def test_a_group_that_has_no_thread_is_not_tried_for_ever(hotline: Hotline) -> None:
    topic, _card, relay = await hotline.rows()
    await hotline.settle(topic, Refused("the chat is not a forum"))
    await hotline.settle(relay, Refused("thread not found"))
    assert len(await hotline.rows()) == 3


async def test_a_message_that_is_refused_is_said_in_the_topic(hotline: Hotline) -> None:
    relay = (await hotline.rows())[2]
    await hotline.settle(relay, Refused("wrong file identifier"))
    [notice] = await hotline.rows(after=3)
    assert (notice.kind, notice.slot) == ("hotline.notice", "question:1/message:1/refused")
    assert notice.post.text == (
        "Un message de l’agent n’a pas pu être affiché ici. "
        "Demandez-lui de vous l’envoyer par un autre moyen."
    )


@pytest.mark.parametrize("outcome", [Refused("blocked"), Skip("blocked"), Skip("no_account")])
async def test_an_answer_that_does_not_arrive_is_said_in_the_topic_once(
    hotline: Hotline, outcome: Refused | Skip
) -> None:
    answer = await answered(hotline)
    await hotline.settle(answer, outcome)
    await hotline.settle(answer, outcome)
    [notice] = await hotline.rows(after=4)
    assert (notice.kind, notice.slot, notice.recipient, notice.stream) == (
        "hotline.notice",
        "question:1/message:2/undelivered",
        "question:1",
        "question:1",
    )
    assert notice.cause == "hotline:topic:1", "a reply to it must leave nowhere"
    assert notice.post.text == (
        "<b>Réponse non remise</b>\n\nVotre réponse à la question n°\u00a01 n’est pas parvenue à "
        "Claire Vidal\u00a0: cette personne a bloqué la permanence sur Telegram, ou son compte "
        "n’est plus relié. Joignez-la par un autre moyen. La question reste sans réponse."
    )
    assert (await question(hotline)).state == "open"
    assert await hotline.prepare(notice) == Ready(ChatAddress(GROUP))


async def test_an_answer_that_arrived_says_nothing_more(hotline: Hotline) -> None:
    answer = await answered(hotline)
    await hotline.settle(answer, Sent(f"{CLAIRE}:12"))
    assert len(await hotline.rows()) == 4
    assert (await question(hotline)).state == "answered"


async def test_an_answer_goes_to_the_account_of_the_day(
    hotline: Hotline, clock: FixedClock
) -> None:
    answer = await answered(hotline)
    assert await hotline.prepare(answer) == Ready(ChatAddress(CLAIRE))
    async with hotline.database.write() as session:
        await session.execute(
            update(Account).where(Account.person_id == 1).values(blocked_at=clock.now())
        )
    assert await hotline.prepare(answer) == Skip("blocked")
    async with hotline.database.write() as session:
        await session.execute(update(Account).where(Account.person_id == 1).values(person_id=2))
    assert await hotline.prepare(answer) == Skip("no_account")


async def test_what_was_erased_does_not_leave(hotline: Hotline) -> None:
    await answered(hotline)
    data = hotline.room.personal_data
    assert data is not None
    async with hotline.database.write() as session:
        await data.erase(session, Party("person", "1"))
    _topic, card, relay, _answer = await hotline.rows()
    assert await hotline.prepare(card) == Skip("erased")
    assert await hotline.prepare(relay) == Skip("erased")
    [gone] = await hotline.in_topic(JEANNE, 1, "Encore un mot.")
    assert "ont été effacées" in hotline.words(gone)
    assert len(await hotline.rows()) == 4


async def test_a_question_that_is_no_more_changes_nothing(hotline: Hotline) -> None:
    topic, _card, relay = await hotline.rows()
    answer = await answered(hotline)
    nobody = Reference("hotline", "question", "404")
    for row in (topic, relay, answer):
        lost = replace(row, parcel=replace(row.parcel, cause=nobody))
        await hotline.settle(lost, Refused("thread not found"))
    assert len(await hotline.rows()) == 4


async def test_what_is_held_about_somebody_is_shown(hotline: Hotline) -> None:
    await answered(hotline)
    await hotline.say(MARC, "Un modèle de bail ?")
    data = hotline.room.personal_data
    assert data is not None
    async with hotline.database.read() as session:
        claire = await data.export(session, Party("person", "1"))
        jeanne = await data.export(session, Party("person", "2"))
        assert await data.export(session, Party("subscriber", "1")) == {}
    [asked] = claire["questions"]
    assert (asked["number"], asked["state"]) == (1, "answered")
    assert asked["opened_at"] == "2026-11-23T08:00:00+00:00"
    assert [(each["direction"], each["text"]) for each in asked["messages"]] == [
        ("from_agent", "Qui a déjà fait une session d’accueil ?"),
        ("to_agent", "Trois territoires."),
    ]
    assert claire["messages"] == []
    assert jeanne["questions"] == []
    assert [each["text"] for each in jeanne["messages"]] == ["Trois territoires."]


async def test_erasing_lets_the_words_go_and_keeps_the_count(hotline: Hotline) -> None:
    await answered(hotline)
    await hotline.say(MARC, "Un modèle de bail ?")
    await sent(hotline)
    data = hotline.room.personal_data
    assert data is not None
    async with hotline.database.write() as session:
        await data.erase(session, Party("subscriber", "1"))
        await data.erase(session, Party("person", "1"))
    async with hotline.database.read() as session:
        assert await data.export(session, Party("person", "1")) == {"questions": [], "messages": []}
        jeanne = await data.export(session, Party("person", "2"))
        marc = await data.export(session, Party("person", "5"))
    assert [each["text"] for each in jeanne["messages"]] == [""]
    ledger = [row.post.text for row in await hotline.rows()]
    assert not any("session d’accueil" in text for text in ledger)
    assert not any("Claire" in text for text in ledger), "the topic was named after her"
    assert not any("Trois territoires" in text for text in ledger), "she was answered so"
    assert any("Un modèle de bail" in text for text in ledger)
    assert [each["messages"][0]["text"] for each in marc["questions"]] == ["Un modèle de bail ?"]
    row = await question(hotline)
    assert (row.asker_id, row.text, row.state) == (None, "", "answered")
