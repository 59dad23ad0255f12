"""The desk as animators see it: what stands in the topics, the group and the agent's chat."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from bot.hotline.models import Question
from core.chat import Button, Redraw, Reply, Response
from core.clock import FixedClock
from core.db import Database
from tests.desk import HELENE, Played, playing
from tests.hotline import CLAIRE, JEANNE, LEA, UNKNOWN, Hotline

ASKED = "Qui a déjà fait une session d’accueil ?"


@pytest.fixture(params=[True, False], ids=["forum", "plain"])
async def played(
    request: pytest.FixtureRequest, database: Database, clock: FixedClock
) -> AsyncIterator[Played]:
    async with playing(database, clock, forum=request.param) as played:
        await played.hotline.say(CLAIRE, ASKED)
        await played.deliver()
        yield played


def in_group(played: Played) -> list[str]:
    """Return what stands in the group, whatever the topic."""
    return [message["text"].replace("\u00a0", " ") for message in played.in_group()]


async def question(hotline: Hotline) -> Question:
    async with hotline.database.read() as session:
        return await session.get_one(Question, 1)


def relay(played: Played) -> dict[str, Any]:
    """Return the agent's first message as the animators have it."""
    return played.found("\n" + ASKED)


def only(responses: Sequence[Response]) -> Reply | Redraw:
    [response] = responses
    assert isinstance(response, Reply | Redraw)
    return response


def button(response: Reply | Redraw) -> Button:
    [[found]] = response.keyboard
    return found


async def test_a_question_has_its_card_first_then_what_was_said(played: Played) -> None:
    card, said = in_group(played)
    assert card.startswith("Question n° 1\n\nDe : Claire Vidal")
    assert said == (
        "Question n° 1 · Claire Vidal, agent de développement, Pays d’Orsanne\n" + ASKED
    )


async def test_an_answer_is_held_then_leaves(played: Played) -> None:
    hotline = played.hotline
    reply = only(await played.reply_to(JEANNE, relay(played), "Trois territoires."))
    assert hotline.words(reply) == "Envoi à l’agent sous 20 secondes."
    assert hotline.renderer.plain(button(reply).label) == "Retenir"
    assert isinstance(reply, Reply)
    assert str(reply.about) == "hotline:topic:1", "a reply to this notice is a note"
    await played.deliver()
    assert played.private(CLAIRE) == []
    await played.after_the_hold()
    assert played.private(CLAIRE) == [
        "Réponse à votre question n° 1, par Jeanne Roche\nTrois territoires."
    ]
    toast, redraw = await hotline.press(HELENE, button(reply))
    assert hotline.words(toast) == (
        "Trop tard\u00a0: ce message est déjà parti à l’agent. "
        "Pour le corriger, modifiez-le\u00a0: la correction suivra."
    )
    assert hotline.words(redraw) == "Envoyé à l’agent."


async def test_an_answer_that_is_held_back_never_leaves_and_is_a_note(played: Played) -> None:
    hotline = played.hotline
    before = await question(hotline)
    reply = only(await played.reply_to(JEANNE, relay(played), "Trois territoires."))
    during = await question(hotline)
    assert (during.state, during.awaiting_since) == ("answered", None)
    kept = only(await hotline.press(HELENE, button(reply)))
    assert hotline.words(kept) == (
        "Retenu\u00a0: rien n’est parti. Votre message reste une note interne."
    )
    after = await question(hotline)
    assert (after.state, after.awaiting_since) == ("open", before.awaiting_since)
    assert after.first_answer_at is None
    await played.after_the_hold()
    assert played.private(CLAIRE) == []

    again = only(await hotline.press(JEANNE, button(reply)))
    assert hotline.words(again) == hotline.words(kept), "pressed twice, it stays a note"
    sent = only(await hotline.press(JEANNE, button(kept)))
    assert hotline.words(sent) == "Envoi à l’agent sous 20 secondes."
    await played.after_the_hold()
    assert played.private(CLAIRE) == [
        "Réponse à votre question n° 1, par Jeanne Roche\nTrois territoires."
    ]
    assert (await question(hotline)).state == "answered"
    assert [act.split()[1] for act in await hotline.acts()][-3:] == [
        "question.answer",
        "question.hold_back",
        "question.answer",
    ]


