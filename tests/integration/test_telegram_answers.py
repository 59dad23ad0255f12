"""What answers who is typing: documents, long texts, buttons of commands, forms with files."""

import asyncio
import base64
import functools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot.telegram import inbox
from bot.telegram.answering import Answerer
from bot.telegram.answers import Answer, ready, send_answer
from bot.telegram.models import InboxUpdate
from core.chat import (
    TOO_BIG,
    Button,
    Document,
    Incoming,
    Place,
    Redraw,
    Response,
    Sender,
    Toast,
    Turn,
    command_button,
)
from core.clock import FixedClock, SystemClock
from core.db import Database
from core.ledger.draft import Later, Outcome, Refused, Sent, Unknown
from relais.sandbox.bot_api.faults import Fault, Faults, broken, cut, refused, slow, too_many
from relais.sandbox.bot_api.state import Attachment
from tests.bot_api import running_bot_api
from tests.chat_room import House, eventually, make_house, rows, running, words
from tests.conftest import MORNING


@pytest.fixture
async def house(database: Database, clock: FixedClock, tmp_path: Path) -> AsyncIterator[House]:
    async with running_bot_api() as api:
        yield await make_house(api, database, clock, tmp_path / "words")


def ours(house: House, chat_id: int) -> list[dict[str, Any]]:
    """Return the bot's messages in a chat."""
    return [m for m in house.api.state.messages(chat_id) if m["from"]["is_bot"]]


# --- documents ------------------------------------------------------------------------------------


async def test_a_file_is_given_back_and_not_kept(house: House) -> None:
    async with running(house):
        house.api.state.user_sends(house.agent, house.agent, "/donnees")
    (message,) = ours(house, house.agent)
    assert message["caption"] == "Voici vos données."
    assert message["document"]["file_name"] == "données.json"
    content = house.api.state.file_bytes(message["document"]["file_id"])
    assert content == str(house.agent).encode()
    (row,) = await rows(house)
    assert row.replies == []


async def test_a_file_that_could_not_leave_is_sent_later_with_its_bytes(house: House) -> None:
    house.api.state.faults.add(too_many(1, method="sendDocument"))
    async with running(house):
        house.api.state.user_sends(house.agent, house.agent, "/donnees")
    (message,) = ours(house, house.agent)
    assert house.api.state.file_bytes(message["document"]["file_id"]) == str(house.agent).encode()


async def test_a_file_that_may_have_arrived_is_sent_again_marked(house: House) -> None:
    house.api.state.faults.add(cut(done=True, method="sendDocument"))
    async with running(house):
        house.api.state.user_sends(house.agent, house.agent, "/donnees")
    first, again = ours(house, house.agent)
    assert first["caption"] == "Voici vos données."
    assert again["caption"] == "(renvoyé)\nVoici vos données."


def turn(house: House, **more: Any) -> Turn:
    place = Place(house.agent, private=True)
    incoming = Incoming(1, "command", place, 7, house.parts.clock.now(), **more)
    session: Any = None
    return Turn(session, incoming, Sender(str(house.agent), "Inès"), house.parts.clock.now())


async def test_words_too_long_for_a_caption_come_before_the_file(house: House) -> None:
    response = Document("a.txt", b"abc", words("long"))
    *texts, file = ready(house.parts.renderer, [response], turn(house), "")
    assert [answer.kind for answer in texts] == ["message"] * 3
    assert (file.kind, file.text, base64.b64decode(file.data)) == ("document", "", b"abc")
    assert "YWJj" not in repr(file), "a file's content is never logged"


async def test_a_file_that_is_too_big_is_a_mistake_of_the_room(house: House) -> None:
    response = Document("a.txt", bytes(TOO_BIG + 1), words("data"))
    with pytest.raises(ValueError, match="too big"):
        ready(house.parts.renderer, [response], turn(house), "")


# --- long texts and buttons of commands -----------------------------------------------------------


async def test_a_long_reply_is_cut_and_a_button_of_its_end_runs_a_command(house: House) -> None:
    state = house.api.state
    async with running(house):
        state.user_sends(house.agent, house.agent, "/long")
        await eventually(house, lambda: len(ours(house, house.agent)) == 3)
        messages = ours(house, house.agent)
        lines = "\n".join(message["text"] for message in messages).split("\n")
        assert lines == [f"Ligne {number}" for number in range(900)]
        assert ["reply_markup" in message for message in messages] == [False, False, True]
        ((button,),) = messages[-1]["reply_markup"]["inline_keyboard"]
        assert button == {"text": "Mes données", "callback_data": "command:chat:command:donnees:0"}
        press = state.user_presses(
            house.agent, messages[-1]["message_id"], house.agent, button["callback_data"]
        )
        await eventually(house, lambda: len(ours(house, house.agent)) == 4)
    assert state.answers(press) == [{"text": "", "show_alert": False}]
    assert ours(house, house.agent)[-1]["document"]["file_name"] == "données.json"


