"""Following one's own questions: the list, adding, closing, reopening, saying what one thinks."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.guarantee import absences
from bot.hotline import deliveries, telling
from bot.hotline.following import COMMENT
from bot.hotline.models import Question
from bot.hotline.telling import Telling
from core.chat import Ask, Button, File, Place, Redraw, Reply, Toast
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import ChatAddress, Ready, Skip
from core.people.models import Account
from core.reference import Reference
from core.working_time import Days
from tests.hotline import (
    CLAIRE,
    GROUP,
    JEANNE,
    PAUL,
    UNKNOWN,
    Hotline,
    Row,
    buttons,
    open_hotline,
)

PHOTO = File("photo", "AgAD-1", "U1")
NOT_YOURS = "Cette question n’est pas l’une des vôtres. Pour en poser une nouvelle, écrivez-la ici."


@pytest.fixture
async def hotline(database: Database, clock: FixedClock) -> Hotline:
    return await open_hotline(database, clock)


async def question(hotline: Hotline, number: int = 1) -> Question:
    async with hotline.database.read() as session:
        return await session.get_one(Question, number)


async def shown(hotline: Hotline, account: int = CLAIRE, number: int = 1) -> Reply:
    """Open one of the questions of the list."""
    [listed] = await hotline.command(account, "mesquestions")
    [button] = [b for b in buttons(listed) if str(b.reference) == f"hotline:question:{number}"]
    [found] = await hotline.press(account, button)
    assert isinstance(found, Reply)
    return found


async def closed(hotline: Hotline) -> Redraw:
    await hotline.say(CLAIRE, "Avez-vous un modèle de délibération ?")
    [found] = await hotline.press_on(CLAIRE, await shown(hotline), "Clore")
    assert isinstance(found, Redraw)
    return found


async def told(hotline: Hotline, kind: str) -> Sequence[Row]:
    return [row for row in await hotline.rows() if row.kind == kind]


async def test_one_sees_one_s_own_questions_with_their_state(
    hotline: Hotline, clock: FixedClock
) -> None:
    [none] = await hotline.command(CLAIRE, "mesquestions")
    assert hotline.words(none) == "Vous n’avez pas encore posé de question."
    await hotline.say(CLAIRE, "Un modèle de <bail> ?")
    clock.set(clock.now() + timedelta(days=1))
    await hotline.command(CLAIRE, "question")
    await hotline.say(CLAIRE, files=[PHOTO], kind="file")
    await hotline.say(PAUL, "La question de Paul ?")
    await hotline.in_topic(JEANNE, 1, "Le voici.")
    [mine] = await hotline.command(CLAIRE, "mesquestions")
    assert hotline.words(mine) == (
        "<b>Vos questions</b>\n\n"
        "<b>Question n°\u00a02 du 24 novembre 2026</b> – transmise, en attente de réponse\n"
        "(fichier sans texte)\n\n"
        "<b>Question n°\u00a01 du 23 novembre 2026</b> – a reçu une réponse\n"
        "Un modèle de &lt;bail&gt; ?\n\n"
        "Choisissez une question pour la compléter, la clore, la rouvrir ou donner votre avis."
    )
    assert hotline.labels(mine) == [
        "N°\u00a02 · (fichier sans texte)",
        "N°\u00a01 · Un modèle de <bail> ?",
    ]
    [private] = await hotline.command(CLAIRE, "mesquestions", place=Place(GROUP, private=False))
    assert "conversation privée" in hotline.words(private)
    [stranger] = await hotline.command(UNKNOWN, "mesquestions")
    assert hotline.words(stranger).startswith("Bonjour. Vous êtes à la permanence")


async def test_a_long_list_goes_on_by_a_button(hotline: Hotline, clock: FixedClock) -> None:
    for number in range(1, 10):
        clock.set(clock.now() + timedelta(minutes=1))
        await hotline.command(CLAIRE, "question", f"Sujet {number} " + "à préciser " * 300)
    [mine] = await hotline.command(CLAIRE, "mesquestions")
    assert len(hotline.words(mine)) < 4096, "it fits in one message"
    assert hotline.labels(mine)[0].startswith("N°\u00a09 · Sujet 9")
    assert hotline.labels(mine)[-1] == "Questions plus anciennes"
    [older] = await hotline.press_on(CLAIRE, mine, "Questions plus anciennes")
    assert [label[:14] for label in hotline.labels(older)] == ["N°\u00a01 · Sujet 1"[:14]]
    [beyond] = await hotline.press(
        CLAIRE,
        Button(buttons(mine)[-1].label, "hotline.older", Reference("hotline", "after", "800")),
    )
    assert hotline.words(beyond) == "Vous n’avez pas d’autre question."
    [stale] = await hotline.press(
        CLAIRE, Button(buttons(mine)[-1].label, "hotline.older", Reference("hotline", "after", "x"))
    )
    assert isinstance(stale, Toast)


async def test_a_question_is_shown_with_what_can_be_done(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Avez-vous un modèle de délibération ?")
    view = await shown(hotline)
    assert hotline.words(view) == (
        "<b>Question n°\u00a01 du 23 novembre 2026</b> – transmise, en attente de réponse\n\n"
        "Avez-vous un modèle de délibération ?\n\n"
        "Territoire\u00a0: Pays d’Orsanne\n"
        "Réponse au plus tard le mercredi 25 novembre"
    )
    assert str(view.about) == "hotline:question:1"
    assert hotline.labels(view) == [
        "Ajouter une précision",
        "Clore",
        "Choisir un thème",
        "Question discrète",
        "Mes questions",
    ]
    await hotline.in_topic(JEANNE, 1, "Le voici.")
    view = await shown(hotline)
    assert hotline.words(view).endswith("La permanence vous a-t-elle été utile\u00a0?")
    assert hotline.labels(view)[:2] == ["Oui, merci", "Pas vraiment"]


async def test_the_next_message_is_added_to_the_question_that_was_pressed(
    hotline: Hotline, clock: FixedClock
) -> None:
    await hotline.say(CLAIRE, "Avez-vous un modèle de délibération ?")
    await hotline.command(CLAIRE, "question", "C’est quand, le prochain atelier ?")
    [asked] = await hotline.press_on(CLAIRE, await shown(hotline), "Ajouter une précision")
    assert hotline.words(asked) == (
        "Écrivez ou envoyez ici ce que vous voulez ajouter à votre question n°\u00a01."
    )
    await hotline.say(CLAIRE, "merci")
    clock.set(clock.now() + timedelta(minutes=50))
    [added] = await hotline.say(CLAIRE, "Pour un logement passerelle.", files=[PHOTO])
    assert hotline.words(added) == "Ajouté à votre question n°\u00a01."
    [relay] = (await hotline.rows())[-1:]
    assert relay.recipient == "question:1"


async def test_one_closes_and_reopens_one_s_question(hotline: Hotline, clock: FixedClock) -> None:
    view = await closed(hotline)
    assert "</b> – close par vous\n" in hotline.words(view)
    assert hotline.labels(view) == ["Oui, merci", "Pas vraiment", "Rouvrir", "Mes questions"]
    found = await question(hotline)
    assert (found.state, found.closed_by, found.closed_at) == ("closed", "asker", clock.now())
    assert found.awaiting_since is None
    open_view = await hotline.press_on(CLAIRE, view, "Rouvrir")
    assert "transmise, en attente de réponse" in hotline.words(open_view[0])
    assert (await question(hotline)).awaiting_since == clock.now()
    [stale] = await hotline.press_on(CLAIRE, view, "Rouvrir")
    assert hotline.words(stale) == "Cette question n’est pas close."
    await hotline.press_on(CLAIRE, open_view[0], "Clore")
    [stale] = await hotline.press_on(CLAIRE, open_view[0], "Clore")
    assert hotline.words(stale) == "Cette question est déjà close."
    [stale] = await hotline.press_on(CLAIRE, open_view[0], "Ajouter une précision")
    assert hotline.words(stale) == "Cette question est déjà close."
    assert (await hotline.acts())[1:] == [
        "person:1 question.close hotline:question:1",
        "person:1 question.reopen hotline:question:1",
        "person:1 question.close hotline:question:1",
    ]


async def test_one_is_told_that_whoever_follows_the_question_is_away(hotline: Hotline) -> None:
    view = await closed(hotline)
    async with hotline.database.write() as session:
        (await session.get_one(Question, 1)).taken_by = 2
        away = Days(date(2026, 11, 23), date(2026, 11, 27))
        await absences.tell(session, 2, away, "", hotline.clock.now())
    notice = (
        "Jeanne Roche est absent(e) jusqu’au vendredi 27 novembre 2026 inclus\u00a0: "
        "l’équipe d’animation suit votre question."
    )
    _redraw, told_away = await hotline.press_on(CLAIRE, view, "Rouvrir")
    assert hotline.words(told_away) == notice
    assert len(await hotline.reply(CLAIRE, 1, "Pour un logement passerelle.")) == 1, (
        "an answer was owed already"
    )
    await hotline.in_topic(JEANNE, 1, "Le voici.")
    _added, told_away = await hotline.reply(CLAIRE, 1, "Et pour un syndicat mixte ?")
    assert hotline.words(told_away) == notice


async def test_what_has_been_closed_for_long_is_not_reopened(
    hotline: Hotline, clock: FixedClock
) -> None:
    view = await closed(hotline)
    clock.set(clock.now() + timedelta(days=30))
    await hotline.press_on(CLAIRE, view, "Rouvrir")
    await hotline.press_on(CLAIRE, await shown(hotline), "Clore")
    clock.set(clock.now() + timedelta(days=30, seconds=1))
    [late] = await hotline.press_on(CLAIRE, view, "Rouvrir")
    assert hotline.words(late) == (
        "Cette question est close depuis plus de 30 jours. "
        "Pour y revenir, posez-en une nouvelle\u00a0: écrivez-la ici."
    )
    assert "Rouvrir" not in hotline.labels(await shown(hotline))
    told_late, opened = await hotline.reply(CLAIRE, 1, "Et pour un syndicat mixte ?")
    assert hotline.words(told_late) == (
        "Votre question n°\u00a01 est close depuis plus de 30 jours\u00a0: elle ne peut plus être "
        "rouverte. Votre message devient une nouvelle question."
    )
    assert "question n°\u00a02" in hotline.words(opened)
    assert (await question(hotline)).state == "closed"
    assert (await question(hotline, 2)).text == "Et pour un syndicat mixte ?"


async def test_a_real_message_reopens_and_thanks_do_not(hotline: Hotline) -> None:
    await closed(hotline)
    await hotline.reply(CLAIRE, 1, "merci")
    assert (await question(hotline)).state == "closed"
    [added] = await hotline.reply(CLAIRE, 1, "Et pour un syndicat mixte ?")
    assert hotline.words(added) == (
        "Ajouté à votre question n°\u00a01. Réponse au plus tard le mercredi 25 novembre."
    )
    found = await question(hotline)
    assert (found.state, found.closed_at, found.closed_by) == ("open", None, None)
    assert (await hotline.rows())[-1].post.text.endswith("Et pour un syndicat mixte ?")


async def test_one_says_whether_it_was_useful_and_may_comment(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Avez-vous un modèle de délibération ?")
    early = Button(
        buttons(await shown(hotline))[0].label, "hotline.rate", Reference("hotline", "pair", "1-2")
    )
    [toast] = await hotline.press(CLAIRE, early)
    assert hotline.words(toast) == (
        "Vous pourrez donner votre avis quand cette question aura reçu une réponse."
    )
    await hotline.in_topic(JEANNE, 1, "Le voici.")
    view = await shown(hotline)
    [rated] = await hotline.press_on(CLAIRE, view, "Oui, merci")
    assert hotline.words(rated) == "Merci de votre avis sur la question n°\u00a01."
    await hotline.press_on(CLAIRE, view, "Oui, merci")
    await hotline.press_on(CLAIRE, view, "Pas vraiment")
    assert (await question(hotline)).rating == 1
    assert [row.post.text for row in await told(hotline, "hotline.notice")] == [
        "Question n°\u00a01\u00a0: la permanence a été utile à l’agent.",
        "Question n°\u00a01\u00a0: la permanence n’a pas vraiment été utile à l’agent.",
    ]
    unrated = Button(buttons(rated)[0].label, COMMENT, Reference("hotline", "question", "2"))
    await hotline.command(CLAIRE, "question", "C’est quand, le prochain atelier ?")
    [toast] = await hotline.press(CLAIRE, unrated)
    assert hotline.words(toast) == NOT_YOURS
    [ask] = await hotline.press_on(CLAIRE, rated, "Ajouter un commentaire")
    assert ask == Ask("hotline.comment", {"number": 1})
    [form] = [each for each in hotline.room.forms if each.name == "hotline.comment"]
    values = {"number": 1, "comment": "Trop tard pour le conseil."}
    [thanks] = await hotline.turn(
        CLAIRE, hotline.incoming(CLAIRE), lambda turn: form.finish(turn, values)
    )
    assert hotline.words(thanks) == "Merci, votre commentaire est transmis à l’équipe."
    assert (await question(hotline)).rating_comment == "Trop tard pour le conseil."
    assert (await hotline.rows())[-1].post.text == (
        "Question n°\u00a01\u00a0: la permanence n’a pas vraiment été utile à l’agent.\n\n"
        "Son commentaire\u00a0: «\u00a0Trop tard pour le conseil.\u00a0»"
    )
    [refused] = await hotline.turn(
        PAUL, hotline.incoming(PAUL), lambda turn: form.finish(turn, values)
    )
    assert hotline.words(refused) == NOT_YOURS


ACTIONS = ("question", "add", "close", "reopen", "themes", "comment", "team")
PAIRS = ("discreet", "theme", "rate", "enough", "territory")


@pytest.mark.parametrize("account", [PAUL, JEANNE])
@pytest.mark.parametrize("action", [*ACTIONS, *PAIRS])
async def test_who_guesses_a_number_learns_and_changes_nothing(
    hotline: Hotline, action: str, account: int
) -> None:
    view = await closed(hotline)
    before = await question(hotline), await hotline.acts()
    for identity in ("1", "7", "x") if action in ACTIONS else ("1-1", "7-1", "1-0", "x"):
        kind = "question" if action in ACTIONS else "pair"
        reference = Reference("hotline", kind, identity)
        forged = Button(buttons(view)[0].label, f"hotline.{action}", reference, 1)
        [toast] = await hotline.press(account, forged)
        assert isinstance(toast, Toast)
        assert hotline.words(toast) == NOT_YOURS, "the same whether it exists or not"
    after = await question(hotline), await hotline.acts()
    assert (after[0].state, after[0].version, after[1]) == (
        before[0].state,
        before[0].version,
        before[1],
    )


async def test_nothing_is_reached_from_a_group_even_by_its_asker(hotline: Hotline) -> None:
    view = await closed(hotline)
    [reopen] = [b for b in buttons(view) if b.action == "hotline.reopen"]
    [action] = [each for each in hotline.room.actions if each.name == "hotline.reopen"]
    group = Place(GROUP, private=False)
    assert reopen.reference is not None
    reference = reopen.reference
    [toast] = await hotline.turn(
        CLAIRE,
        hotline.incoming(CLAIRE, kind="press", place=group),
        lambda turn: action.handler(turn, reference, 1),
    )
    assert hotline.words(toast) == NOT_YOURS
    [older] = [each for each in hotline.room.actions if each.name == "hotline.older"]
    [toast] = await hotline.turn(
        CLAIRE,
        hotline.incoming(CLAIRE, kind="press", place=group),
        lambda turn: older.handler(turn, Reference("hotline", "after", "0"), 0),
    )
    assert isinstance(toast, Toast), "one's list is for one's own eyes"


async def said_by_the_team(hotline: Hotline, what: str) -> Row:
    """Let the team do something that the agent is told of."""
    says = Telling(hotline.renderer, 30)
    async with hotline.database.write() as session:
        found = await session.get_one(Question, 1)
        now = hotline.clock.now()
        match what:
            case "closed":
                found.state, found.closed_at, found.closed_by = "closed", now, "team"
                await says.closed(session, found, now)
            case "waiting":
                found.state = "waiting"
                await says.waiting(session, found, now)
            case "taken":
                await says.taken(session, found, "Jeanne Roche", now)
            case "reopened":
                await says.reopened(session, found, now)
            case "transferred":
                await says.transferred(session, found, now)
    return (await hotline.rows())[-1]


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (
            "closed",
            (
                "L’équipe a clos votre <b>question n°\u00a01</b>. Vous pouvez la rouvrir jusqu’au "
                "23 décembre 2026.\n\nLa permanence vous a-t-elle été utile\u00a0?"
            ),
        ),
        (
            "waiting",
            (
                "L’équipe attend votre retour pour la <b>question n°\u00a01</b>. "
                "Répondez à ce message pour lui écrire."
            ),
        ),
        ("taken", "Jeanne Roche suit votre <b>question n°\u00a01</b>."),
        (
            "reopened",
            "L’équipe a rouvert votre <b>question n°\u00a01</b>. Vous recevrez la suite ici.",
        ),
        (
            "transferred",
            (
                "Vous suivez désormais la <b>question n°\u00a01</b>, posée par un agent qui a "
                "quitté le réseau. Vous recevrez ici la réponse de la permanence.\n\n"
                "Un modèle ?"
            ),
        ),
    ],
)
async def test_the_agent_is_told_what_the_team_does(
    hotline: Hotline, what: str, words: str
) -> None:
    await hotline.say(CLAIRE, "Un modèle ?")
    row = await said_by_the_team(hotline, what)
    assert row.post.text == words
    assert (row.recipient, row.stream, row.cause) == (
        "person:1",
        "person:1",
        "hotline:question:1",
    )
    assert await hotline.prepare(row) == Ready(ChatAddress(CLAIRE))


async def test_what_the_team_closed_is_rated_and_reopened_from_there(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Un modèle ?")
    row = await said_by_the_team(hotline, "closed")
    assert [b.label for line in row.post.keyboard for b in line] == [
        "Oui, merci",
        "Pas vraiment",
        "Rouvrir",
    ]
    [rated] = await hotline.press_sent(CLAIRE, row, "Oui, merci")
    assert hotline.words(rated) == "Merci de votre avis sur la question n°\u00a01."
    await hotline.press_sent(CLAIRE, row, "Rouvrir")
    assert (await question(hotline)).state == "open"
    assert await hotline.prepare(row) == Skip("changed"), "it is not true any more"


async def test_what_is_no_longer_theirs_to_know_does_not_leave(hotline: Hotline) -> None:
    await hotline.say(CLAIRE, "Un modèle ?")
    row = await said_by_the_team(hotline, "taken")
    async with hotline.database.write() as session:
        account = await session.get_one(Account, 1)
        account.blocked_at = datetime(2026, 11, 23, tzinfo=UTC)
    assert await hotline.prepare(row) == Skip("blocked")
    async with hotline.database.write() as session:
        await session.delete(await session.get_one(Account, 1))
    assert await hotline.prepare(row) == Skip("no_account")
    async with hotline.database.write() as session:
        (await session.get_one(Question, 1)).asker_id = None
    assert await hotline.prepare(row) == Skip("erased")
    async with hotline.database.write() as session:
        found = await session.get_one(Question, 1)
        await Telling(hotline.renderer, 30).reopened(session, found, hotline.clock.now())
    assert await told(hotline, telling.REOPENED) == []
    assert {kind.name for kind in deliveries.kinds()} >= {telling.CLOSED, telling.UNDECIDED}
