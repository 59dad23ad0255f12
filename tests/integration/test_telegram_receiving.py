"""Receiving, handling and answering: nothing lost, nothing repeated, each chat in its order."""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select, update
from starlette.applications import Starlette

from bot.telegram import inbox
from bot.telegram.adapter import TelegramAdapter
from bot.telegram.models import InboxUpdate
from core.chat import Post
from core.clock import FixedClock
from core.db import Database
from core.ledger import store as ledger
from core.ledger.draft import Draft
from core.ledger.models import Delivery
from core.people.models import Account
from core.reference import ANIMATORS
from core.serving import serving
from relais.sandbox.bot_api.faults import Fault, broken, cut, refused, too_many
from relais.sandbox.bot_api.state import Attachment
from tests.bot_api import running_bot_api
from tests.chat_room import POISON, STORY, House, make_house

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
async def house(database: Database, clock: FixedClock, tmp_path: Path) -> AsyncIterator[House]:
    async with running_bot_api() as api:
        yield await make_house(api, database, clock, tmp_path / "words")


@contextlib.asynccontextmanager
async def running(adapter: TelegramAdapter) -> AsyncIterator[None]:
    """Run the adapter's loops while the block runs."""
    stop = asyncio.Event()
    loops = [asyncio.create_task(adapter.receive(stop)), asyncio.create_task(adapter.work(stop))]
    try:
        yield
    finally:
        stop.set()
        ended = await asyncio.gather(*loops, return_exceptions=True)
        assert [e for e in ended if isinstance(e, Exception)] == []


async def eventually(house: House, condition: Callable[[], object], seconds: float = 60.0) -> None:
    await house.api.state.wait_for(condition, seconds)


async def rows(house: House) -> list[InboxUpdate]:
    async with house.parts.database.read() as session:
        found = await session.scalars(select(InboxUpdate).order_by(InboxUpdate.update_id))
        return list(found)


async def settled(house: House, adapter: TelegramAdapter) -> None:
    """Wait until nothing is left to handle or to answer."""
    for _ in range(400):
        async with house.parts.database.read() as session:
            if not await adapter.busy(session):
                return
        await asyncio.sleep(0.05)
    raise TimeoutError("the inbox is still busy")


async def test_a_message_is_handled_and_answered(house: House) -> None:
    async with house.adapter() as adapter, running(adapter):
        house.api.state.user_sends(house.agent, house.agent, "Bonjour <b>&</b>")
        await eventually(house, lambda: bool(house.said_to(house.agent)))
        await settled(house, adapter)
    assert house.said_to(house.agent) == ["Entendu\N{NO-BREAK SPACE}: Bonjour <b>&</b>"]
    (turn,) = house.notes.turns
    assert turn.sender.name == "Inès Roche"
    assert turn.sender.person_id == 1


async def test_a_burst_through_kills_at_every_step_loses_and_repeats_nothing(house: House) -> None:
    for number in range(20):
        house.api.state.user_sends(house.agent, house.agent, f"message {number}")
    for failpoint in (
        "inbox.after_receive",
        "inbox.before_commit:2",
        "inbox.after_commit:3",
        "inbox.before_commit:5",
        "inbox.after_commit:5",
    ):
        await house.killed_at(failpoint)
    async with house.adapter(lease=0.2) as adapter, running(adapter):
        house.api.state.user_sends(house.agent, house.agent, "message 20")
        await eventually(house, lambda: len(set(house.said_to(house.agent))) >= 21)
        await settled(house, adapter)
    heard = [act.detail["text"] for act in await house.acts("heard")]
    assert heard == [f"message {number}" for number in range(21)]
    said = house.said_to(house.agent)
    for number in range(21):
        assert len([text for text in said if text.endswith(f": message {number}")]) == 1
    assert 1 <= len([text for text in said if "(renvoyé)" in text]) <= 2  # killed after commit