async def test_a_button_of_a_command_asks_for_the_role_anew(house: House) -> None:
    state = house.api.state
    async with running(house):
        state.user_sends(house.agent, house.agent, "/actualite")
        await eventually(house, lambda: bool(ours(house, house.agent)))
        shown = ours(house, house.agent)[0]["message_id"]
        answers = []
        for data in ("command:chat:command:rencontre:0", "command:watch:story:aide:0"):
            press = state.user_presses(house.agent, shown, house.agent, data, gone=True)
            await eventually(house, functools.partial(state.answers, press))
            answers.append(state.answers(press)[0]["text"])
    assert answers[0].startswith("Désolé, votre rôle")
    assert answers[1].startswith("Ce bouton n’est plus valable")


# --- forms that take files ------------------------------------------------------------------------


def document(name: str) -> Attachment:
    return Attachment("document", name.encode(), name)


async def test_a_form_takes_a_whole_album_with_its_words(house: House) -> None:
    state, agent = house.api.state, house.agent
    async with running(house):
        state.user_sends(agent, agent, "/proposer")
        await eventually(house, lambda: house.said_to(agent) == ["Que proposez-vous ?"])
        for name, caption in (("un.pdf", " Deux modèles "), ("deux.pdf", ""), ("trois.pdf", "")):
            state.user_sends(agent, agent, caption, file=document(name), album="13")
        await eventually(house, lambda: "Un mot pour finir ?" in house.said_to(agent))
    async with running(house):
        state.user_sends(agent, agent, "Voilà tout")
    (act,) = await house.acts("proposed")
    names = "un.pdf,deux.pdf,trois.pdf"
    assert act.detail == {"text": "Deux modèles", "files": names, "last": "Voilà tout"}
    assert len(house.said_to(agent)) == 3


async def test_a_form_that_takes_files_takes_words_too(house: House) -> None:
    state, agent = house.api.state, house.agent
    async with running(house):
        for text in ("/proposer", "Une idée", "C’est tout"):
            state.user_sends(agent, agent, text)
    (act,) = await house.acts("proposed")
    assert act.detail == {"text": "Une idée", "files": "", "last": "C’est tout"}


async def test_the_rest_of_an_album_that_comes_too_late_is_said_so_once(house: House) -> None:
    state, agent = house.api.state, house.agent
    async with running(house):
        state.user_sends(agent, agent, "/proposer")
        state.user_sends(agent, agent, file=document("un.pdf"), album="13")
        state.user_sends(agent, agent, "C’est tout")
        for name in ("deux.pdf", "trois.pdf"):
            state.user_sends(agent, agent, file=document(name), album="13")
    (act,) = await house.acts("proposed")
    assert act.detail["files"] == "un.pdf"
    told = [text for text in house.said_to(agent) if text.startswith("Seul le début")]
    assert len(told) == 1
    assert await house.acts("heard") == [], "the rest does not become something else"


# --- what a failure means -------------------------------------------------------------------------

MESSAGE = Answer("message", 0, text="Bonjour")


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (too_many(7), Later("too many requests", 7.0)),
        (refused("bot was blocked by the user", code=403), Refused("blocked")),
        (refused("message is too long"), Refused("too long")),
        (broken(500), Unknown("Internal Server Error (500)")),
        (slow(6, done=False), Unknown("ReadTimeout")),
    ],
)
@pytest.mark.parametrize("kind", ["message", "redraw", "document", "toast"])
async def test_each_failure_of_an_answer_is_said_to_be_what_it_is(
    house: House, kind: Any, fault: Fault, outcome: Outcome
) -> None:
    house.api.state.faults.add(fault)
    answer = Answer(kind, house.agent, message_id=1, query_id="1", text="Bonjour", data="YWJj")
    bot = house.bot(timeout=0.3)
    found = await send_answer(bot, answer)
    await bot.shutdown()
    if kind == "document" and isinstance(found, Unknown) and fault.seconds:
        return  # a file is given more time by the library
    assert found == outcome


