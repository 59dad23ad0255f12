"""What an agent writes, and the question that it belongs to."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.hotline import standing
from bot.hotline.models import Question, QuestionMessage
from core.chat import Button, File, Place, Redraw, Reply, Toast
from core.clock import FixedClock
from core.db import Database
from core.people.models import Theme
from core.people.store import account_of
from core.reference import Reference
from core.settings import HotlineSettings, Settings, TelegramSettings
from tests.hotline import (
    CLAIRE,
    GROUP,
    JEANNE,
    PAUL,
    UNKNOWN,
    Hotline,
    buttons,
    open_hotline,
)

PHOTO = File("photo", "AgAD-1", "U1")
PLAN = File("document", "BQAC-2", "U2", name="plan.pdf", size=20_000_001)


@pytest.fixture
async def hotline(database: Database, clock: FixedClock) -> Hotline:
    return await open_hotline(database, clock)


def later(hotline: Hotline, **delay: float) -> None:
    hotline.clock.set(hotline.clock.now() + timedelta(**delay))


async def thread(hotline: Hotline, number: int | None) -> list[str]:
    """Return what was said of a question, in order; None for what has no question yet."""
    async with hotline.database.read() as session:
        its = QuestionMessage.question_id.is_not_distinct_from(number)
        rows = select(QuestionMessage.text).where(its).order_by(QuestionMessage.id)
        return list(await session.scalars(rows))


async def relayed(hotline: Hotline, number: int) -> list[str]:
    """Return what the topic of a question was given of its agent's words."""
    return [
        row.post.text.partition("\n")[2]
        for row in await hotline.rows()
        if row.kind == "hotline.relay" and row.recipient == f"question:{number}"
    ]


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