async def test_what_was_received_is_not_confirmed_before_it_is_kept(house: House) -> None:
    house.api.state.user_sends(house.agent, house.agent, "Bonjour")
    async with house.adapter() as adapter:
        bot = house.bot()
        assert len(await bot.raw_updates(None, 0)) == 1  # received, then the process dies
        await bot.shutdown()
        async with running(adapter):
            await eventually(house, lambda: bool(house.said_to(house.agent)))
    (row,) = await rows(house)
    assert row.raw["message"]["text"] == "Bonjour"


async def test_an_offset_is_sent_once_so_that_new_numbers_are_not_skipped(house: House) -> None:
    async with house.adapter(poll_timeout=0) as adapter, running(adapter):
        house.api.state.user_sends(house.agent, house.agent, "Bonjour")
        await eventually(house, lambda: bool(house.said_to(house.agent)))
        calls = house.api.state.called("getUpdates")
        await eventually(house, lambda: len(house.api.state.called("getUpdates")) > len(calls) + 2)
    offsets = [call.parameters.get("offset") for call in house.api.state.called("getUpdates")]
    assert len([offset for offset in offsets if offset]) == 1
    assert not offsets[-1]


async def test_each_chat_keeps_its_order_while_another_waits(house: House) -> None:
    house.api.state.user_sends(house.animator, house.animator, POISON)
    for number in range(5):
        house.api.state.user_sends(house.animator, house.animator, f"marc {number}")
        house.api.state.user_sends(house.agent, house.agent, f"inès {number}")
    async with house.adapter() as adapter, running(adapter):
        await eventually(house, lambda: len(house.said_to(house.animator)) == 6)
        await settled(house, adapter)
    for user, name in ((house.agent, "inès"), (house.animator, "marc")):
        said = [text for text in house.said_to(user) if name in text]
        assert [text.rpartition(": ")[2] for text in said] == [f"{name} {n}" for n in range(5)]


async def test_poison_is_parked_after_some_tries_and_the_person_told_once(house: House) -> None:
    house.api.state.user_sends(house.agent, house.agent, POISON)
    house.api.state.user_sends(house.agent, house.agent, "après")
    async with house.adapter() as adapter, running(adapter):
        await eventually(house, lambda: len(house.said_to(house.agent)) == 2)
        await settled(house, adapter)
    poison, after = await rows(house)
    assert (poison.parked, poison.attempts) == ("RuntimeError", 3)
    assert (after.parked, after.attempts) == (None, 0)
    assert [act.detail["text"] for act in await house.acts("heard")] == ["après"]
    said = house.said_to(house.agent)
    assert len([text for text in said if text.startswith("Désolé, une erreur")]) == 1
    assert not any("(renvoyé)" in text for text in said)


async def test_malformed_and_unknown_updates_are_set_aside(house: House) -> None:
    state = house.api.state
    state.push_update({"message": "not a message"})
    state.push_update({"message": {"message_id": "x", "chat": {"id": 5}, "text": 3}})
    state.push_update({"something_new": {"chat": {"id": house.agent}}})
    state.push_update({})
    state.user_sends(house.agent, house.agent, "Bonjour")
    async with house.adapter() as adapter, running(adapter):
        await eventually(house, lambda: bool(house.said_to(house.agent)))
        await settled(house, adapter)
    kept = await rows(house)
    assert [row.parked is not None for row in kept] == [True, True, False, False, False]
    assert all(row.handled_at for row in kept)
    assert len(house.said_to(house.agent)) == 1


async def test_things_that_are_no_updates_do_not_stop_the_others(house: House) -> None:
    async with house.adapter() as adapter:
        receiver = adapter._receiver
        junk = [3, {}, {"update_id": "7"}, {"update_id": 2**70}, {"update_id": True}]
        assert await receiver.keep(junk) is None
        assert await receiver.keep([*junk, {"update_id": 9, "poll": {}}]) == 10
    assert [row.update_id for row in await rows(house)] == [9]


async def test_the_same_update_given_twice_is_one(house: House) -> None:
    async with house.adapter() as adapter:
        receiver = adapter._receiver
        assert await receiver.keep([{"update_id": 9, "poll": {}}]) == 10
        assert await receiver.keep([{"update_id": 9, "poll": {}}]) == 10
    assert len(await rows(house)) == 1