async def test_what_was_sent_from_a_note_can_be_held_back_too(played: Played) -> None:
    hotline = played.hotline
    note = only(await hotline.note(JEANNE, 1, "Trois territoires, je crois."))
    leaving = only(await hotline.press(JEANNE, button(note)))
    kept = only(await hotline.press(JEANNE, button(leaving)))
    await hotline.press(JEANNE, button(kept))
    await played.after_the_hold()
    assert len(played.private(CLAIRE)) == 1
    toast, redraw = await hotline.press(HELENE, button(note))
    assert hotline.words(toast) == "Ce message a déjà été envoyé."
    assert isinstance(redraw, Redraw)


async def test_a_note_stays_in_the_topic_unless_its_button_is_pressed(played: Played) -> None:
    hotline = played.hotline
    bold = {"type": "bold", "offset": 0, "length": 5}
    note = only(await hotline.note(JEANNE, 1, "Trois territoires, je crois.", entities=(bold,)))
    assert hotline.words(note) == "Note interne, non envoyée."
    assert hotline.renderer.plain(button(note).label) == "Envoyer à l’agent"
    await played.after_the_hold()
    assert played.private(CLAIRE) == []
    assert (await question(hotline)).state == "open"

    await hotline.press(HELENE, button(note))
    await played.after_the_hold()
    [said] = played.seen(CLAIRE)["General"]
    assert said["html"].replace("\u00a0", " ") == (
        "<b>Réponse à votre question n° 1, par Jeanne Roche</b>\n"
        "<b>Trois</b> territoires, je crois."
    ), "it is who wrote it that answers, with their formatting"


async def test_an_album_has_one_button_and_leaves_whole(played: Played) -> None:
    hotline = played.hotline
    files = [played.file(name) for name in ("Plan.pdf", "Bail.pdf", "Note.pdf")]
    first = only(
        await hotline.note(JEANNE, 1, "Voici.", kind="file", files=(files[0],), album="A1")
    )
    for file in files[1:]:
        assert await hotline.note(JEANNE, 1, "", kind="file", files=(file,), album="A1") == []
    await hotline.press(JEANNE, button(first))
    await played.after_the_hold()
    said = played.seen(CLAIRE)["General"]
    assert [each["files"][0]["name"] for each in said] == ["Plan.pdf", "Bail.pdf", "Note.pdf"]
    assert played.private(CLAIRE) == [
        "Réponse à votre question n° 1, par Jeanne Roche\nVoici.",
        "Question n° 1 (suite)",
        "Question n° 1 (suite)",
    ]


async def test_an_album_that_answers_is_held_back_whole(played: Played) -> None:
    hotline = played.hotline
    message, files = relay(played), [played.file("Plan.pdf"), played.file("Bail.pdf")]
    about = {"kind": "file", "album": "A1"}
    reply = only(await played.reply_to(JEANNE, message, "Voici.", files=(files[0],), **about))
    assert await played.reply_to(JEANNE, message, "", files=(files[1],), **about) == []
    late = played.file("Note.pdf")
    assert await hotline.note(JEANNE, 1, "", files=(late,), **about) == [], "not seen as a reply"
    kept = only(await hotline.press(JEANNE, button(reply)))
    await played.after_the_hold()
    assert played.private(CLAIRE) == []
    await hotline.press(JEANNE, button(kept))
    await played.after_the_hold()
    assert len(played.private(CLAIRE)) == 3


async def test_a_correction_in_time_leaves_in_the_place_of_the_first_words(
    played: Played,
) -> None:
    hotline = played.hotline
    await played.reply_to(JEANNE, relay(played), "Trois teritoires.", message_id=500)
    told = only(
        await played.reply_to(
            JEANNE, relay(played), "Trois territoires.", message_id=500, edited=True
        )
    )
    assert hotline.words(told) == "Correction prise en compte avant l’envoi."
    await played.after_the_hold()
    assert played.private(CLAIRE) == [
        "Réponse à votre question n° 1, par Jeanne Roche\nTrois territoires."
    ]


