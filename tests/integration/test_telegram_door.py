"""At the door: floods, blocked people, groups of strangers, and what cannot be read."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.telegram.models import InboxUpdate
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import Channel, DeliveryKind, Parcel, Policy, Ready, Refused
from core.people.models import Account, Person
from core.reference import Party, Reference
from relais.sandbox.bot_api.faults import cut, refused, too_many
from relais.sandbox.bot_api.state import Attachment
from tests.bot_api import TOKEN, running_bot_api
from tests.chat_room import House, eventually, make_house, rows, running

BOT = int(TOKEN.partition(":")[0])
PLACE = {"longitude": 3.0, "latitude": 45.0}


@pytest.fixture
async def house(database: Database, clock: FixedClock, tmp_path: Path) -> AsyncIterator[House]:
    async with running_bot_api() as api:
        yield await make_house(api, database, clock, tmp_path / "words")


async def heard(house: House) -> list[Any]:
    return [act.detail["text"] for act in await house.acts("heard")]


async def later(house: House, elapsed: timedelta) -> None:
    """Let real time pass: what was received is older by so much."""
    async with house.parts.database.write() as session:
        found = await session.scalars(select(InboxUpdate))
        for row in found:
            row.received_at -= elapsed


# --- floods ---------------------------------------------------------------------------------------

SLOW = {"messages_per_minute": 3, "messages_per_day": 300}
TOO_FAST = "Vous envoyez beaucoup de messages."


async def test_a_flood_is_told_once_and_what_was_said_before_is_kept(house: House) -> None:
    for number in range(8):
        house.api.state.user_sends(house.agent, house.agent, f"message {number}")
    async with running(house, SLOW):
        pass
    assert await heard(house) == ["message 0", "message 1", "message 2"]
    said = house.said_to(house.agent)
    assert len(said) == 4
    assert said[3].startswith(TOO_FAST)
    turned_away = [row for row in await rows(house) if row.parked]
    assert [row.parked for row in turned_away] == ["too fast: told", *["too fast"] * 4]
    assert all(row.raw == {} for row in turned_away), "what is not kept is not held either"


async def test_a_minute_later_one_is_heard_again_even_after_a_restart(house: House) -> None:
    for number in range(5):
        house.api.state.user_sends(house.agent, house.agent, f"message {number}")
    async with running(house, SLOW):
        pass
    await later(house, timedelta(seconds=30))
    async with running(house, SLOW):
        house.api.state.user_sends(house.agent, house.agent, "trop tôt")
    await later(house, timedelta(seconds=31))
    async with running(house, SLOW):
        house.api.state.user_sends(house.agent, house.agent, "encore")
    assert (await heard(house))[-1] == "encore"
    assert "trop tôt" not in await heard(house)
    assert len([text for text in house.said_to(house.agent) if text.startswith(TOO_FAST)]) == 1


async def test_who_presses_too_much_is_told_each_time(house: House) -> None:
    state = house.api.state
    async with running(house, SLOW):
        state.user_sends(house.agent, house.agent, "/actualite")
        await eventually(house, lambda: bool(house.said_to(house.agent)))
        (message,) = [m for m in state.messages(house.agent) if m["from"]["is_bot"]]
        data = "keep:watch:story:12:1"
        presses = [
            state.user_presses(house.agent, message["message_id"], house.agent, data)
            for _ in range(4)
        ]
        await eventually(house, lambda: all(map(state.answers, presses)))
    told = [state.answers(press)[0] for press in presses]
    assert [answer["text"].startswith(TOO_FAST) for answer in told] == [False, False, True, True]
    assert told[-1]["show_alert"] is True


async def test_a_day_s_messages_are_limited_and_it_is_said_when_to_go_on(house: House) -> None:
    async with running(house, {"messages_per_minute": 100, "messages_per_day": 2}):
        house.api.state.user_sends(house.agent, house.agent, "un")
        house.api.state.user_sends(house.agent, house.agent, "deux")
    await later(house, timedelta(hours=20))
    async with running(house, {"messages_per_minute": 100, "messages_per_day": 2}):
        house.api.state.user_sends(house.agent, house.agent, "trois")
        house.api.state.user_sends(house.agent, house.agent, "quatre")
    assert await heard(house) == ["un", "deux"]
    (told,) = house.said_to(house.agent)[2:]
    assert told.startswith("Vous avez envoyé beaucoup de messages aujourd’hui")
    assert told.endswith("Vous pourrez les renvoyer dans 4 heures.")


async def test_a_stranger_may_send_a_third(house: House) -> None:
    stranger = house.api.state.add_user("Zoé", started=True)
    for number in range(4):
        house.api.state.user_sends(stranger, stranger, f"message {number}")
    async with running(house, {"messages_per_minute": 6}):
        pass
    assert await heard(house) == ["message 0", "message 1"]


async def test_an_album_is_one_message(house: House) -> None:
    for _ in range(6):
        photo = Attachment("photo", b"jpeg")
        house.api.state.user_sends(house.agent, house.agent, file=photo, album="13")
    house.api.state.user_sends(house.agent, house.agent, "voilà")
    async with running(house, SLOW):
        pass
    assert len(await heard(house)) == 7


async def test_animators_in_their_group_have_no_limit(house: House) -> None:
    async with running(house, SLOW):
        for _ in range(6):
            house.api.state.user_sends(house.group, house.animator, "/actualite")
        await eventually(house, lambda: len(house.said_to(house.group)) == 6)
    assert not any(row.parked for row in await rows(house))


# --- blocked people -------------------------------------------------------------------------------


async def test_who_is_blocked_is_told_so_once_a_day_and_nothing_else(house: House) -> None:
    state = house.api.state
    async with house.parts.database.write() as session:
        blocked_at = house.parts.clock.now()
        await session.execute(update(Person).where(Person.id == 1).values(blocked_at=blocked_at))
    async with running(house):
        for words in ("bonjour", "/actualite", "toujours là ?"):
            state.user_sends(house.agent, house.agent, words)
        await eventually(house, lambda: bool(house.said_to(house.agent)))
        shown = state.messages(house.agent)[-1]["message_id"]
        press = state.user_presses(
            house.agent, shown, house.agent, "more:watch:story:1:0", gone=True
        )
        await eventually(house, lambda: bool(state.answers(press)))
    (said,) = house.said_to(house.agent)
    assert said.startswith("Votre accès à la permanence est suspendu")
    assert state.answers(press)[0]["text"] == said
    await later(house, timedelta(days=1, seconds=1))
    async with running(house):
        state.user_sends(house.agent, house.agent, "et maintenant ?")
    assert len(house.said_to(house.agent)) == 2
    assert house.notes.turns == []


# --- groups of strangers --------------------------------------------------------------------------


def is_in(house: House, chat_id: int) -> bool:
    return house.api.state.is_present(chat_id, BOT)


async def test_a_stranger_s_group_is_left_after_one_courteous_sentence(house: House) -> None:
    state = house.api.state
    stranger = state.add_user("Zoé")
    async with running(house):
        strange = state.user_adds_bots(stranger)
        state.user_sends(strange, stranger, "/actualite")
        state.user_sends(strange, stranger, "/rencontre")
        await eventually(house, lambda: not is_in(house, strange))
    (said,) = house.said_to(strange)
    assert said.startswith("Bonjour\N{NO-BREAK SPACE}! Je suis la permanence")
    assert house.notes.turns == []
    assert is_in(house, house.group)


@pytest.mark.parametrize("refusal", ["CHAT_WRITE_FORBIDDEN", "not enough rights to send text"])
async def test_a_group_where_the_bot_may_not_speak_is_left_all_the_same(
    house: House, refusal: str
) -> None:
    house.api.state.faults.add(refused(refusal, method="sendMessage"))
    async with running(house):
        strange = house.api.state.user_adds_bots(house.api.state.add_user("Zoé"))
        await eventually(house, lambda: not is_in(house, strange))
    assert house.said_to(strange) == []


async def test_leaving_is_not_forgotten_nor_said_twice(house: House) -> None:
    state = house.api.state
    state.faults.add(too_many(1, method="sendMessage"))
    state.faults.add(too_many(1, method="leaveChat"), times=2)
    async with running(house):
        channel = state.user_adds_bots_to_channel(state.add_user("Zoé"))
        await eventually(house, lambda: not is_in(house, channel))
    assert len(house.said_to(channel)) == 1


async def test_a_farewell_that_may_have_left_is_not_said_again(house: House) -> None:
    state = house.api.state
    state.faults.add(cut(done=True, method="sendMessage"))
    async with running(house):
        channel = state.user_adds_bots_to_channel(state.add_user("Zoé"))
        await eventually(house, lambda: not is_in(house, channel))
    assert len(house.said_to(channel)) == 1


async def test_a_channel_is_left_too(house: House) -> None:
    state = house.api.state
    async with running(house):
        channel = state.user_adds_bots_to_channel(state.add_user("Zoé"))
        await eventually(house, lambda: not is_in(house, channel))


async def test_our_own_group_is_not_left_when_its_number_changes(house: House) -> None:
    state = house.api.state
    moved = state.group_becomes_another(house.group, house.animator)
    state.user_sends(moved, house.animator, "/actualite")
    async with running(house):
        pass
    assert is_in(house, moved)
    assert not state.called("leaveChat")


async def test_without_a_group_in_the_configuration_none_is_left(house: House) -> None:
    async with running(house, group_id=0):
        strange = house.api.state.user_adds_bots(house.api.state.add_user("Zoé"))
    assert is_in(house, strange)
    assert house.said_to(strange) == []


# --- who can be reached ---------------------------------------------------------------------------


async def account(house: House) -> Account:
    async with house.parts.database.read() as session:
        found = await session.scalar(select(Account).where(Account.address == str(house.agent)))
    assert found is not None
    return found


async def test_rooms_are_told_who_blocked_the_bot_and_who_is_back(house: House) -> None:
    async with running(house):
        house.api.state.user_blocks(house.agent)
    async with running(house):
        house.api.state.user_unblocks(house.agent)
    changes = [act.detail for act in await house.acts("reachable")]
    assert changes == [{"person": 1, "blocked": True}, {"person": 1, "blocked": False}]
    assert (await account(house)).blocked_at is None


async def test_a_refused_send_tells_as_much_once(house: House) -> None:
    async with house.adapter() as adapter:
        kind = adapter.noticing(DeliveryKind("hotline.answer", Policy.RESEND, never))
        for outcome in (Refused("chat not found"), Refused("blocked"), Refused("deactivated")):
            await settle(house, kind, Party("person", "1"), outcome)
        await settle(house, kind, Party("question", "1"), Refused("blocked"))
    (act,) = await house.acts("reachable")
    assert act.detail == {"person": 1, "blocked": True}
    assert (await account(house)).blocked_at == house.parts.clock.now()
    async with running(house):
        house.api.state.user_sends(house.agent, house.agent, "me revoici")
    assert (await account(house)).blocked_at is None, "who speaks can be spoken to"


async def never(_session: object, _parcel: Parcel, _now: datetime) -> Ready:
    raise AssertionError("nothing is prepared here")


async def settle(house: House, kind: DeliveryKind, recipient: Party, outcome: Refused) -> None:
    parcel = Parcel(
        id=1,
        kind=kind.name,
        slot="s",
        recipient=recipient,
        cause=Reference("hotline", "question", "1"),
        channel=Channel.CHAT,
        body=b"",
        values={},
        stream=None,
        attempt=1,
        resent=False,
    )
    async with house.parts.database.write() as session:
        await kind.settled(session, parcel, outcome, house.parts.clock.now())


# --- what cannot be read --------------------------------------------------------------------------


def said(house: House, **content: Any) -> dict[str, Any]:
    """Return a message of the agent in private, as Telegram would give it."""
    user = {"id": house.agent, "is_bot": False, "first_name": "Inès"}
    chat = {"id": house.agent, "type": "private"}
    return {"message_id": 900, "date": 1_780_000_000, "from": user, "chat": chat} | content


async def test_a_malformed_update_holds_nothing_up(house: House) -> None:
    house.api.state.push_update({"message": said(house, text="x") | {"date": "hier"}})
    house.api.state.user_sends(house.agent, house.agent, "Bonjour")
    async with running(house):
        pass
    malformed, after = await rows(house)
    assert (malformed.parked, malformed.attempts) == ("UnreadableError", 1)
    assert after.parked is None
    answer, apology = sorted(house.said_to(house.agent), reverse=True)
    assert apology.startswith("Désolé, une erreur")
    assert answer.startswith("Entendu")


async def test_nothing_that_telegram_may_send_is_taken_for_poison(house: House) -> None:
    state = house.api.state
    shown = {"message_id": 3, "date": 0, "chat": {"id": house.agent, "type": "private"}}
    press = {"id": "7", "from": {"id": house.agent, "is_bot": False, "first_name": "I"}}
    press |= {"chat_instance": "1"}
    channel = {"id": -1009, "type": "channel", "title": "c"}
    for raw in (
        {"message": said(house, location=PLACE)},
        {"message": said(house, contact={"phone_number": "+33", "first_name": "Zoé"})},
        {"message": said(house, something_new={"a": 1})},
        {"edited_message": said(house, text="corrigé", edit_date=1_780_000_060)},
        {"channel_post": {"message_id": 1, "date": 1, "chat": channel, "text": "x"}},
        {"poll_answer": {"poll_id": "1", "option_ids": [], "user": press["from"]}},
        {"message_reaction": {"chat": channel, "message_id": 1, "date": 1}},
        {"callback_query": press | {"data": "x" * 5000, "message": shown}},
        {"callback_query": press | {"data": "keep:watch:story:12:1", "message": shown}},
        {"callback_query": press | {"game_short_name": "g", "message": shown}},
        {"callback_query": press | {"data": "keep:watch:story:1:0", "inline_message_id": "1"}},
        {"message": said(house, text="a\0b \ud83d c")},
        {"message": said(house, text="/" + "x" * 4000)},
        {"message": said(house, text="é" * 4096)},
    ):
        state.push_update(raw)
    async with running(house):
        pass
    kept = await rows(house)
    assert len(kept) == 14
    assert [row.parked for row in kept] == [None] * 14
    assert [row.attempts for row in kept] == [0] * 14
    sentences = [text for text in house.said_to(house.agent) if text.startswith("Je ne sais pas")]
    assert len(sentences) == 3


async def test_a_sticker_in_answer_to_us_in_the_group_is_not_left_unsaid(house: House) -> None:
    state = house.api.state
    async with running(house):
        state.user_sends(house.group, house.animator, "/actualite")
        await eventually(house, lambda: bool(house.said_to(house.group)))
    ours = state.messages(house.group)[-1]
    marc = {"id": house.animator, "is_bot": False, "first_name": "Marc"}
    place = said(house, location=PLACE) | {"chat": ours["chat"], "from": marc}
    async with running(house):
        state.push_update({"message": place})
        state.push_update({"message": place | {"message_id": 901, "reply_to_message": ours}})
    (sentence,) = house.said_to(house.group)[1:]
    assert sentence.startswith("Je ne sais pas lire")


async def test_an_animator_who_answers_in_the_group_s_name_is_told_why_not(house: House) -> None:
    state = house.api.state
    async with running(house):
        state.user_sends(house.group, house.animator, "/actualite")
        await eventually(house, lambda: bool(house.said_to(house.group)))
    ours = state.messages(house.group)[-1]
    nobody = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    anonymous = said(house, text="Oui") | {"chat": ours["chat"], "from": nobody}
    async with running(house):
        state.push_update({"message": anonymous | {"sender_chat": ours["chat"]}})
        answer = anonymous | {"message_id": 901, "reply_to_message": ours}
        state.push_update({"message": answer | {"sender_chat": ours["chat"]}})
    (sentence,) = house.said_to(house.group)[1:]
    assert sentence.startswith("Ce message est envoyé au nom du groupe")
    assert await house.acts("commented") == []