async def test_a_person_who_is_no_animator_is_refused_and_the_other_is_not(house: House) -> None:
    state = house.api.state
    async with house.adapter() as adapter, running(adapter):
        state.user_sends(house.group, house.animator, "/actualite")
        await eventually(house, lambda: bool(house.said_to(house.group)))
        (message,) = [m for m in state.messages(house.group) if m["from"]["is_bot"]]
        data = "keep:watch:story:12:1"
        refusal = state.user_presses(house.group, message["message_id"], house.agent, data)
        await eventually(house, lambda: bool(state.answers(refusal)))
        assert await house.acts("kept") == []
        press = state.user_presses(house.group, message["message_id"], house.animator, data)
        await eventually(house, lambda: bool(state.answers(press)))
        await settled(house, adapter)
    (answer,) = state.answers(refusal)
    assert answer["show_alert"] is True
    assert answer["text"].startswith("Désolé, votre rôle")
    (answer,) = state.answers(press)
    assert (answer["text"], answer["show_alert"]) == ("C’est noté.", False)
    assert house.said_to(house.group) == ["Gardée par Marc Vidal"]
    (act,) = await house.acts("kept")
    assert act.detail == {"story": "watch:story:12", "version": 1}


async def test_a_stranger_is_told_how_to_join(house: House) -> None:
    state = house.api.state
    stranger = state.add_user("Zoé", started=True)
    async with house.adapter() as adapter, running(adapter):
        state.user_sends(stranger, stranger, "/rencontre")
        await eventually(house, lambda: bool(house.said_to(stranger)))
    (said,) = house.said_to(stranger)
    assert "Demandez une invitation" in said


async def test_an_old_or_forged_button_is_answered(house: House) -> None:
    state = house.api.state
    async with house.adapter() as adapter, running(adapter):
        state.user_sends(house.animator, house.animator, "/actualite")
        await eventually(house, lambda: bool(house.said_to(house.animator)))
        (message,) = [m for m in state.messages(house.animator) if m["from"]["is_bot"]]
        for data in (
            "removed:watch:story:12:1",
            "nonsense",
            "choose:chat:choice:9-0:1",
            "keep:watch:story:mine:1",
            "keep:watch:story:99999999999999999999:1",
        ):
            press = state.user_presses(
                house.animator, message["message_id"], house.animator, data, gone=True
            )
            await eventually(house, functools.partial(state.answers, press))
            (answer,) = state.answers(press)
            assert answer["text"].startswith("Ce bouton n’est plus valable")
        await settled(house, adapter)
    assert [row.attempts for row in await rows(house)] == [0] * 6, "a forged press is no failure"


async def test_a_reply_to_what_a_direct_answer_was_about_finds_its_room(house: House) -> None:
    state = house.api.state
    async with house.adapter() as adapter, running(adapter):
        state.user_sends(house.animator, house.animator, "/actualite")
        await eventually(house, lambda: bool(house.said_to(house.animator)))
        await settled(house, adapter)
        (message,) = [m for m in state.messages(house.animator) if m["from"]["is_bot"]]
        state.user_sends(house.animator, house.animator, "à garder", reply_to=message["message_id"])
        await eventually(house, lambda: len(house.notes.turns) == 2)
        await settled(house, adapter)
    (act,) = await house.acts("commented")
    assert act.detail == {"text": "à garder"}
    assert str(house.notes.turns[-1].incoming.about) == "watch:story:12"


