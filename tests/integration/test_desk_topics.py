"""Titles, cards and the board: kept in step, made anew when somebody deletes them."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.hotline import standing
from bot.hotline.models import Question
from core.chat import Button, Redraw, Text
from core.clock import FixedClock
from core.db import Database
from core.ledger.models import Delivery, View
from core.posts import parse_callback
from core.reference import Party
from tests.desk import HELENE, Played, labels, playing
from tests.hotline import CLAIRE, GROUP, JEANNE, MARC, PAUL

ASKED = "Qui a déjà fait une session d’accueil ?"


@pytest.fixture
async def played(database: Database, clock: FixedClock) -> AsyncIterator[Played]:
    async with playing(database, clock) as played:
        await played.hotline.say(CLAIRE, ASKED)
        await shown(played)
        yield played


async def shown(played: Played) -> None:
    """Let everything be what it is to be."""
    await played.deliver()
    for name in ("desk.shown", "desk.board"):
        await played.tick(name)
    await played.deliver()


def press_of(message: dict[str, object], label: str) -> Button:
    """Return the button that a person sees under a message."""
    rows = message["buttons"]
    assert isinstance(rows, list)
    for found in (each for row in rows for each in row):
        if found["text"].replace("\u00a0", " ") == label:
            pressed = parse_callback(found["callback_data"])
            assert pressed is not None
            return Button(Text("", ""), pressed.action, pressed.reference, pressed.version)
    raise AssertionError(f"no button {label}: {labels(message)}")


def titles(played: Played) -> list[str]:
    return list(played.seen(GROUP))


async def test_the_title_says_number_territory_and_theme_and_is_ticked_once_closed(
    played: Played,
) -> None:
    assert titles(played) == ["General", "Question n° 1 · Pays d’Orsanne"]
    hotline = played.hotline
    [asked] = await hotline.press(JEANNE, press_of(played.topic("Question")[0], "Changer le thème"))
    choices = [hotline.renderer.plain(b.label) for row in asked.keyboard for b in row]  # type: ignore[union-attr]
    assert choices == ["Habitat et centres-bourgs", "Activités, reprise et transmission"]
    [told] = await hotline.press(JEANNE, asked.keyboard[0][0])  # type: ignore[union-attr]
    assert hotline.words(told).replace("\u00a0", " ") == (
        "Thème « Habitat et centres-bourgs » choisi par Jeanne Roche."
    )
    await shown(played)
    assert titles(played)[1] == "Question n° 1 · Pays d’Orsanne · Habitat et centres-bourgs"
    card = played.topic("Question")[0]
    assert "Thème : Habitat et centres-bourgs" in card["text"].replace("\u00a0", " ")
    [stale] = await hotline.press(HELENE, asked.keyboard[1][0])  # type: ignore[union-attr]
    assert hotline.words(stale).startswith("Cette question a changé entre-temps")

    await hotline.press(JEANNE, press_of(card, "Clore"))
    await shown(played)
    assert titles(played)[1].startswith("✓ Question n° 1")
    card = played.topic("✓ Question")[0]
    assert "État : close par l’équipe" in card["text"].replace("\u00a0", " ")
    assert labels(card) == ["Rouvrir"]
    assert len([m for m in played.in_group() if "De\u00a0: Claire" in m["text"]]) == 1
    assert played.private(CLAIRE)[-1].startswith("L’équipe a clos votre question n° 1.")

    [redraw] = await hotline.press(JEANNE, press_of(card, "Rouvrir"))
    assert isinstance(redraw, Redraw)
    await shown(played)
    assert titles(played)[1].startswith("Question n° 1")
    assert "Prendre en charge" in labels(played.topic("Question")[0])


async def test_what_others_change_shows_on_the_card(played: Played) -> None:
    async with played.hotline.database.write() as session:
        question = await session.get_one(Question, 1)
        standing.closed(question, played.hotline.clock.now(), "asker")
        question.rating = 1
    await shown(played)
    said = played.topic("✓ Question")[0]["text"]
    assert "État\u00a0: close par l’agent le 23 novembre 2026" in said
    assert "L’agent a indiqué que la réponse ne lui suffit pas." in said


async def test_what_does_not_change_is_not_shown_again(played: Played) -> None:
    calls = len(played.api.state.calls)
    await shown(played)
    assert len(played.api.state.calls) == calls


async def test_a_deleted_topic_is_made_anew_with_its_card_kept_in_step(played: Played) -> None:
    hotline = played.hotline
    thread = played.topic("Question")[0]["thread_id"]
    played.api.state.user_deletes_topic(GROUP, thread)
    await hotline.reply(CLAIRE, 1, "Pour un syndicat mixte.")
    await shown(played)
    assert titles(played) == ["General", "Question n° 1 · Pays d’Orsanne"]
    card, said = played.topic("Question")
    assert card["thread_id"] != thread
    assert said["text"].endswith("\nPour un syndicat mixte.")

    await hotline.press(JEANNE, press_of(card, "Prendre en charge"))
    await shown(played)
    card, _said = played.topic("Question")
    assert "Prise en charge par Jeanne Roche" in card["text"]
    [line] = [m["html"] for m in played.seen(GROUP)["General"]]
    assert f"/{card['thread_id']}" in line


async def test_a_notice_makes_a_deleted_topic_anew_too(played: Played) -> None:
    thread = played.topic("Question")[0]["thread_id"]
    played.api.state.user_deletes_topic(GROUP, thread)
    await played.reachable(1, blocked=True)
    await shown(played)
    _card, notice = played.topic("Question")
    assert notice["text"].startswith("Claire Vidal a bloqué la permanence sur Telegram")


async def test_a_correction_of_what_a_deleted_topic_held_is_said_in_the_new_one(
    played: Played,
) -> None:
    hotline = played.hotline
    thread = played.topic("Question")[0]["thread_id"]
    played.api.state.user_deletes_topic(GROUP, thread)
    await hotline.say(CLAIRE, "Qui a fait une session ?", message_id=101, edited=True)
    await shown(played)
    _card, said = played.topic("Question")
    assert said["text"].replace("\u00a0", " ") == (
        "Question n° 1 · Claire Vidal (message modifié)\nQui a fait une session ?"
    )
    await hotline.say(CLAIRE, "Qui a fait deux sessions ?", message_id=101, edited=True)
    await shown(played)
    _card, said = played.topic("Question")
    assert said["text"].endswith("\nQui a fait deux sessions ?")


async def test_a_correction_waits_for_what_is_sent_anew(played: Played) -> None:
    hotline = played.hotline
    thread = played.topic("Question")[0]["thread_id"]
    await hotline.reply(CLAIRE, 1, "Un sindicat.", message_id=300)
    played.api.state.user_deletes_topic(GROUP, thread)
    async with hotline.database.write() as session:  # it has been read already: not replaced
        await session.execute(
            update(Delivery).where(Delivery.state == "pending").values(resent=True)
        )
    await hotline.say(CLAIRE, "Un syndicat.", message_id=300, edited=True)
    await shown(played)
    _card, said = played.topic("Question")
    assert said["text"].endswith("(message modifié)\nUn syndicat.")


async def test_the_board_lists_the_oldest_unanswered_first_and_is_edited(
    played: Played, clock: FixedClock
) -> None:
    hotline = played.hotline
    clock.set(clock.now() + timedelta(hours=1))
    await hotline.say(MARC, "Avez-vous un modèle de convention ?")
    await shown(played)
    [board] = played.seen(GROUP)["General"]
    assert board["pinned"]
    first = played.topic("Question n° 1")[0]["thread_id"]
    second = played.topic("Question n° 2")[0]["thread_id"]
    link = f"https://t.me/c/{str(GROUP)[4:]}"
    said = board["html"].replace("\u00a0", " ").replace(' rel="noreferrer"', "")
    assert said == (
        "<b>Questions en cours</b>\n\n"
        "2 questions sans réponse\n\n"
        f'<a href="{link}/{first}">n° 1</a> · Pays d’Orsanne – Claire Vidal, '
        "sans réponse depuis le lundi 23 novembre 2026 à 9 h 00\n"
        f'<a href="{link}/{second}">n° 2</a> – Marc Besse, '
        "sans réponse depuis le lundi 23 novembre 2026 à 10 h 00\n\n"
        "<i>Mis à jour le lundi 23 novembre 2026 à 10 h 00</i>"
    )
    clock.set(clock.now() + timedelta(hours=1))
    calls = len(played.api.state.calls)
    await shown(played)
    assert len(played.api.state.calls) == calls, "the hour alone changes nothing"

    card = played.topic("Question n° 1")[0]
    await hotline.press(JEANNE, press_of(card, "En attente de l’agent"))
    async with hotline.database.write() as session:
        (await session.get_one(Question, 2)).discreet = True
    await shown(played)
    [same] = played.seen(GROUP)["General"]
    assert same["message_id"] == board["message_id"]
    said = same["text"].replace("\u00a0", " ")
    assert "1 question sans réponse · 1 en attente de l’agent" in said
    assert said.index("n° 2 – question discrète, sans réponse") < said.index("n° 1 · Pays")
    assert "Claire Vidal, en attente de l’agent" in said
    assert "Marc" not in said

    async with hotline.database.write() as session:
        for number in (1, 2):
            standing.closed(await session.get_one(Question, number), clock.now(), "team")
    await shown(played)
    [same] = played.seen(GROUP)["General"]
    assert same["text"].replace("\u00a0", " ") == (
        "Questions en cours\n\nAucune question en cours.\n\n"
        "Mis à jour le lundi 23 novembre 2026 à 11 h 00"
    )
    played.api.state.user_deletes(GROUP, same["message_id"])
    await hotline.say(PAUL, "Un modèle de bail ?")
    await shown(played)


async def test_a_long_board_stays_within_a_message(played: Played, clock: FixedClock) -> None:
    now = clock.now()
    async with played.hotline.database.write() as session:
        for number in range(100, 400):
            session.add(
                Question(
                    id=number,
                    asker_id=1,
                    territory_id=2,
                    theme_id=2,
                    text="Une question",
                    opened_at=now,
                    last_message_at=now,
                    awaiting_since=now + timedelta(minutes=number),
                )
            )
    await played.tick("desk.board")
    await played.deliver()
    [board] = played.seen(GROUP)["General"]
    said = board["text"].replace("\u00a0", " ")
    listed = said.count("sans réponse depuis")
    assert 10 < listed < 301
    assert f"et {301 - listed} autres questions" in said
    assert len(board["text"]) <= 4096
    assert board["html"].count("<a href") == 1


@pytest.mark.parametrize("erase_topics", [True, False])
async def test_once_its_asker_is_erased_the_card_names_nobody(
    database: Database, clock: FixedClock, *, erase_topics: bool
) -> None:
    async with playing(database, clock, erase_topics=erase_topics) as played:
        await played.hotline.say(CLAIRE, ASKED)
        await shown(played)
        data = played.hotline.room.personal_data
        assert data is not None
        async with database.write() as session:
            await data.erase(session, Party("person", "1"))
        await shown(played)
        async with database.read() as session:
            kept = (await session.scalars(select(View))).all()
        assert not any("Claire" in view.wanted.decode() for view in kept)
        card = next(m for m in played.in_group() if m["text"].startswith("Question n°\u00a01\n"))
        assert ("Claire" in card["text"]) == erase_topics, "the topic itself is to be deleted"
