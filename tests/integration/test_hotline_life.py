"""The life of a question, both sides, by what people do and what the ledger is given."""

import pytest
from sqlalchemy import select

from bot.hotline.models import Question, QuestionMessage
from core.chat import File, Place, Reply
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import ChatAddress, Ready, Sent
from core.reference import Reference
from tests.hotline import CLAIRE, GROUP, JEANNE, LEA, MARC, PAUL, UNKNOWN, Hotline, open_hotline

PHOTO = File("photo", "AgAD-1", "U1")


@pytest.fixture
async def hotline(database: Database, clock: FixedClock) -> Hotline:
    return await open_hotline(database, clock)


async def state(hotline: Hotline, number: int = 1) -> str:
    async with hotline.database.read() as session:
        question = await session.get_one(Question, number)
        return question.state


async def test_a_question_opens_a_topic_a_card_and_is_relayed(hotline: Hotline) -> None:
    bold = {"type": "bold", "offset": 4, "length": 3}
    [reply] = await hotline.say(CLAIRE, "Les ZRR existent-elles encore ?", entities=[bold])
    assert hotline.words(reply) == (
        "Votre question est enregistrée pour le territoire «\u00a0Pays d’Orsanne\u00a0»\u00a0: "
        "<b>question n°\u00a01</b>.\nRéponse au plus tard le mercredi 25 novembre.\n"
        "Pour ajouter une précision, répondez à ce message."
    )
    assert hotline.labels(reply) == ["Choisir un thème", "Question discrète", "Mes questions"]
    assert isinstance(reply, Reply)
    assert str(reply.about) == "hotline:question:1", "a reply to it goes to the question"
    topic, card, relay = await hotline.rows()
    assert (topic.kind, topic.slot, topic.recipient) == (
        "hotline.topic",
        "question:1",
        "question:1",
    )
    assert (topic.post.kind, topic.post.text) == ("topic", "Question n°\u00a01 · Pays d’Orsanne")
    assert (card.kind, card.recipient) == ("hotline.card", "question:1")
    assert "De\u00a0: Claire Vidal" in card.post.text
    assert (relay.kind, relay.slot) == ("hotline.relay", "question:1/message:1")
    lead = "Question n°\u00a01 · Claire Vidal, agent de développement, Pays d’Orsanne"
    assert relay.post.text == f"{lead}\nLes ZRR existent-elles encore ?"
    assert relay.post.entities == (
        {"type": "bold", "offset": 0, "length": len(lead)},
        {"type": "bold", "offset": len(lead) + 5, "length": 3},
    )
    assert {row.stream for row in (topic, card, relay)} == {"question:1"}
    assert topic.cause == "hotline:topic:1", "what is said in a topic is about the topic"
    assert {row.cause for row in (card, relay)} == {"hotline:question:1"}
    assert await hotline.acts() == ["person:1 question.open hotline:question:1"]