async def test_a_redraw_of_what_is_gone_or_is_a_file_is_said_anew(house: House) -> None:
    bot = house.bot()
    redraw = Answer("redraw", house.agent, message_id=99, query_id="1", text="Gardée")
    assert isinstance(await send_answer(bot, redraw), Sent)
    (message,) = ours(house, house.agent)
    assert message["text"] == "Gardée"
    again = replace(redraw, message_id=message["message_id"])
    assert isinstance(await send_answer(bot, again), Sent), "what is so already is done"
    file = Answer("document", house.agent, name="a.txt", data="YWJj")
    sent = await send_answer(bot, file)
    assert isinstance(sent, Sent)
    of_file = replace(redraw, message_id=int(sent.external_id.rpartition(":")[2]))
    assert isinstance(await send_answer(bot, of_file), Sent)
    assert len(ours(house, house.agent)) == 3
    await bot.shutdown()


async def test_an_answer_that_is_refused_does_not_hold_the_next_ones(house: House) -> None:
    state = house.api.state
    state.faults.add(refused("not enough rights", method="sendMessage"))
    async with running(house):
        state.user_sends(house.agent, house.agent, "/long")
    assert len(ours(house, house.agent)) == 2


async def test_what_surely_did_not_leave_is_tried_for_long(house: House) -> None:
    house.api.state.faults.add(too_many(0, method="sendMessage"), times=6)
    async with running(house, max_attempts=1):
        house.api.state.user_sends(house.agent, house.agent, "Bonjour")
    assert house.said_to(house.agent) == ["Entendu\N{NO-BREAK SPACE}: Bonjour"]


async def test_a_doubt_is_not_forgotten_when_the_next_attempt_surely_fails(house: House) -> None:
    house.api.state.faults.add(cut(done=True, method="sendMessage"))
    house.api.state.faults.add(too_many(0, method="sendMessage"), times=2)
    async with running(house):
        house.api.state.user_sends(house.agent, house.agent, "Bonjour")
    assert house.said_to(house.agent) == [
        "Entendu\N{NO-BREAK SPACE}: Bonjour",
        "(renvoyé)\nEntendu\N{NO-BREAK SPACE}: Bonjour",
    ]


class SlowAt(Faults):
    """A Bot API that takes one of the messages, and does not say so."""

    def __init__(self, rank: int) -> None:
        super().__init__()
        self._rank = rank

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        said = method == "sendMessage" and chat_id is not None
        self._rank -= said
        return slow(60, done=True) if said and self._rank == 0 else None


@pytest.mark.parametrize("first", ["message", "toast"])
async def test_of_several_messages_the_one_that_may_have_left_is_marked(
    house: House, first: Any
) -> None:
    """A process dies while the last of two or three messages is leaving; another takes over."""
    parts, agent, bot = house.parts, house.agent, house.bot()
    answers = [
        Answer(first, agent, query_id="1", text="Un"),
        Answer("message", agent, text="Deux"),
        Answer("message", agent, text="Trois"),
    ]
    async with house.parts.database.write() as session:
        sent = {"update_id": 1, "message": {"chat": {"id": agent}, "from": {"id": agent}}}
        await inbox.insert(session, [sent], SystemClock().now())
        row = await session.get_one(InboxUpdate, 1)
        inbox.settle(row, [each.encode() for each in answers], SystemClock().now(), 0.0)
    answerer = Answerer(parts, bot, retry_first=0.1)
    house.api.state.faults = SlowAt(3 if first == "message" else 2)
    dying = asyncio.create_task(answerer.send(1, answers))
    await eventually(house, lambda: "Trois" in house.said_to(agent))
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    async with house.parts.database.write() as session:
        await session.execute(update(InboxUpdate).values(reply_at=MORNING - timedelta(days=999)))
    await answerer.take_over(1)
    await bot.shutdown()
    said = house.said_to(agent)
    assert said[-1] == "(renvoyé)\nTrois"
    assert said[:-1] == (["Un"] if first == "message" else []) + ["Deux", "Trois"]


async def test_a_toast_is_cut_rather_than_refused(house: House) -> None:
    button: Button = command_button(words("long"), "long")
    responses: list[Response] = [
        Toast(words("long"), alert=True),
        Redraw(words("long"), ((button,),)),
    ]
    toast, shown, *rest = ready(house.parts.renderer, responses, turn(house), "77")
    assert (toast.kind, shown.kind, shown.keyboard) == ("toast", "redraw", ())
    assert [answer.kind for answer in rest] == ["message", "message"]
    assert len(rest[-1].keyboard) == 1