async def test_after_a_greeting_the_next_message_is_a_question(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Avez-vous un modèle de délibération ?")
    await hotline.say(CLAIRE, "Rebonjour")
    [opened] = await hotline.say(CLAIRE, "C’est quand, le prochain atelier ?")
    assert "question n°\u00a02" in hotline.words(opened)
    later(hotline, hours=2)
    [which] = await hotline.say(CLAIRE, "Et le suivant ?")
    assert hotline.words(which).startswith("À quelle question se rattache votre message"), (
        "a greeting serves once"
    )


async def test_messages_in_a_row_are_one_question(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Avez-vous un modèle de délibération ?")
    later(hotline, minutes=9)
    [added] = await hotline.say(CLAIRE, "Pour un logement passerelle.")
    assert hotline.words(added) == "Ajouté à votre question n°\u00a01."
    await hotline.say(CLAIRE, "", files=[PHOTO], kind="file")
    assert await relayed(hotline, 1) == [
        "Avez-vous un modèle de délibération ?",
        "Pour un logement passerelle.",
        "",
    ]


async def test_a_later_message_waits_for_its_author_to_say_which_question_it_is_about(
    hotline: Hotline,
) -> None:
    await hotline.say(CLAIRE, "Avez-vous un modèle de délibération ?")
    later(hotline, minutes=11)
    [which] = await hotline.say(CLAIRE, "C’est quand, le prochain atelier ?")
    assert hotline.words(which) == (
        "À quelle question se rattache votre message\u00a0?\n\n"
        "Sans choix de votre part d’ici 15 minutes, il devient une nouvelle question."
    )
    assert hotline.labels(which) == [
        "N°\u00a01 · Avez-vous un modèle de délibération ?",
        "Nouvelle question",
    ]
    await hotline.say(CLAIRE, "À Orsanne ou en visioconférence ?")
    assert await thread(hotline, None) == [
        "C’est quand, le prochain atelier ?",
        "À Orsanne ou en visioconférence ?",
    ]
    assert await relayed(hotline, 1) == ["Avez-vous un modèle de délibération ?"]

    redraw, opened = await hotline.press_on(CLAIRE, which, "Nouvelle question")
    assert isinstance(redraw, Redraw)
    assert hotline.words(redraw) == "C’est une nouvelle question."
    assert redraw.keyboard == ()
    assert "question n°\u00a02" in hotline.words(opened)
    assert await relayed(hotline, 2) == [
        "C’est quand, le prochain atelier ?",
        "À Orsanne ou en visioconférence ?",
    ]
    [stale] = await hotline.press_on(CLAIRE, which, "Nouvelle question")
    assert isinstance(stale, Toast)
    assert hotline.words(stale) == "Ce message est déjà rattaché à votre question n°\u00a02."
    assert await thread(hotline, None) == []


async def test_a_message_joins_the_question_that_is_chosen(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Avez-vous un modèle de délibération ?")
    await hotline.in_topic(JEANNE, 1, "Pour quelle compétence ?")
    later(hotline, hours=1)
    [which] = await hotline.say(CLAIRE, "L’habitat.")
    [placed] = await hotline.press_on(CLAIRE, which, hotline.labels(which)[0])
    assert hotline.words(placed) == (
        "Message rattaché à votre question n°\u00a01. Réponse au plus tard le mercredi 25 novembre."
    )
    assert (await relayed(hotline, 1))[-1] == "L’habitat."
    [added] = await hotline.say(CLAIRE, "Et le logement des jeunes.")
    assert hotline.words(added) == "Ajouté à votre question n°\u00a01."


async def test_between_two_questions_spoken_of_lately_nobody_guesses(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Avez-vous un modèle de délibération ?")
    await hotline.command(CLAIRE, "question", "C’est quand, le prochain atelier ?")
    [added] = await hotline.say(CLAIRE, "L’atelier des élus.")
    assert hotline.words(added) == "Ajouté à votre question n°\u00a02.", "sent in a row"
    later(hotline, minutes=1)
    [which] = await hotline.say(CLAIRE, "À Orsanne ?")
    assert hotline.labels(which) == [
        "N°\u00a02 · C’est quand, le prochain atelier ?",
        "N°\u00a01 · Avez-vous un modèle de délibération ?",
        "Nouvelle question",
    ]


async def test_nobody_places_a_message_of_another_or_in_another_s_question(
    hotline: Hotline,
) -> None:
    await hotline.say(CLAIRE, "Avez-vous un modèle de délibération ?")
    later(hotline, hours=1)
    [which] = await hotline.say(CLAIRE, "C’est quand, le prochain atelier ?")
    [button, _anew] = buttons(which)
    for account, identity in ((PAUL, "2-1"), (CLAIRE, "2-7"), (CLAIRE, "77-1"), (CLAIRE, "x")):
        reference = Reference("hotline", "pair", identity)
        [toast] = await hotline.press(account, Button(button.label, button.action, reference))
        assert isinstance(toast, Toast)
        assert hotline.words(toast).startswith("Cette question n’est pas l’une des vôtres.")
    assert await thread(hotline, None) == ["C’est quand, le prochain atelier ?"]


async def test_an_album_is_acknowledged_once_wherever_it_goes(hotline: Hotline) -> None:
    first, *others = [
        await hotline.say(CLAIRE, text, files=[PHOTO], kind="file", album="A1")
        for text in ("Voici notre îlot, que faire ?", "", "")
    ]
    assert "question n°\u00a01" in hotline.words(first[0])
    assert others == [[], []]
    later(hotline, hours=1)
    first, *others = [
        await hotline.say(CLAIRE, text, files=[PHOTO], kind="file", album="A2")
        for text in ("La façade", "")
    ]
    assert hotline.words(first[0]).startswith("À quelle question se rattache")
    assert others == [[]]
    await hotline.press_on(CLAIRE, first[0], hotline.labels(first[0])[0])
    files = [row for row in await hotline.rows() if row.post.kind == "file"]
    assert {row.recipient for row in files} == {"question:1"}
    assert len(files) == 5
    said = [
        await hotline.reply(CLAIRE, 1, text, files=(PHOTO,), kind="file", album="A3")
        for text in ("Et la cour", "")
    ]
    assert [len(each) for each in said] == [1, 0], "in reply too"


async def test_two_messages_cut_from_a_long_one_are_one_question(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "mot " * 1024)
    [added] = await hotline.say(CLAIRE, "et la fin de ma question ?")
    assert hotline.words(added) == "Ajouté à votre question n°\u00a01."


async def test_a_file_that_is_too_big_is_relayed_and_its_sender_told_how_to_share_it(
    hotline: Hotline,
) -> None:
    opened, told = await hotline.say(CLAIRE, "Notre plan ?", files=[PLAN], kind="file")
    assert "question n°\u00a01" in hotline.words(opened)
    assert hotline.words(told) == (
        "Le fichier «\u00a0plan.pdf\u00a0» dépasse 20\u00a0Mo\u00a0: il est transmis à l’équipe, "
        "mais la permanence ne peut pas le conserver. Pour qu’il soit gardé avec votre question, "
        "déposez-le sur l’espace de partage de votre structure et envoyez-nous ici le lien."
    )
    assert (await hotline.rows())[-1].post.file == PLAN
    _added, told = await hotline.reply(
        CLAIRE, 1, "", files=(File("video", "V", "V", size=30_000_000),), kind="file"
    )
    assert hotline.words(told).startswith("Ce fichier dépasse 20\u00a0Mo")


async def test_outside_working_hours_one_is_told_when_the_team_is_back(
    hotline: Hotline, clock: FixedClock
) -> None:
    clock.set(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))  # a Saturday
    [opened] = await hotline.say(CLAIRE, "Avez-vous un modèle de délibération ?")
    assert (
        "L’équipe est de retour lundi 23 novembre à 9\u00a0h.\n"
        "Réponse au plus tard le mercredi 25 novembre."
    ) in hotline.words(opened)
    async with hotline.database.read() as session:
        question = await session.get_one(Question, 1)
    assert question.promised_at == datetime(2026, 11, 25, 16, 30, tzinfo=UTC)
    assert question.awaiting_since == question.presented_at == clock.now()


async def test_who_serves_several_territories_says_for_which(hotline: Hotline) -> None:
    [which] = await hotline.say(PAUL, "Un modèle de bail de logement passerelle ?")
    assert hotline.words(which) == (
        "Votre question n°\u00a01 est enregistrée. Pour quel territoire la posez-vous\u00a0?\n\n"
        "Sans choix de votre part d’ici 15 minutes, elle est transmise à l’équipe."
    )
    assert hotline.labels(which) == ["Pays d’Orsanne", "Vallées de la Brune-Claire"]
    [again] = await hotline.say(PAUL, "", files=[PHOTO], kind="file")
    assert hotline.labels(again) == hotline.labels(which)
    assert await hotline.rows() == [], "nothing is relayed before the choice"

    [stranger] = await hotline.press(CLAIRE, buttons(which)[1])
    assert isinstance(stranger, Toast)
    assert "n’est pas l’une des vôtres" in hotline.words(stranger)
    assert await hotline.rows() == []

    [chosen] = await hotline.press_on(PAUL, which, "Vallées de la Brune-Claire")
    assert isinstance(chosen, Redraw)
    assert "« Vallées de la Brune-Claire »" in hotline.words(chosen).replace("\u00a0", " ")
    topic, _card, relay, photo = await hotline.rows()
    assert topic.post.text == "Question n°\u00a01 · Vallées de la Brune-Claire"
    assert relay.post.text.endswith("\nUn modèle de bail de logement passerelle ?")
    assert (photo.post.kind, photo.post.file) == ("file", PHOTO)

    [stale] = await hotline.press_on(PAUL, which, "Pays d’Orsanne")
    assert hotline.words(stale) == (
        "Le choix est déjà fait, pour le territoire «\u00a0Vallées de la Brune-Claire\u00a0»."
    )
    assert len(await hotline.rows()) == 4


async def test_a_territory_that_is_not_theirs_is_refused(hotline: Hotline) -> None:
    [which] = await hotline.say(PAUL, "Un modèle de bail ?")
    button = buttons(which)[0]
    for identity, words in (
        ("1-99", "Vous n’intervenez plus sur ce territoire\u00a0: choisissez-en un autre."),
        ("7-1", "Cette question n’est pas l’une des vôtres."),
        ("128-5", "Cette question n’est pas l’une des vôtres."),
        ("forged", "Cette question n’est pas l’une des vôtres."),
    ):
        reference = Reference("hotline", "pair", identity)
        forged = Button(button.label, button.action, reference, button.version)
        [toast] = await hotline.press(PAUL, forged)
        assert hotline.words(toast).startswith(words)
    assert await hotline.rows() == []


async def test_the_question_command_opens_one_too(hotline: Hotline) -> None:
    [how] = await hotline.command(CLAIRE, "question")
    assert hotline.words(how).startswith("Pour poser une question, écrivez-la ici")
    [opened] = await hotline.command(CLAIRE, "question", "Un modèle de bail ?")
    assert "question n°\u00a01" in hotline.words(opened)
    assert (await relayed(hotline, 1)) == ["Un modèle de bail ?"]
    await hotline.command(CLAIRE, "question")
    [opened] = await hotline.say(CLAIRE, "C’est quand, le prochain atelier ?")
    assert "question n°\u00a02" in hotline.words(opened), "it was asked for"
    group = Place(GROUP, private=False)
    [private] = await hotline.command(CLAIRE, "question", "Un modèle ?", place=group)
    assert "conversation privée" in hotline.words(private)
    [refused] = await hotline.command(UNKNOWN, "question", "Un modèle ?")
    assert hotline.words(refused).startswith("Bonjour. Vous êtes à la permanence")


async def test_a_theme_is_proposed_and_confirmed_changed_or_refused(hotline: Hotline) -> None:
    async with hotline.database.write() as session:
        theme = await session.get_one(Theme, 1)
        theme.words = ["logement vacant"]
    [opened] = await hotline.say(CLAIRE, "Comment taxer un logement vacant ?")
    assert "Thème proposé\u00a0: Habitat et centres-bourgs." in hotline.words(opened)
    assert hotline.labels(opened) == [
        "C’est le bon thème",
        "Changer de thème",
        "Question discrète",
        "Mes questions",
    ]
    topic, *_ = await hotline.rows()
    assert topic.post.text == "Question n°\u00a01 · Pays d’Orsanne · Habitat et centres-bourgs"

    [right] = await hotline.press_on(CLAIRE, opened, "C’est le bon thème")
    assert "\nThème\u00a0: Habitat et centres-bourgs" in hotline.words(right)
    [which] = await hotline.press_on(CLAIRE, right, "Changer de thème")
    assert hotline.labels(which) == [
        "Habitat et centres-bourgs",
        "Activités, reprise et transmission",
        "Aucun de ces thèmes",
    ]
    [other] = await hotline.press_on(CLAIRE, which, "Activités, reprise et transmission")
    assert "\nThème\u00a0: Activités, reprise et transmission" in hotline.words(other)
    [none] = await hotline.press_on(CLAIRE, which, "Aucun de ces thèmes")
    assert "Thème" not in hotline.words(none)
    async with hotline.database.read() as session:
        question = await session.get_one(Question, 1)
    assert (question.theme_id, question.theme_settled) == (None, True)
    for identity in ("1-9", "x", "7-1"):
        forged = Button(
            buttons(which)[0].label, "hotline.theme", Reference("hotline", "pair", identity)
        )
        [toast] = await hotline.press(CLAIRE, forged)
        assert isinstance(toast, Toast)


async def test_an_edit_is_relayed_as_an_edit(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Qui a fait une session ?", message_id=500)
    later(hotline, hours=3)
    [told] = await hotline.say(
        CLAIRE, "Qui a fait une session d’accueil ?", message_id=500, edited=True
    )
    assert hotline.words(told) == ("Correction prise en compte dans votre question n°\u00a01.")
    assert await thread(hotline, 1) == ["Qui a fait une session d’accueil ?"]
    posts = [row.post.text for row in await hotline.rows() if "session d’accueil" in row.post.text]
    assert len(posts) == 1, "it has not left yet: its words are replaced"
    [listed] = await hotline.command(CLAIRE, "mesquestions")
    assert "Qui a fait une session d’accueil ?" in hotline.words(listed)
    same = await hotline.say(
        CLAIRE, "Qui a fait une session d’accueil ?", message_id=500, edited=True
    )
    assert same == [], "nothing to be seen has changed"
    [told] = await hotline.reply(
        CLAIRE, 1, "Qui a fait deux sessions ?", message_id=500, edited=True
    )
    assert hotline.words(told).startswith("Correction prise en compte")


async def test_a_message_may_join_what_the_team_does_not_have_yet(hotline: Hotline) -> None:
    await hotline.say(PAUL, "Un modèle de bail ?")
    later(hotline, minutes=12)
    [which] = await hotline.say(PAUL, "Pour un logement passerelle.")
    placed, asked = await hotline.press_on(PAUL, which, hotline.labels(which)[0])
    assert hotline.words(placed) == "Message rattaché à votre question n°\u00a01."
    assert hotline.labels(asked) == ["Pays d’Orsanne", "Vallées de la Brune-Claire"]
    await hotline.press_on(PAUL, asked, "Pays d’Orsanne")
    assert await relayed(hotline, 1) == ["Un modèle de bail ?", "Pour un logement passerelle."]


async def test_what_was_closed_for_good_meanwhile_makes_a_message_a_new_question(
    database: Database, clock: FixedClock
) -> None:
    telegram, never = TelegramSettings(group_id=GROUP), HotlineSettings(reopen_days=0)
    hotline = await open_hotline(database, clock, Settings(telegram=telegram, hotline=never))
    await hotline.say(CLAIRE, "Avez-vous un modèle de délibération ?")
    later(hotline, hours=1)
    [which] = await hotline.say(CLAIRE, "Pour un logement passerelle.")
    async with database.write() as session:
        standing.closed(await session.get_one(Question, 1), clock.now(), "team")
    later(hotline, minutes=1)
    anew, opened = await hotline.press_on(CLAIRE, which, hotline.labels(which)[0])
    assert hotline.words(anew) == "C’est une nouvelle question."
    assert "question n°\u00a02" in hotline.words(opened)
    assert await thread(hotline, 1) == ["Avez-vous un modèle de délibération ?"]


async def test_an_edit_of_what_was_never_taken_is_a_message(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "bonjour", message_id=500)
    [opened] = await hotline.say(CLAIRE, "Un modèle de bail ?", message_id=500, edited=True)
    assert "question n°\u00a01" in hotline.words(opened)


async def test_a_message_that_waits_for_its_question_is_corrected_too(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Avez-vous un modèle de délibération ?")
    later(hotline, hours=1)
    [which] = await hotline.say(CLAIRE, "C’est quand, l’ateleir ?", message_id=500)
    [told] = await hotline.say(CLAIRE, "C’est quand, l’atelier ?", message_id=500, edited=True)
    assert hotline.words(told) == "Correction prise en compte."
    await hotline.press_on(CLAIRE, which, "Nouvelle question")
    assert await relayed(hotline, 2) == ["C’est quand, l’atelier ?"]


async def test_an_edit_adds_nothing_to_a_question_of_the_account_s_former_owner(
    hotline: Hotline,
) -> None:
    await hotline.say(CLAIRE, "Qui a fait une session ?", message_id=500)
    async with hotline.database.write() as session:
        account = await account_of(session, 1, "telegram")
        assert account is not None
        account.person_id = 5
    later(hotline, hours=3)
    [reply] = await hotline.say(CLAIRE, "Un modèle de bail ?", message_id=500, edited=True)
    assert "question n°\u00a02" in hotline.words(reply)
    assert await thread(hotline, 1) == ["Qui a fait une session ?"]


async def test_a_message_that_was_taken_already_is_not_taken_twice(hotline: Hotline) -> None:
    assert hotline.room.fallback is not None
    await hotline.say(CLAIRE, "Avez-vous un modèle de délibération ?")
    later(hotline, hours=1)
    incoming = hotline.incoming(CLAIRE, "C’est quand, le prochain atelier ?")
    await hotline.turn(CLAIRE, incoming, hotline.room.fallback)
    [which] = await hotline.turn(CLAIRE, incoming, hotline.room.fallback)
    assert hotline.words(which).startswith("À quelle question se rattache")
    assert len(await thread(hotline, None)) == 1
    await hotline.press_on(CLAIRE, which, "Nouvelle question")
    [added] = await hotline.turn(CLAIRE, incoming, hotline.room.fallback)
    assert hotline.words(added) == "Ajouté à votre question n°\u00a02."
    assert len(await thread(hotline, 2)) == 1


async def test_a_reply_to_a_bot_message_goes_to_its_question(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Avez-vous un modèle de délibération ?")
    await hotline.command(CLAIRE, "question", "C’est quand, le prochain atelier ?")
    [added] = await hotline.reply(CLAIRE, 1, "Pour un logement passerelle.")
    assert isinstance(added, Reply)
    assert hotline.words(added) == "Ajouté à votre question n°\u00a01."
    assert (await relayed(hotline, 1))[-1] == "Pour un logement passerelle."


async def test_who_asks_who_has_already_done_it_is_offered_the_network(hotline: Hotline) -> None:
    [asked] = await hotline.say(CLAIRE, "Qui a déjà remobilisé ses élus après les municipales ?")
    assert "Qui l’a déjà fait\u00a0?" in [
        hotline.renderer.plain(button.label)
        for row in getattr(asked, "keyboard", ())
        for button in row
        if button.action == "network.who"
    ]
    [plain] = await hotline.say(PAUL, "/question Peut-on taxer un logement vacant ?")
    actions = [each.action for row in getattr(plain, "keyboard", ()) for each in row]
    assert "network.who" not in actions