async def test_a_form_survives_a_restart_and_loses_nothing_to_a_mistake(house: House) -> None:
    state, marc = house.api.state, house.animator
    async with house.adapter() as adapter, running(adapter):
        state.user_sends(marc, marc, "Séminaires")
        await eventually(house, lambda: house.said_to(marc)[-1:] == ["Quel titre ?"])
        state.user_sends(marc, marc, "ab")
        await eventually(house, lambda: len(house.said_to(marc)) == 3)
        assert house.said_to(marc)[1:] == ["C’est trop court.", "Quel titre ?"]
        state.user_sends(marc, marc, "Les tiers-lieux")
        await eventually(house, lambda: house.said_to(marc)[-1] == "Quel genre ?")
        await settled(house, adapter)
    async with house.adapter() as adapter, running(adapter):
        question = [m for m in state.messages(marc) if m["from"]["is_bot"]][-1]
        ((choice,), (way_out,)) = question["reply_markup"]["inline_keyboard"]
        assert (choice["text"], way_out["text"]) == ("Atelier", "Annuler")
        state.user_presses(marc, question["message_id"], marc, choice["callback_data"])
        await eventually(house, lambda: "inscrit" in house.said_to(marc)[-1])
        again = state.user_presses(marc, question["message_id"], marc, choice["callback_data"])
        await eventually(house, lambda: bool(state.answers(again)))
        await settled(house, adapter)
    assert state.answers(again)[0]["text"].startswith("Ce bouton n’est plus valable")
    (act,) = await house.acts("scheduled")
    assert act.detail == {"title": "Les tiers-lieux", "kind": "atelier"}


async def test_a_form_is_left_by_its_button_or_by_a_word(house: House) -> None:
    state, marc = house.api.state, house.animator
    async with house.adapter() as adapter, running(adapter):
        state.user_sends(marc, marc, "/rencontre")
        await eventually(house, lambda: len(house.said_to(marc)) == 1)
        state.user_sends(marc, marc, "annuler")
        await eventually(house, lambda: len(house.said_to(marc)) == 2)
        assert house.said_to(marc)[-1].startswith("C’est annulé")
        state.user_sends(marc, marc, "/rencontre")
        await eventually(house, lambda: len(house.said_to(marc)) == 3)
        question = state.messages(marc)[-1]
        ((way_out,),) = question["reply_markup"]["inline_keyboard"]
        state.user_presses(marc, question["message_id"], marc, way_out["callback_data"])
        await eventually(house, lambda: house.said_to(marc)[-1].startswith("C’est annulé"))
        state.user_sends(marc, marc, "/annuler")
        await eventually(house, lambda: house.said_to(marc)[-1] == "Il n’y a rien à annuler.")
        await settled(house, adapter)
    assert await house.acts("scheduled") == []


async def test_an_answer_that_could_not_leave_is_sent_later_unmarked(house: House) -> None:
    house.api.state.faults.add(too_many(1, method="sendMessage"))
    house.api.state.user_sends(house.agent, house.agent, "Bonjour")
    async with house.adapter() as adapter, running(adapter):
        await eventually(house, lambda: bool(house.said_to(house.agent)))
        await settled(house, adapter)
    assert house.said_to(house.agent) == ["Entendu\N{NO-BREAK SPACE}: Bonjour"]


@pytest.mark.parametrize(
    "fault",
    [
        cut(done=True, method="sendMessage"),
        cut(done=False, method="sendMessage"),
        broken(502, method="sendMessage"),
    ],
)
async def test_an_answer_that_may_have_left_is_sent_again_marked(
    house: House, fault: Fault
) -> None:
    house.api.state.faults.add(fault)
    house.api.state.user_sends(house.agent, house.agent, "Bonjour")
    async with house.adapter() as adapter, running(adapter):
        await eventually(
            house, lambda: any("(renvoyé)" in text for text in house.said_to(house.agent))
        )
        await settled(house, adapter)
    assert house.said_to(house.agent)[-1] == "(renvoyé)\nEntendu\N{NO-BREAK SPACE}: Bonjour"


async def test_an_answer_that_is_refused_is_given_up(house: House) -> None:
    house.api.state.faults.add(refused("chat not found", method="sendMessage"))
    house.api.state.user_sends(house.agent, house.agent, "Bonjour")
    async with house.adapter() as adapter, running(adapter):
        await eventually(house, lambda: bool(house.api.state.called("sendMessage")))
        await settled(house, adapter)
    assert house.said_to(house.agent) == []


