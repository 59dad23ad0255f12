"""The buttons of a card: who is told what, and what two animators at once get."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.answers.models import Answer
from bot.hotline import standing
from bot.hotline.models import Question, QuestionMessage
from core.chat import Button, Keyboard, Redraw, Reply, Response, Text, Toast
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import ChatAddress, Ready, Skip
from core.people.models import Account, Membership
from core.people.roles import Role
from core.reference import Reference
from core.settings import HotlineSettings, Settings, TelegramSettings
from tests.desk import HELENE, add_helene
from tests.hotline import CLAIRE, GROUP, JEANNE, Hotline, Row, open_hotline

ASKED = "Qui a déjà fait une session d’accueil ?"


@pytest.fixture
async def hotline(database: Database, clock: FixedClock) -> Hotline:
    hotline = await open_hotline(database, clock)
    await add_helene(database)
    await hotline.say(CLAIRE, ASKED)
    return hotline


def about(action: str, version: int = 1, number: int = 1) -> Button:
    return Button(Text("", ""), action, Reference("hotline", "question", str(number)), version)


def keyboard(response: Response) -> Keyboard:
    assert isinstance(response, Reply | Redraw)
    return response.keyboard


def shown(hotline: Hotline, response: Response) -> list[str]:
    rows = keyboard(response)
    return [hotline.renderer.plain(button.label) for row in rows for button in row]


def words(hotline: Hotline, response: Response) -> str:
    return hotline.words(response).replace("\u00a0", " ")


async def question(hotline: Hotline) -> Question:
    async with hotline.database.read() as session:
        return await session.get_one(Question, 1)


async def reachable(hotline: Hotline, *, blocked: bool) -> None:
    """Do what the adapter does when Claire blocks the bot, or is back."""
    told, now = hotline.room.reachability, hotline.clock.now()
    assert told is not None
    async with hotline.database.write() as session:
        await told(session, 1, blocked, now)


async def told(hotline: Hotline, after: int) -> list[Row]:
    return await hotline.rows(after=after)


async def test_two_animators_at_once_take_charge_once(hotline: Hotline) -> None:
    [taken] = await hotline.press(JEANNE, about("desk.take"))
    assert "Prise en charge par Jeanne Roche" in words(hotline, taken)
    [row] = await told(hotline, 3)
    assert (row.kind, row.recipient) == ("hotline.taken", "person:1")
    assert "Jeanne Roche" in row.post.text

    toast, redraw = await hotline.press(HELENE, about("desk.take"))
    assert isinstance(toast, Toast)
    assert words(hotline, toast) == "Cette question a changé entre-temps : voici son état."
    assert "Prise en charge par Jeanne Roche" in words(hotline, redraw)
    assert (await question(hotline)).taken_by == 2
    assert len(await hotline.rows()) == 4


@pytest.mark.parametrize(
    "action",
    ["take", "hand", "wait", "close", "reopen", "theme"],
)
async def test_a_button_of_before_changes_nothing(hotline: Hotline, action: str) -> None:
    await hotline.press(JEANNE, about("desk.take"))
    toast, redraw = await hotline.press(HELENE, about(f"desk.{action}"))
    assert isinstance(toast, Toast)
    assert isinstance(redraw, Redraw)
    [unknown] = await hotline.press(HELENE, about(f"desk.{action}", number=404))
    assert words(hotline, unknown).startswith("Cette question n’est pas l’une des vôtres")
    assert len(await hotline.acts()) == 2


async def test_handing_over_tells_the_animator_in_private_and_the_agent(hotline: Hotline) -> None:
    [asked] = await hotline.press(JEANNE, about("desk.hand"))
    assert words(hotline, asked) == "À qui transmettre la question n° 1 ?"
    assert shown(hotline, asked) == ["Jeanne Roche", "Hélène Faure"]
    to_helene = keyboard(asked)[1][0]
    [handed] = await hotline.press(JEANNE, to_helene)
    assert words(hotline, handed) == ("Question n° 1 transmise à Hélène Faure par Jeanne Roche.")
    taken, private = await told(hotline, 3)
    assert (taken.kind, taken.recipient) == ("hotline.taken", "person:1")
    assert (private.kind, private.recipient, private.stream) == (
        "desk.handed",
        "person:6",
        "person:6",
    )
    assert private.post.text.replace("\u00a0", " ") == (
        "Jeanne Roche vous transmet la question n° 1 · Pays d’Orsanne.\n\n"
        "Répondez-y dans le groupe de l’équipe d’animation."
    )
    assert await hotline.prepare(private) == Ready(ChatAddress(HELENE))
    [stale] = await hotline.press(HELENE, to_helene)
    assert isinstance(stale, Toast)

    [again] = await hotline.press(HELENE, about("desk.hand", version=2))
    assert shown(hotline, again) == ["Jeanne Roche"], "not to who has it already"
    await hotline.press(HELENE, keyboard(again)[0][0])
    assert await hotline.prepare(private) == Skip("changed")


async def test_who_cannot_be_told_in_private_is_named_in_the_topic(hotline: Hotline) -> None:
    async with hotline.database.write() as session:
        account = await session.get_one(Account, 6)
        account.blocked_at = hotline.clock.now()
    [asked] = await hotline.press(JEANNE, about("desk.hand"))
    [handed] = await hotline.press(JEANNE, keyboard(asked)[1][0])
    assert words(hotline, handed) == (
        "Question n° 1 transmise à Hélène Faure par Jeanne Roche.\n"
        "Hélène Faure n’a pas de compte relié : prévenez cette personne par un autre moyen."
    )
    assert [row.kind for row in await told(hotline, 3)] == ["hotline.taken"]


async def test_a_question_is_not_handed_to_who_is_no_animator_any_more(hotline: Hotline) -> None:
    [asked] = await hotline.press(JEANNE, about("desk.hand"))
    async with hotline.database.write() as session:
        for row in await session.scalars(select(Membership).where(Membership.person_id == 6)):
            row.until = hotline.clock.now()
    [stale] = await hotline.press(JEANNE, keyboard(asked)[1][0])
    assert isinstance(stale, Toast)
    assert (await question(hotline)).taken_by is None
    [mine] = await hotline.press(JEANNE, about("desk.hand"))
    await hotline.press(JEANNE, keyboard(mine)[0][0])
    [nobody] = await hotline.press(JEANNE, about("desk.hand", version=2))
    assert words(hotline, nobody).startswith("Il n’y a personne d’autre")


@pytest.mark.parametrize("identity", ["1-99", "404-2", "forged", "1-1"])
async def test_a_forged_choice_chooses_nothing(hotline: Hotline, identity: str) -> None:
    for action in ("desk.hand_to", "desk.set_theme"):
        chosen = Reference("hotline", "choice", identity)
        if (action, identity) == ("desk.set_theme", "1-1"):
            continue
        [stale] = await hotline.press(JEANNE, Button(Text("", ""), action, chosen, 1))
        assert isinstance(stale, Toast)
    assert (await question(hotline)).version == 1


async def test_waiting_for_the_agent_tells_them_and_stops_the_wait(hotline: Hotline) -> None:
    [card] = await hotline.press(JEANNE, about("desk.wait"))
    assert "État : en attente du retour de l’agent" in words(hotline, card)
    assert "En attente de l’agent" not in shown(hotline, card)
    row = await question(hotline)
    assert (row.state, row.awaiting_since) == ("waiting", None)
    assert [each.kind for each in await told(hotline, 3)] == ["hotline.waiting"]
    toast, _card = await hotline.press(HELENE, about("desk.wait", version=2))
    assert isinstance(toast, Toast)


async def test_closing_tells_the_agent_and_reopening_too(
    hotline: Hotline, clock: FixedClock
) -> None:
    [closed] = await hotline.press(JEANNE, about("desk.close"))
    assert "État : close par l’équipe le 23 novembre 2026" in words(hotline, closed)
    for action in ("close", "take", "hand", "theme", "wait"):
        toast, _card = await hotline.press(HELENE, about(f"desk.{action}", version=2))
        assert isinstance(toast, Toast)
    clock.set(clock.now() + timedelta(hours=2))
    [reopened] = await hotline.press(JEANNE, about("desk.reopen", version=2))
    assert "État : sans réponse depuis le lundi 23 novembre 2026 à 11 h 00" in words(
        hotline, reopened
    )
    toast, _card = await hotline.press(HELENE, about("desk.reopen", version=3))
    assert isinstance(toast, Toast)
    assert [each.kind for each in await told(hotline, 3)] == ["hotline.closed", "hotline.reopened"]
    assert [act.split()[1] for act in await hotline.acts()] == [
        "question.open",
        "question.close",
        "question.reopen",
    ]


async def test_an_animator_may_see_who_asks_a_discreet_question(hotline: Hotline) -> None:
    async with hotline.database.write() as session:
        (await session.get_one(Question, 1)).discreet = True
    [taken] = await hotline.press(JEANNE, about("desk.take"))
    assert "Claire" not in words(hotline, taken)
    assert "Voir qui pose la question" in shown(hotline, taken)
    [toast] = await hotline.press(JEANNE, about("desk.who", version=2))
    assert isinstance(toast, Toast)
    assert toast.alert, "shown to who presses, and to nobody else"
    assert hotline.renderer.plain(toast.text) == (
        "Question posée par Claire Vidal, agent de développement, Pays d’Orsanne"
    )
    assert "person:2 question.who hotline:question:1" in await hotline.acts()
    [action] = [each for each in hotline.room.actions if each.name == "desk.who"]
    assert action.role is Role.ANIMATOR


async def test_every_button_of_the_desk_needs_an_animator(hotline: Hotline) -> None:
    roles = {a.name: a.role for a in hotline.room.actions if a.name.startswith("desk.")}
    assert len(roles) > 13
    assert set(roles.values()) == {Role.ANIMATOR}


async def test_a_discreet_question_tells_no_name_wherever_it_is_said(hotline: Hotline) -> None:
    async with hotline.database.write() as session:
        (await session.get_one(Question, 1)).discreet = True
    for blocked in (True, False):
        await reachable(hotline, blocked=blocked)
    await hotline.reply(CLAIRE, 1, "Pour un syndicat.")
    gone, back, said = await hotline.rows(after=3)
    assert gone.post.text.startswith("L’agent a bloqué la permanence sur Telegram")
    assert back.post.text.startswith("L’agent est de nouveau joignable")
    assert said.post.text.startswith("Question n°\u00a01 (discrète), agent de développement")
    assert not any("Claire" in row.post.text for row in (gone, back, said))


async def test_a_closed_question_says_nothing_of_who_blocks_the_bot(hotline: Hotline) -> None:
    async with hotline.database.write() as session:
        standing.closed(await session.get_one(Question, 1), hotline.clock.now(), "team")
    await reachable(hotline, blocked=True)
    assert len(await hotline.rows()) == 3


async def answer(hotline: Hotline, state: str = "validated") -> Button:
    now = hotline.clock.now()
    async with hotline.database.write() as session:
        session.add(
            Answer(
                id=4,
                code="R4",
                state=state,
                question="Qui a fait une session d’accueil ?",
                answer="Trois territoires : <Orsanne>, Brune-Claire, Lestoire.",
                sources="Note du réseau",
                stated_on=now.date(),
                created_at=now,
                updated_at=now,
            )
        )
    return Button(Text("", ""), "desk.similar", Reference("hotline", "similar", "1-4"), 1)


async def test_a_validated_answer_is_read_in_the_topic_and_sent_once(hotline: Hotline) -> None:
    [read] = await hotline.press(JEANNE, await answer(hotline))
    assert isinstance(read, Reply)
    assert str(read.about) == "hotline:topic:1"
    assert "&lt;Orsanne&gt;" in hotline.words(read)
    assert shown(hotline, read) == ["Envoyer cette réponse"]
    give = keyboard(read)[0][0]
    [leaving] = await hotline.press(JEANNE, give)
    assert words(hotline, leaving) == "Envoi à l’agent sous 20 secondes."
    [sent] = await hotline.rows(after=3)
    assert sent.kind == "hotline.answer"
    assert sent.post.text.startswith(
        "Réponse à votre question n°\u00a01, par Jeanne Roche\n"
        "Trois territoires : <Orsanne>, Brune-Claire, Lestoire.\n\n"
        "État du droit au 23/11/2026. Information donnée à titre indicatif"
    )
    assert (await question(hotline)).state == "answered"
    [already] = await hotline.press(HELENE, give)
    assert words(hotline, already) == "Cette réponse a déjà été envoyée à l’agent."
    assert len(await hotline.rows()) == 4

    await hotline.press(JEANNE, keyboard(leaving)[0][0])
    assert (await question(hotline)).state == "open"
    [again] = await hotline.press(HELENE, give)
    assert words(hotline, again) == "Envoi à l’agent sous 20 secondes."


async def test_what_was_not_said_in_chat_is_quoted_for_the_topic_to_keep_it(
    hotline: Hotline,
) -> None:
    async with hotline.database.write() as session:
        session.add(
            QuestionMessage(
                id=50,
                question_id=1,
                author="person:3",
                direction="note",
                text="Bonjour <Claire>",
                at=hotline.clock.now(),
            )
        )
    send = Button(Text("", ""), "desk.send", Reference("hotline", "message", "50"))
    [leaving] = await hotline.press(JEANNE, send)
    quote = "<blockquote>Bonjour &lt;Claire&gt;</blockquote>\n"
    assert words(hotline, leaving) == f"{quote}Envoi à l’agent sous 20 secondes."
    [back] = await hotline.press(JEANNE, keyboard(leaving)[0][0])
    assert words(hotline, back).startswith(f"{quote}Retenu : rien n’est parti.")


async def test_an_answer_that_is_no_more_is_not_sent(hotline: Hotline) -> None:
    similar = await answer(hotline, state="withdrawn")
    for action in ("desk.similar", "desk.give"):
        for identity in ("1-4", "1-77", "x"):
            chosen = Reference("hotline", "similar", identity)
            [gone] = await hotline.press(JEANNE, Button(similar.label, action, chosen, 1))
            assert isinstance(gone, Toast)
    assert len(await hotline.rows()) == 3


async def test_a_forged_button_under_a_note_sends_nothing(hotline: Hotline) -> None:
    await hotline.note(JEANNE, 1, "Une note.")
    for action in ("desk.send", "desk.hold_back"):
        for identity in ("1", "404", "x"):  # 1 is what the agent said
            forged = Button(Text("", ""), action, Reference("hotline", "message", identity))
            [toast] = await hotline.press(JEANNE, forged)
            assert isinstance(toast, Toast)
    assert len(await hotline.rows()) == 3


async def test_an_answer_to_who_was_erased_is_not_sent(hotline: Hotline) -> None:
    [note] = await hotline.note(JEANNE, 1, "Une note.")
    async with hotline.database.write() as session:
        (await session.get_one(Question, 1)).asker_id = None
    [gone] = await hotline.press(JEANNE, keyboard(note)[0][0])
    assert words(hotline, gone).endswith("ont été effacées.")
    [told] = await hotline.in_topic(JEANNE, 1, "Une réponse.")
    assert words(hotline, told).endswith("ont été effacées.")
    assert [row for row in await hotline.rows(after=3) if row.kind == "hotline.answer"] == []


async def test_without_a_delay_there_is_nothing_to_hold_back(
    database: Database, clock: FixedClock
) -> None:
    telegram = TelegramSettings(group_id=GROUP)
    settings = Settings(telegram=telegram, hotline=HotlineSettings(hold_seconds=0))
    hotline = await open_hotline(database, clock, settings)
    await hotline.say(CLAIRE, ASKED)
    [sent] = await hotline.in_topic(JEANNE, 1, "Trois territoires.")
    assert words(hotline, sent) == "Envoyé à l’agent."
    assert keyboard(sent) == ()
