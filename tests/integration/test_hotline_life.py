"""The life of a question, both sides, by what people do and what the ledger is given."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.hotline.models import Question, QuestionMessage
from core.chat import Button, File, Place, PostButton, Redraw, Reply, Response, Text, Toast
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import ChatAddress, Ready, Sent
from core.people.store import account_of
from core.posts import parse_callback
from core.reference import Reference
from tests.hotline import CLAIRE, GROUP, JEANNE, LEA, MARC, PAUL, UNKNOWN, Hotline, open_hotline

PHOTO = File("photo", "AgAD-1", "U1")


@pytest.fixture
async def hotline(database: Database, clock: FixedClock) -> Hotline:
    return await open_hotline(database, clock)


def buttons(response: Response) -> list[Button]:
    assert isinstance(response, Reply | Redraw)
    return [button for row in response.keyboard for button in row]


async def state(hotline: Hotline, number: int = 1) -> str:
    async with hotline.database.read() as session:
        question = await session.get_one(Question, number)
        return question.state


async def card_buttons(hotline: Hotline) -> list[Button]:
    """Return what the animators see: the buttons of the card, fresh."""
    [row] = [row for row in await hotline.rows() if row.kind == "hotline.card"][-1:]
    found = []
    for each in (button for line in row.post.keyboard for button in line):
        pressed = parse_callback(each.data)
        assert pressed is not None
        found.append(Button(Text("", ""), pressed.action, pressed.reference, pressed.version))
    return found


async def test_a_question_opens_a_topic_a_card_and_is_relayed(hotline: Hotline) -> None:
    bold = {"type": "bold", "offset": 4, "length": 3}
    [reply] = await hotline.say(CLAIRE, "Les ZRR existent-elles encore ?", entities=[bold])
    assert hotline.words(reply) == (
        "Votre question est enregistrée pour le territoire «\u00a0Pays d’Orsanne\u00a0»\u00a0: "
        "<b>question n°\u00a01</b>.\nL’équipe d’animation vous répond ici. "
        "Pour ajouter une précision, répondez à ce message."
    )
    topic, card, relay = await hotline.rows()
    assert (topic.kind, topic.slot, topic.recipient) == (
        "hotline.topic",
        "question:1",
        "question:1",
    )
    assert (topic.post.kind, topic.post.text) == ("topic", "Question n°\u00a01 · Pays d’Orsanne")
    assert (card.kind, card.slot, card.recipient) == (
        "hotline.card",
        "question:1/version:1",
        "question:1",
    )
    assert card.post.text == (
        "<b>Question n°\u00a01</b>\n\nDe\u00a0: Claire Vidal (agent de développement)\n"
        "Territoire\u00a0: Pays d’Orsanne\nÀ prendre en charge\n\n"
        "<i>Pour répondre à l’agent, répondez à l’un de ces messages. "
        "Tout autre message reste une note interne.</i>"
    )
    assert card.post.keyboard == (
        (
            PostButton("Prendre en charge", "desk.take:hotline:question:1:1"),
            PostButton("Clore", "desk.close:hotline:question:1:1"),
        ),
    )
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
    [sent] = await hotline.in_topic(JEANNE, 1, "Trois PTA.", entities=(link,))
    assert hotline.words(sent) == "Envoyé à l’agent."
    assert isinstance(sent, Reply)
    assert sent.about is None, "a reply to this notice must leave nowhere"
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
    assert hotline.words(added) == "Ajouté à votre question n°\u00a01."
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


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        (
            "Bonjour !",
            ["Bonjour. Quelle est votre question\u00a0? Écrivez-la ici, l’équipe vous répondra."],
        ),
        ("merci", ["Avec plaisir. La permanence reste à votre disposition."]),
        ("👍", []),
    ],
)
async def test_courtesies_open_nothing(hotline: Hotline, said: str, answered: list[str]) -> None:
    assert [hotline.words(each) for each in await hotline.say(CLAIRE, said)] == answered
    assert await hotline.rows() == []


async def test_messages_in_a_row_are_one_question_and_later_ones_another(
    hotline: Hotline, clock: FixedClock
) -> None:
    await hotline.say(CLAIRE, "Avez-vous un modèle de délibération ?")
    clock.set(clock.now() + timedelta(minutes=9))
    [added] = await hotline.say(CLAIRE, "Pour un logement passerelle.")
    assert hotline.words(added) == "Ajouté à votre question n°\u00a01."
    clock.set(clock.now() + timedelta(minutes=11))
    [opened] = await hotline.say(CLAIRE, "C’est quand, le prochain atelier ?")
    assert "question n°\u00a02" in hotline.words(opened)
    kinds = [(row.kind, row.stream) for row in await hotline.rows()]
    assert kinds == [
        ("hotline.topic", "question:1"),
        ("hotline.card", "question:1"),
        ("hotline.relay", "question:1"),
        ("hotline.relay", "question:1"),
        ("hotline.topic", "question:2"),
        ("hotline.card", "question:2"),
        ("hotline.relay", "question:2"),
    ]


async def test_who_serves_several_territories_says_for_which(hotline: Hotline) -> None:
    [which] = await hotline.say(PAUL, "Un modèle de bail de logement passerelle ?")
    assert hotline.words(which) == (
        "Votre question n°\u00a01 est enregistrée. Pour quel territoire la posez-vous\u00a0? "
        "Elle sera transmise à l’équipe dès votre choix."
    )
    first, second = buttons(which)
    labels = [hotline.renderer.plain(each.label) for each in (first, second)]
    assert labels == ["Pays d’Orsanne", "Vallées de la Brune-Claire"]
    [again] = await hotline.say(PAUL, "", files=[PHOTO], kind="file")
    assert [each.reference for each in buttons(again)] == [first.reference, second.reference]
    assert await hotline.rows() == [], "nothing is relayed before the choice"

    [stranger] = await hotline.press(CLAIRE, second)
    assert isinstance(stranger, Toast)
    assert "n’est pas l’une des vôtres" in hotline.words(stranger)
    assert await hotline.rows() == []

    [chosen] = await hotline.press(PAUL, second)
    assert isinstance(chosen, Redraw)
    assert chosen.keyboard == ()
    assert "« Vallées de la Brune-Claire »" in hotline.words(chosen).replace("\u00a0", " ")
    topic, card, relay, photo = await hotline.rows()
    assert topic.post.text == "Question n°\u00a01 · Vallées de la Brune-Claire"
    assert card.slot == "question:1/version:2"
    assert relay.post.text.endswith("\nUn modèle de bail de logement passerelle ?")
    assert (photo.post.kind, photo.post.file, photo.slot) == (
        "file",
        PHOTO,
        "question:1/message:2",
    )

    [stale] = await hotline.press(PAUL, first)
    assert hotline.words(stale) == (
        "Cette question est déjà transmise, pour le territoire "
        "«\u00a0Vallées de la Brune-Claire\u00a0»."
    )
    assert len(await hotline.rows()) == 4


async def test_a_territory_that_is_not_theirs_is_refused(hotline: Hotline) -> None:
    [which] = await hotline.say(PAUL, "Un modèle de bail ?")
    button = buttons(which)[0]
    for identity, words in (
        ("1-99", "Vous n’intervenez plus sur ce territoire\u00a0: choisissez-en un autre."),
        ("7-1", "Cette question n’est pas l’une des vôtres."),
        ("forged", "Cette question n’est pas l’une des vôtres."),
    ):
        reference = Reference("hotline", "territory", identity)
        forged = Button(button.label, button.action, reference, button.version)
        [toast] = await hotline.press(PAUL, forged)
        assert hotline.words(toast).startswith(words)
    assert await state(hotline) == "choosing"


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


async def test_taking_charge_and_closing_redraw_the_card(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Qui a déjà fait une session d’accueil ?")
    take, close = await card_buttons(hotline)
    [taken] = await hotline.press(JEANNE, take)
    assert isinstance(taken, Redraw)
    assert "Prise en charge par Jeanne Roche" in hotline.words(taken)
    [fresh_close] = buttons(taken)
    assert (fresh_close.action, fresh_close.version) == ("desk.close", 2)

    toast, redraw = await hotline.press(JEANNE, close)
    assert isinstance(toast, Toast)
    assert hotline.words(toast) == "Cette question a changé entre-temps\u00a0: voici son état."
    assert isinstance(redraw, Redraw)
    assert buttons(redraw) == [fresh_close]
    assert await state(hotline) == "open"
    toast, _redraw = await hotline.press(JEANNE, take)
    assert isinstance(toast, Toast)

    [closed] = await hotline.press(JEANNE, fresh_close)
    assert "État\u00a0: close" in hotline.words(closed)
    assert buttons(closed) == []
    assert await state(hotline) == "closed"
    assert await hotline.acts() == [
        "person:1 question.open hotline:question:1",
        "person:2 question.take hotline:question:1",
        "person:2 question.close hotline:question:1",
    ]


async def test_a_forged_button_finds_no_question(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Qui a déjà fait une session d’accueil ?")
    for button in await card_buttons(hotline):
        for identity in ("42", "x"):
            reference = Reference("hotline", "question", identity)
            [toast] = await hotline.press(JEANNE, Button(button.label, button.action, reference, 1))
            assert isinstance(toast, Toast)


async def test_answering_then_closing_needs_no_second_press(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Qui a déjà fait une session d’accueil ?")
    _take, close = await card_buttons(hotline)
    await hotline.in_topic(JEANNE, 1, "Trois territoires.")
    [closed] = await hotline.press(JEANNE, close)
    assert isinstance(closed, Redraw)


async def test_a_reply_reopens_a_closed_question_with_a_new_card(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Qui a déjà fait une session d’accueil ?")
    _take, close = await card_buttons(hotline)
    await hotline.press(JEANNE, close)
    await hotline.in_topic(JEANNE, 1, "Une précision encore.")
    assert await state(hotline) == "closed"
    await hotline.reply(CLAIRE, 1, "merci")
    assert await state(hotline) == "closed"
    await hotline.reply(CLAIRE, 1, "Et pour un syndicat mixte ?")
    assert await state(hotline) == "open"
    card, relay = (await hotline.rows())[-2:]
    assert (card.kind, card.slot) == ("hotline.card", "question:1/version:3")
    assert relay.post.text.endswith("Et pour un syndicat mixte ?")
    assert "person:1 question.reopen hotline:question:1" in await hotline.acts()


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


async def test_a_note_is_kept_and_leaves_nowhere(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Qui a déjà fait une session d’accueil ?")
    assert await hotline.note(JEANNE, 1, "Je demande à Paul, ne répondez pas encore.") == []
    assert await hotline.note(JEANNE, 1, "Même note", update_id=900) == []
    assert await hotline.note(JEANNE, 1, "Même note", update_id=900) == []
    assert await hotline.note(LEA, 1, "Je passais par là.") == []
    assert await hotline.note(JEANNE, 404, "Sujet inconnu") == []
    assert len(await hotline.rows()) == 3
    assert await state(hotline) == "open"
    async with hotline.database.read() as session:
        kept = select(QuestionMessage).where(QuestionMessage.direction == "note")
        assert [row.text for row in await session.scalars(kept)] == [
            "Je demande à Paul, ne répondez pas encore.",
            "Même note",
        ]


async def test_people_without_the_role_are_told_so(hotline: Hotline) -> None:
    [unknown] = await hotline.say(UNKNOWN, "Les ZRR existent-elles encore ?")
    assert "Demandez-en un à contact@relais.test" in hotline.words(unknown)
    [elected] = await hotline.say(LEA, "Les ZRR existent-elles encore ?")
    assert hotline.words(elected).startswith("La permanence répond aux agents des territoires")
    group = Place(GROUP, private=False)
    assert await hotline.say(CLAIRE, "Les ZRR existent-elles encore ?", place=group) == []
    assert await hotline.rows() == []


async def test_an_edit_goes_to_its_question_marked_so(hotline: Hotline, clock: FixedClock) -> None:
    await hotline.say(CLAIRE, "Qui a fait une session ?", message_id=500)
    clock.set(clock.now() + timedelta(hours=3))
    [added] = await hotline.say(
        CLAIRE, "Qui a fait une session d’accueil ?", message_id=500, edited=True
    )
    assert hotline.words(added) == "Ajouté à votre question n°\u00a01."
    relay = (await hotline.rows())[-1]
    assert relay.post.text == (
        "Question n°\u00a01 · Claire Vidal (message modifié)\nQui a fait une session d’accueil ?"
    )
    [opened] = await hotline.say(CLAIRE, "Un modèle de bail ?", message_id=900, edited=True)
    assert hotline.words(opened) == "Ajouté à votre question n°\u00a01.", "said in a row"
    await hotline.in_topic(JEANNE, 1, "Trois territoires", edited=True)
    assert (await hotline.rows())[-1].post.text.startswith(
        "Réponse corrigée à votre question n°\u00a01, par Jeanne Roche\n"
    )


async def test_an_edit_adds_nothing_to_a_question_of_the_account_s_former_owner(
    hotline: Hotline, clock: FixedClock
) -> None:
    await hotline.say(CLAIRE, "Qui a fait une session ?", message_id=500)
    async with hotline.database.write() as session:
        account = await account_of(session, 1, "telegram")
        assert account is not None
        account.person_id = 5
    clock.set(clock.now() + timedelta(hours=3))
    [reply] = await hotline.say(CLAIRE, "Un modèle de bail ?", message_id=500, edited=True)
    assert "question n°\u00a02" in hotline.words(reply)
    async with hotline.database.read() as session:
        wanted = select(QuestionMessage.text).where(QuestionMessage.question_id == 1)
        assert (await session.scalars(wanted)).all() == ["Qui a fait une session ?"]


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
        [sent] = await hotline.turn(JEANNE, answer, reply)
        assert hotline.words(sent) == "Envoyé à l’agent."
    follow = hotline.incoming(CLAIRE, "Lesquels ?", about=about)
    for _ in range(2):
        await hotline.turn(CLAIRE, follow, reply)
    assert len(await hotline.rows()) == 5
    async with hotline.database.read() as session:
        assert len((await session.scalars(select(QuestionMessage.id))).all()) == 3


async def test_the_question_command_opens_one_too(hotline: Hotline) -> None:
    [how] = await hotline.command(CLAIRE, "question")
    assert hotline.words(how).startswith("Pour poser une question, écrivez-la ici")
    [opened] = await hotline.command(CLAIRE, "question", "Un modèle de bail ?")
    assert "question n°\u00a01" in hotline.words(opened)
    assert (await hotline.rows())[-1].post.text.endswith("Pays d’Orsanne\nUn modèle de bail ?")
    group = Place(GROUP, private=False)
    [private] = await hotline.command(CLAIRE, "question", "Un modèle ?", place=group)
    assert "conversation privée" in hotline.words(private)
    [refused] = await hotline.command(UNKNOWN, "question", "Un modèle ?")
    assert "lien d’invitation" in hotline.words(refused)


async def test_one_sees_one_s_own_questions_with_their_state(
    hotline: Hotline, clock: FixedClock
) -> None:
    [none] = await hotline.command(CLAIRE, "mesquestions")
    assert hotline.words(none) == "Vous n’avez pas encore posé de question."
    await hotline.say(CLAIRE, "Un modèle de <bail> ?")
    clock.set(clock.now() + timedelta(days=1))
    await hotline.say(CLAIRE, files=[PHOTO], kind="file")
    await hotline.say(PAUL, "La question de Paul ?")
    await hotline.in_topic(JEANNE, 1, "Le voici.")
    [mine] = await hotline.command(CLAIRE, "mesquestions")
    assert hotline.words(mine) == (
        "<b>Vos questions</b>\n\n"
        "<b>Question n°\u00a02 du 24 novembre 2026</b> – transmise, en attente de réponse\n"
        "(fichier sans texte)\n\n"
        "<b>Question n°\u00a01 du 23 novembre 2026</b> – a reçu une réponse\n"
        "Un modèle de &lt;bail&gt; ?"
    )
    [private] = await hotline.command(CLAIRE, "mesquestions", place=Place(GROUP, private=False))
    assert "conversation privée" in hotline.words(private)
    [stranger] = await hotline.command(UNKNOWN, "mesquestions")
    assert "lien d’invitation" in hotline.words(stranger)


async def test_relays_go_to_the_topic_once_it_is_there(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Un modèle de bail ?")
    topic, card, relay = await hotline.rows()
    assert await hotline.prepare(topic) == Ready(ChatAddress(GROUP))
    await hotline.settle(topic, Sent(f"topic:{GROUP}:77"))
    for row in (card, relay):
        assert await hotline.prepare(row) == Ready(ChatAddress(GROUP, 77))