async def test_answers_that_a_dead_process_left_are_sent_at_the_next_start(house: House) -> None:
    house.api.state.user_sends(house.agent, house.agent, "Bonjour")
    async with house.adapter(lease=0.2) as adapter:
        receiver, worker = adapter._receiver, adapter._worker
        bot = house.bot()
        await receiver.keep(await bot.raw_updates(None, 0))
        await bot.shutdown()
        async with house.parts.database.write() as session:
            row = await inbox.next_of(session, house.agent, datetime.now(UTC))
            assert row is not None
            await worker._handle(session, row)  # committed; then the process dies
    assert house.said_to(house.agent) == []
    async with house.adapter(lease=0.2) as adapter, running(adapter):
        await eventually(house, lambda: bool(house.said_to(house.agent)))
        await settled(house, adapter)
    assert house.said_to(house.agent) == ["(renvoyé)\nEntendu\N{NO-BREAK SPACE}: Bonjour"]


async def test_receiving_goes_on_after_the_network_failed(house: House) -> None:
    for fault in (broken(500), cut(done=False), too_many(1)):
        house.api.state.faults.add(fault)
    house.api.state.user_sends(house.agent, house.agent, "Bonjour")
    async with house.adapter() as adapter, running(adapter):
        await eventually(house, lambda: bool(house.said_to(house.agent)))


async def test_only_one_of_two_processes_receives_and_both_may_work(house: House) -> None:
    async with house.adapter() as one, house.adapter() as two, running(one), running(two):
        for number in range(10):
            house.api.state.user_sends(house.agent, house.agent, f"message {number}")
        await eventually(house, lambda: len(house.said_to(house.agent)) >= 10)
        await settled(house, one)
    assert [act.detail["text"] for act in await house.acts("heard")] == [
        f"message {number}" for number in range(10)
    ]
    assert not [c for c in house.api.state.called("getUpdates") if c.status == 409]


async def test_a_blocked_bot_is_noted_on_the_account(house: House) -> None:
    async with house.adapter() as adapter, running(adapter):
        house.api.state.user_blocks(house.agent)
        await until_blocked(house, blocked=True)
        house.api.state.user_unblocks(house.agent)
        await until_blocked(house, blocked=False)


async def until_blocked(house: House, *, blocked: bool) -> None:
    for _ in range(200):
        async with house.parts.database.read() as session:
            account = await session.scalar(
                select(Account).where(Account.address == str(house.agent))
            )
            if account and (account.blocked_at is not None) is blocked:
                return
        await asyncio.sleep(0.05)
    raise TimeoutError("the account did not change")


async def test_a_webhook_checks_its_secret_and_keeps_what_it_is_given(house: House) -> None:
    pushed = {"update_id": 7, "poll": {}}
    header = {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}
    async with house.adapter(mode="webhook", webhook_secret=SecretStr("s3cret")) as adapter:
        app = Starlette(routes=list(adapter.webhook_routes()))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            url = "/telegram/webhook"
            assert (await client.post(url, json=pushed)).status_code == 403
            wrong = {"X-Telegram-Bot-Api-Secret-Token": "s3cre"}
            assert (await client.post(url, json=pushed, headers=wrong)).status_code == 403
            assert await rows(house) == []
            assert (await client.post(url, content=b"{", headers=header)).status_code == 400
            big = b"{" + b" " * 1_000_001
            assert (await client.post(url, content=big, headers=header)).status_code == 413
            assert (await client.post(url, json=pushed, headers=header)).status_code == 200
            assert (await client.post(url, json=pushed, headers=header)).status_code == 200
    assert [row.update_id for row in await rows(house)] == [7]


async def test_a_webhook_takes_the_place_of_polling(house: House) -> None:
    async with house.adapter(mode="webhook", webhook_secret=SecretStr("s3cret")) as adapter:
        app = Starlette(routes=list(adapter.webhook_routes()))
        async with serving(app, host="127.0.0.1", port=0) as port:
            adapter._receiver._public_url = f"http://127.0.0.1:{port}"
            async with running(adapter):
                house.api.state.user_sends(house.agent, house.agent, "Bonjour")
                await eventually(house, lambda: bool(house.said_to(house.agent)))
                await settled(house, adapter)
    assert not house.api.state.called("getUpdates")
    async with house.adapter() as adapter, running(adapter):  # back to polling
        house.api.state.user_sends(house.agent, house.agent, "encore")
        await eventually(house, lambda: len(house.said_to(house.agent)) == 2)