async def test_an_answer_by_reply_reaches_the_agent_and_comes_back(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Qui a déjà fait une session d’accueil ?")
    link = {"type": "text_link", "offset": 0, "length": 9, "url": "https://example.org"}
    await hotline.in_topic(JEANNE, 1, "Trois PTA.", entities=(link,))
    assert await state(hotline) == "answered"
    [answer] = await hotline.rows(after=3)
    assert (answer.kind, answer.slot) == ("hotline.answer", "question:1/message:2")
    assert (answer.recipient, answer.stream) == ("person:1", "person:1")
    lead = "Réponse à votre question n°\u00a01, par Jeanne Roche"
    assert answer.post.text == f"{lead}\nTrois PTA."
    assert answer.post.entities is not None
    assert answer.post.entities[1] == {**link, "offset": len(lead) + 1}
    assert await hotline.prepare(answer) == Ready(ChatAddress(CLAIRE))

    [added] = await hotline.reply(CLAIRE, 1, "Lesquels exactement ?")
    assert hotline.words(added) == (
        "Ajouté à votre question n°\u00a01. Réponse au plus tard le mercredi 25 novembre."
    )
    assert await state(hotline) == "open"
    [back] = await hotline.rows(after=4)
    assert (back.kind, back.slot) == ("hotline.relay", "question:1/message:3")
    assert back.post.text.endswith("\nLesquels exactement ?")
    assert await hotline.acts() == [
        "person:1 question.open hotline:question:1",
        "person:2 question.answer hotline:question:1",
    ]


async def test_thanks_come_back_to_the_topic_and_reopen_nothing(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Qui a déjà fait une session d’accueil ?")
    await hotline.in_topic(JEANNE, 1, "Trois territoires.")
    await hotline.reply(CLAIRE, 1, "Merci beaucoup !")
    assert await state(hotline) == "answered"
    assert (await hotline.rows())[-1].post.text.endswith("\nMerci beaucoup !")


async def test_an_agent_without_territory_is_heard(hotline: Hotline) -> None:
    [reply] = await hotline.say(MARC, "Avez-vous un modèle de convention ?")
    assert hotline.words(reply).startswith(
        "Votre question est enregistrée\u00a0: <b>question n°\u00a01</b>."
    )
    topic, card, _relay = await hotline.rows()
    assert topic.post.text == "Question n°\u00a01"
    assert "Territoire\u00a0: non renseigné" in card.post.text


async def test_files_and_long_texts_leave_in_several_posts(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "mot " * 1500, files=[PHOTO], kind="file")
    _topic, _card, *relays = await hotline.rows()
    assert [(row.slot, row.post.kind) for row in relays] == [
        ("question:1/message:1", "text"),
        ("question:1/message:1/2", "text"),
        ("question:1/message:1/3", "file"),
    ]
    await hotline.in_topic(JEANNE, 1, "Voici le modèle", files=(PHOTO,), kind="file")
    answer = (await hotline.rows())[-1]
    assert (answer.post.kind, answer.post.file) == ("file", PHOTO)
    assert answer.post.text == (
        "Réponse à votre question n°\u00a01, par Jeanne Roche\nVoici le modèle"
    )


async def test_only_the_team_in_its_group_and_the_asker_are_heard(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Qui a déjà fait une session d’accueil ?")
    elsewhere = Place(-55, private=False)
    for responses in (
        await hotline.in_topic(LEA, 1, "Moi je sais"),
        await hotline.in_topic(UNKNOWN, 1, "Moi aussi"),
        await hotline.reply(JEANNE, 1, "Ailleurs", place=elsewhere),
    ):
        assert hotline.words(responses[0]).startswith("Votre message n’a pas été envoyé à l’agent")
    for account in (PAUL, JEANNE, UNKNOWN):
        [refused] = await hotline.reply(account, 1, "Quelle est la réponse ?")
        assert hotline.words(refused).startswith("Cette question n’est pas l’une des vôtres.")
    [refused] = await hotline.reply(CLAIRE, 77, "Et celle-ci ?")
    assert hotline.words(refused).startswith("Cette question n’est pas l’une des vôtres.")
    assert len(await hotline.rows()) == 3


async def test_people_without_the_role_are_told_so(hotline: Hotline) -> None:
    [unknown] = await hotline.say(UNKNOWN, "Les ZRR existent-elles encore ?")
    assert hotline.words(unknown).startswith("Bonjour. Vous êtes à la permanence du réseau")
    [elected] = await hotline.say(LEA, "Les ZRR existent-elles encore ?")
    assert hotline.words(elected).startswith("La permanence répond aux agents des territoires")
    group = Place(GROUP, private=False)
    assert await hotline.say(CLAIRE, "Les ZRR existent-elles encore ?", place=group) == []
    assert await hotline.rows() == []


async def test_the_same_update_twice_writes_once(hotline: Hotline) -> None:
    assert hotline.room.fallback is not None
    incoming = hotline.incoming(CLAIRE, "Qui a fait une session d’accueil ?")
    await hotline.turn(CLAIRE, incoming, hotline.room.fallback)
    [again] = await hotline.turn(CLAIRE, incoming, hotline.room.fallback)
    assert hotline.words(again) == "Ajouté à votre question n°\u00a01."
    reply = hotline.room.replies[0].handler
    about = Reference("hotline", "question", "1")
    place = Place(GROUP, private=False, thread_id=77)
    answer = hotline.incoming(JEANNE, "Trois.", place=place, about=about)
    for _ in range(2):
        await hotline.turn(JEANNE, answer, reply)
    follow = hotline.incoming(CLAIRE, "Lesquels ?", about=about)
    for _ in range(2):
        await hotline.turn(CLAIRE, follow, reply)
    assert len(await hotline.rows()) == 5
    async with hotline.database.read() as session:
        assert len((await session.scalars(select(QuestionMessage.id))).all()) == 3


async def test_relays_go_to_the_topic_once_it_is_there(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Un modèle de bail ?")
    topic, card, relay = await hotline.rows()
    assert await hotline.prepare(topic) == Ready(ChatAddress(GROUP))
    await hotline.settle(topic, Sent(f"topic:{GROUP}:77"))
    for row in (card, relay):
        assert await hotline.prepare(row) == Ready(ChatAddress(GROUP, 77))