async def test_a_correction_after_it_has_left_is_made_at_the_agent(played: Played) -> None:
    hotline = played.hotline
    await played.reply_to(JEANNE, relay(played), "mot " * 1500, message_id=500)
    await played.after_the_hold()
    assert len(played.private(CLAIRE)) == 2
    about = {"message_id": 500, "edited": True}
    told = only(await played.reply_to(JEANNE, relay(played), "Trois.", **about))
    assert hotline.words(told) == "La correction part à l’agent."
    await played.deliver()
    assert played.private(CLAIRE) == [
        "Réponse corrigée à votre question n° 1, par Jeanne Roche\nTrois.",
        "Question n° 1 (suite)\n(Passage retiré.)",
    ]
    await played.reply_to(JEANNE, relay(played), "mot " * 2500, **about)
    await played.deliver()
    first, second, third = played.private(CLAIRE)
    assert first.count("mot") + second.count("mot") + third.count("mot") == 2500
    assert third.startswith("Question n° 1 (suite)")


async def test_the_correction_of_a_note_leaves_nowhere(played: Played) -> None:
    hotline = played.hotline
    note = only(await hotline.note(JEANNE, 1, "Trois teritoires.", message_id=500))
    assert await hotline.note(JEANNE, 1, "Trois.", message_id=500, edited=True) == []
    assert await hotline.note(JEANNE, 1, "Inconnu.", message_id=501, edited=True) == []
    await played.after_the_hold()
    assert played.private(CLAIRE) == []
    await hotline.press(JEANNE, button(note))
    await played.after_the_hold()
    [said] = played.private(CLAIRE)
    assert said.endswith("\nTrois."), "what is sent is what it has become"


async def test_a_reply_to_the_card_answers_and_one_to_a_notice_does_not(played: Played) -> None:
    hotline = played.hotline
    card = played.found("De : Claire Vidal")
    answer = only(await played.reply_to(JEANNE, card, "Trois territoires."))
    assert hotline.words(answer).startswith("Envoi à l’agent")
    await played.reachable(1, blocked=True)
    await played.deliver()
    notice = played.found("Claire Vidal a bloqué la permanence sur Telegram")
    note = only(await played.reply_to(JEANNE, notice, "Je l’appelle."))
    assert hotline.words(note) == "Note interne, non envoyée."


async def test_who_is_not_an_animator_is_told_that_nothing_leaves(played: Played) -> None:
    hotline = played.hotline
    for account in (LEA, UNKNOWN):
        for told in (
            await played.reply_to(account, relay(played), "Moi je sais."),
            await hotline.note(account, 1, "Moi je sais."),
        ):
            assert hotline.words(only(told)).startswith(
                "Votre message n’a pas été envoyé à l’agent"
            )
    await played.after_the_hold()
    assert played.private(CLAIRE) == []


async def test_an_answer_to_who_has_blocked_the_bot_is_owed_again(played: Played) -> None:
    hotline = played.hotline
    played.api.state.user_blocks(CLAIRE)
    await played.reply_to(JEANNE, relay(played), "Trois territoires.")
    await played.after_the_hold()
    row = await question(hotline)
    assert (row.state, row.awaiting_since) == ("open", hotline.clock.now())
    assert in_group(played)[-1].startswith("Réponse non remise\n\nVotre réponse à la question n° 1")


async def test_what_the_agent_corrects_is_corrected_in_the_topic(played: Played) -> None:
    first = relay(played)
    await played.hotline.say(CLAIRE, "Qui a fait une session ?", message_id=101, edited=True)
    await played.deliver()
    [edited] = [m for m in played.in_group() if m["message_id"] == first["message_id"]]
    assert edited["text"].replace("\u00a0", " ") == (
        "Question n° 1 · Claire Vidal (message modifié)\nQui a fait une session ?"
    )