async def test_words_in_a_topic_are_about_what_the_topic_was_opened_for(house: House) -> None:
    state = house.api.state
    thread_id = state.user_creates_topic(house.group, house.animator, "Question n° 1")
    post = Post("topic", "Question n° 1").content()
    async with house.parts.database.write() as session:
        draft = Draft("test", "topic", ANIMATORS, post, STORY, house.parts.clock.now())
        assert await ledger.post(session, [draft], house.parts.clock.now()) == 1
        external_id = f"topic:{house.group}:{thread_id}"
        await session.execute(update(Delivery).values(external_id=external_id))
    async with house.adapter() as adapter, running(adapter):
        state.user_sends(house.group, house.agent, "moi aussi", thread_id=thread_id)
        await eventually(house, lambda: bool(house.said_to(house.group)))
        state.user_sends(house.group, house.animator, "voici", thread_id=thread_id)
        await eventually(house, lambda: bool(house.notes.turns))
        await settled(house, adapter)
    (refusal,) = house.said_to(house.group)
    assert refusal.startswith("Désolé, votre rôle")
    (act,) = await house.acts("commented")
    assert act.detail == {"text": "voici"}


async def test_what_nobody_here_reads_is_answered_in_private(house: House) -> None:
    state = house.api.state
    user = {"id": house.agent, "is_bot": False, "first_name": "Inès"}
    place = {"longitude": 3.0, "latitude": 45.0}
    said = {"message_id": 900, "date": 1_780_000_000, "from": user, "location": place}
    state.push_update({"message": said | {"chat": {"id": house.agent, "type": "private"}}})
    state.push_update({"message": said | {"chat": {"id": house.group, "type": "supergroup"}}})
    async with house.adapter() as adapter, running(adapter):
        await eventually(house, lambda: bool(house.said_to(house.agent)))
        await settled(house, adapter)
    assert house.said_to(house.agent)[0].startswith("Je ne sais pas lire")
    assert house.said_to(house.group) == []


async def test_a_form_wants_words_and_an_unknown_command_is_said_so(house: House) -> None:
    state, marc = house.api.state, house.animator
    async with house.adapter() as adapter, running(adapter):
        state.user_sends(marc, marc, "/inconnue")
        await eventually(house, lambda: len(house.said_to(marc)) == 1)
        assert house.said_to(marc)[-1].startswith("Je ne connais pas cette commande")
        state.user_sends(marc, marc, "/rencontre")
        await eventually(house, lambda: len(house.said_to(marc)) == 2)
        state.user_sends(marc, marc, file=Attachment("photo", b"jpeg"))
        await eventually(house, lambda: len(house.said_to(marc)) == 3)
        assert house.said_to(marc)[-1].startswith("Répondez par un texte")
        await settled(house, adapter)


async def test_polling_serves_no_webhook(house: House) -> None:
    async with house.adapter() as adapter:
        assert adapter.webhook_routes() == ()


async def test_what_is_settled_is_forgotten_in_time_and_on_demand(house: House) -> None:
    house.api.state.user_sends(house.agent, house.agent, "Bonjour")
    async with house.adapter() as adapter, running(adapter):
        await eventually(house, lambda: bool(house.said_to(house.agent)))
        await settled(house, adapter)
    async with house.parts.database.write() as session:
        assert await inbox.purge(session, LONG_AGO) == 0
        assert await inbox.forget(session, house.animator) == 0
        assert await inbox.forget(session, house.agent) == 1
    async with house.parts.database.write() as session:
        await inbox.insert(session, [{"update_id": 1, "poll": {}}], LONG_AGO)
        assert await inbox.purge(session, LONG_AGO + timedelta(days=1)) == 0  # not handled yet
