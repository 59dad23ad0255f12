"""A question's whole life, the real service killed with SIGKILL at every turn of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.db import Database
from relais.sandbox.bot_api.faults import slow
from tests.hotline_process import (
    REPEATED,
    answer,
    buttons,
    deliveries,
    in_private,
    number_in,
    press,
    quiet,
    topic_of,
    topics,
    without_repeats,
)
from tests.process import AGENTS, ANIMATOR, GROUP, KILLED, Service, World, running_world

CLAIRE = AGENTS[0]
KNOWN = "Notre commune était en ZRR : les exonérations existent-elles encore ?"
"""It resembles an answer that the sample network has."""

UNKNOWN = "Qui nous prête un broyeur de branches pour le printemps ?"


@pytest.fixture
async def world(empty_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with running_world(empty_database, tmp_path) as world:
        world.configure(hotline={"hold_seconds": 1.0})
        yield world


async def cut(world: World, service: Service, method: str, chat_id: int, words: str) -> None:
    """Kill the service when a chat shows these words, and the Bot API has not said so yet."""
    await service.eventually("the words", lambda: world.saying(chat_id, words))
    assert world.api.state.faults.left == 0
    assert [call for call in world.api.state.called(method, chat_id) if call.status is None]
    await service.kill()


async def test_a_question_lives_its_whole_life_through_eight_kills(world: World) -> None:
    first = await world.start("inbox.after_receive")
    world.api.state.user_sends(CLAIRE, CLAIRE, KNOWN)
    assert await first.ended() == KILLED
    number = await check_what_is_known_already(world, await world.start("inbox.before_commit:2"))
    third = await world.start("ledger.after_send")  # the topic is made, nobody wrote so
    assert await third.ended() == KILLED
    await check_the_answer_is_held(world, await world.start("inbox.after_commit"), number)
    await check_the_answer_is_sent(world, await world.start(), number)
    await check_the_edit_is_sent(world, await world.start(), number)
    await check_it_is_closed(world, await world.start("inbox.before_commit"), number)
    await check_it_is_reopened(world, await world.start("inbox.after_commit:2"), number)
    last = await world.start()
    await last.until_none("all done", lambda: quiet(world))
    await check_the_buttons_still_work(world, last, number)
    assert await last.stop() == 0
    await check_the_thread(world, number)


async def check_what_is_known_already(world: World, service: Service) -> int:
    """See the validated answer that resembles the question; be killed by asking the team."""
    await service.eventually("an answer", lambda: world.saying(CLAIRE, "lui ressemble"))
    [shown] = in_private(world, CLAIRE)
    assert "1. Notre commune était en ZRR. Les exonérations existent-elles encore ?" in shown
    press(world, CLAIRE, "Poser ma question à l’équipe")
    assert await service.ended() == KILLED
    assert topics(world) == []
    return number_in(shown)


async def check_the_answer_is_held(world: World, service: Service, number: int) -> None:
    """See the topic; be killed once the answer is written, while it is held back."""
    relay = (await service.eventually("the relay", lambda: world.saying(GROUP, KNOWN)))[0]
    assert [each.number for each in topics(world)] == [number, number]
    told = await service.eventually("it is told", lambda: world.saying(CLAIRE, "est enregistrée"))
    assert f"question n°\u00a0{number}" in told[-1]["text"]
    await service.until_none("the topic settled", world.unsettled)
    answer(world, ANIMATOR, relay, "Oui, jusqu’au 31 décembre 2027.")
    assert await service.ended() == KILLED
    assert world.saying(CLAIRE, "31 décembre") == []


async def check_the_answer_is_sent(world: World, service: Service, number: int) -> None:
    """Be killed when the agent has the answer, and nobody wrote so."""
    world.api.state.faults.add(slow(60, done=True, method="sendMessage", chat_id=CLAIRE))
    await cut(world, service, "sendMessage", CLAIRE, "31 décembre 2027")
    [sent] = world.saying(CLAIRE, "31 décembre 2027")
    assert sent["text"] == (
        f"Réponse à votre question n°\u00a0{number}, par Sylvie Roumieux\n"
        "Oui, jusqu’au 31 décembre 2027."
    )


async def check_the_edit_is_sent(world: World, service: Service, number: int) -> None:
    """See the answer again, marked so; be killed when what the animator edited was edited."""
    await service.eventually("again", lambda: len(world.saying(CLAIRE, "31 décembre")) == 2)
    assert REPEATED in world.saying(CLAIRE, "31 décembre")[1]["text"]
    await service.until_none("all done", lambda: quiet(world))
    [written] = [each for each in topic_of(world, number).messages if not each["from"]["is_bot"]]
    world.api.state.faults.add(slow(60, done=True, method="editMessageText", chat_id=CLAIRE))
    world.api.state.user_edits(GROUP, int(written["message_id"]), "Oui, jusqu’au 31 décembre 2029.")
    await cut(world, service, "editMessageText", CLAIRE, "31 décembre 2029")


async def check_it_is_closed(world: World, service: Service, number: int) -> None:
    """See the correction once; be killed while « Clore » is handled."""
    await service.until_none("all done", lambda: quiet(world))
    [corrected] = world.saying(CLAIRE, "31 décembre 2029")
    assert corrected["text"] == (
        f"Réponse corrigée à votre question n°\u00a0{number}, par Sylvie Roumieux\n"
        "Oui, jusqu’au 31 décembre 2029."
    )
    press(world, GROUP, "Clore", by=ANIMATOR)
    assert await service.ended() == KILLED
    assert world.saying(CLAIRE, "L’équipe a clos") == []


async def check_it_is_reopened(world: World, service: Service, number: int) -> None:
    """See it closed; be killed once « Rouvrir » is done, and nobody was told."""
    [told] = await service.eventually("closed", lambda: world.saying(CLAIRE, "L’équipe a clos"))
    assert told["text"].startswith(f"L’équipe a clos votre question n°\u00a0{number}.")
    ticked = f"✓ Question n°\u00a0{number} · "
    await service.eventually("a tick", lambda: topic_of(world, number).title.startswith(ticked))
    await service.until_none("all done", lambda: quiet(world))
    assert "État : close par l’équipe le" in card(world, number)
    assert buttons(world, GROUP, "De : Odile Vernhet") == ["Rouvrir", PROPOSE]
    press(world, CLAIRE, "Rouvrir")
    assert await service.ended() == KILLED


PROPOSE = "Proposer comme réponse validée"


def card(world: World, number: int) -> str:
    """Return the card of a question, as it stands."""
    return topic_of(world, number).said[0]


async def check_the_buttons_still_work(world: World, service: Service, number: int) -> None:
    """Add to it, take charge of it; each side sees what the other does."""
    assert "État : sans réponse depuis le" in card(world, number)
    world.api.state.user_sends(
        CLAIRE,
        CLAIRE,
        "Et pour un commerce repris ?",
        reply_to=int(world.saying(CLAIRE, "31 décembre 2029")[0]["message_id"]),
    )
    await service.eventually("the rest", lambda: world.saying(GROUP, "un commerce repris ?"))
    press(world, GROUP, "Prendre en charge", by=ANIMATOR)
    follows = f"Sylvie Roumieux suit votre question n°\u00a0{number}."
    await service.eventually("a name", lambda: world.saying(CLAIRE, follows))
    await service.until_none("all done", lambda: quiet(world))
    assert "Prise en charge par Sylvie Roumieux" in card(world, number)


async def check_the_thread(world: World, number: int) -> None:
    """Nothing is lost, and what is there twice was in doubt, and says so."""
    lost, thread = topics(world)
    assert lost.messages == (), "the topic that nobody could know of"
    who = "Odile Vernhet, agent de développement, personne-ressource, Pays d’Orsanne"
    lead = f"Question n° {number} · {who}\n"
    assert without_repeats(thread.said[1:]) == [
        f"{lead}{KNOWN}",
        "Envoi à l’agent sous une seconde.",
        "La correction part à l’agent.",
        f"L’agent a rouvert la question n° {number} : une réponse est de nouveau attendue.",
        f"{lead}Et pour un commerce repris ?",
    ]
    rows = await deliveries(world)
    assert {row.state for row in rows} == {"sent"}
    resent = [row.kind for row in rows if row.resent]
    cut_on_purpose = {"hotline.topic", "hotline.answer", "hotline.answer_edit"}
    assert cut_on_purpose <= set(resent), "a kill may catch other rows too"


async def test_what_is_held_back_before_a_kill_never_leaves(world: World) -> None:
    world.configure(hotline={"hold_seconds": 600.0})
    first = await world.start()
    world.asks(CLAIRE, UNKNOWN)
    relay = (await first.eventually("the relay", lambda: world.saying(GROUP, UNKNOWN)))[0]
    answer(world, ANIMATOR, relay, "Demandez à Paul, mais pas un mot.")
    await first.eventually("a hold", lambda: world.saying(GROUP, "Envoi à l’agent sous 600"))
    await first.kill()
    second = await world.start("inbox.after_commit")
    press(world, GROUP, "Retenir", by=ANIMATOR)
    assert await second.ended() == KILLED
    third = await world.start("inbox.after_commit")
    kept = "Retenu : rien n’est parti. Votre message reste une note interne."
    await third.eventually("a note", lambda: world.saying(GROUP, kept.replace(" :", "\u00a0:")))
    thread = int(relay["thread_id"])
    world.api.state.user_sends(GROUP, ANIMATOR, "Note : voir avec Paul.", thread_id=thread)
    assert await third.ended() == KILLED
    world.configure(hotline={"hold_seconds": 0.0})
    last = await world.start()
    await last.eventually("noted", lambda: world.saying(GROUP, "Note interne, non envoyée."))
    await last.until_none("all done", lambda: quiet(world))
    assert world.saying(CLAIRE, "Paul") == []
    press(world, GROUP, "Envoyer à l’agent", by=ANIMATOR, about="Note interne")
    await last.eventually("the note", lambda: world.saying(CLAIRE, "voir avec Paul."))
    await last.until_none("all done", lambda: quiet(world))
    assert await last.stop() == 0
    assert len(world.saying(CLAIRE, "Paul")) == 1, "the one that was sent"
    assert [row.state for row in await deliveries(world, "hotline.answer")] == [
        "cancelled",
        "sent",
    ]
