"""The ledger's way out to Telegram, over HTTP: what arrives, and what failures mean."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import pytest

from bot.telegram.api import make_bot
from bot.telegram.gateway import TelegramGateway
from core.chat import File, Post, PostButton
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import (
    Channel,
    ChatAddress,
    Later,
    MailAddress,
    Parcel,
    Refused,
    Sent,
    Unknown,
)
from core.reference import Party, Reference
from core.settings import TelegramSettings
from relais.sandbox.bot_api.faults import (
    Fault,
    broken,
    cut,
    refused,
    slow,
    too_many,
)
from relais.sandbox.bot_api.state import Attachment
from tests.bot_api import TOKEN, RunningBotApi, running_bot_api
from tests.chat_room import House, make_house

SETTINGS = {"token": TOKEN, "per_second": 0, "group_per_minute": 0, "chat_per_second": 0}


@pytest.fixture
async def api() -> AsyncIterator[RunningBotApi]:
    async with running_bot_api() as api:
        yield api


@pytest.fixture
async def gateway(api: RunningBotApi) -> AsyncIterator[TelegramGateway]:
    settings = TelegramSettings.model_validate({**SETTINGS, "api_url": api.root, "timeout": 0.5})
    gateway = TelegramGateway(make_bot(settings), "(renvoyé)", connections=4)
    yield gateway
    await gateway.close()


@pytest.fixture
def agent(api: RunningBotApi) -> int:
    return api.state.add_user("Inès", started=True)


@pytest.fixture
def group(api: RunningBotApi, agent: int) -> int:
    return api.state.add_group("Animation", administrators=[agent])


def parcel(post: Post, *, resent: bool = False, target: str = "") -> Parcel:
    return Parcel(
        id=1,
        kind="hotline.relay",
        slot="s",
        recipient=Party("person", "1"),
        cause=Reference("hotline", "question", "1"),
        channel=Channel.CHAT,
        body=post.content().body,
        values={"target": target} if target else {},
        stream=None,
        attempt=1,
        resent=resent,
    )


BONJOUR = Post("text", "Bonjour <b>à tous</b>")


async def test_text_arrives_formatted_with_its_buttons(
    api: RunningBotApi, gateway: TelegramGateway, agent: int
) -> None:
    post = Post(
        "text",
        "Bonjour <b>à tous</b>",
        keyboard=((PostButton("Garder", data="keep:watch:story:1:0"),),),
    )
    outcome = await gateway.send(parcel(post), ChatAddress(agent))
    (message,) = api.state.messages(agent)
    assert outcome == Sent(f"{agent}:{message['message_id']}")
    assert message["text"] == "Bonjour à tous"
    assert [entity["type"] for entity in message["entities"]] == ["bold"]
    ((button,),) = message["reply_markup"]["inline_keyboard"]
    assert button == {"text": "Garder", "callback_data": "keep:watch:story:1:0"}


async def test_a_persons_words_are_relayed_as_they_were_typed(
    api: RunningBotApi, gateway: TelegramGateway, agent: int
) -> None:
    post = Post("text", "a <b> & 🎈 gras", ({"type": "bold", "offset": 11, "length": 4},))
    await gateway.send(parcel(post), ChatAddress(agent))
    (message,) = api.state.messages(agent)
    assert message["text"] == "a <b> & 🎈 gras"
    assert message["entities"] == [{"type": "bold", "offset": 11, "length": 4}]


async def test_a_message_is_copied_into_a_topic(
    api: RunningBotApi, gateway: TelegramGateway, agent: int, group: int
) -> None:
    original = api.state.user_sends(agent, agent, "Qui a déjà fait ?")
    opened = await gateway.send(parcel(Post("topic", "Question n° 1")), ChatAddress(group))
    assert isinstance(opened, Sent)
    prefix, chat_id, thread_id = opened.external_id.split(":")
    assert (prefix, int(chat_id)) == ("topic", group)
    post = Post("copy", copy_from=(agent, original))
    outcome = await gateway.send(parcel(post), ChatAddress(group, int(thread_id)))
    assert isinstance(outcome, Sent)
    copy = api.state.messages(group)[-1]
    assert (copy["text"], copy["message_thread_id"]) == ("Qui a déjà fait ?", int(thread_id))


async def test_a_file_is_sent_by_its_handle(
    api: RunningBotApi, gateway: TelegramGateway, agent: int, group: int
) -> None:
    sent = api.state.user_sends(agent, agent, file=Attachment("document", b"%PDF", "note.pdf"))
    handle = api.state.message(agent, sent)["document"]  # type: ignore[index]
    file = File("document", handle["file_id"], handle["file_unique_id"], "note.pdf")
    post = Post("file", "La <i>note</i>", file=file)
    assert isinstance(await gateway.send(parcel(post), ChatAddress(group)), Sent)
    message = api.state.messages(group)[-1]
    assert message["caption"] == "La note"
    assert message["document"]["file_unique_id"] == handle["file_unique_id"]


async def test_what_is_sent_again_says_so(
    api: RunningBotApi, gateway: TelegramGateway, agent: int
) -> None:
    await gateway.send(parcel(BONJOUR, resent=True), ChatAddress(agent))
    assert api.state.messages(agent)[-1]["text"] == "(renvoyé)\nBonjour à tous"
    original = api.state.user_sends(agent, agent, "mot pour mot")
    post = Post("copy", copy_from=(agent, original))
    await gateway.send(parcel(post, resent=True), ChatAddress(agent))
    copy = api.state.messages(agent)[-1]
    assert copy["text"] == "mot pour mot"
    assert copy["reply_markup"]["inline_keyboard"][0][0]["text"] == "(renvoyé)"


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (too_many(7), Later("too many requests", 7.0)),
        (refused("bot was blocked by the user", code=403), Refused("blocked")),
        (refused("message thread not found"), Refused("thread not found")),
        (refused("TOPIC_DELETED"), Refused("thread not found")),
        (refused("chat not found"), Refused("chat not found")),
        (broken(500), Unknown("Internal Server Error (500)")),
        (broken(502), Unknown("Bad Gateway (502)")),
        (cut(done=False), Unknown("RemoteProtocolError")),
        (cut(done=True), Unknown("RemoteProtocolError")),
        (slow(1, done=True), Unknown("ReadTimeout")),
        (Fault("answer", code=401, description="Unauthorized"), Later("the token is refused")),
        (
            Fault(
                "answer",
                code=400,
                description="Bad Request: group chat was upgraded",
                parameters={"migrate_to_chat_id": -1007},
            ),
            Later("the chat has become -1007"),
        ),
        (Fault("answer", code=413, description="Too Large"), Refused("Too Large (413)")),
    ],
)
async def test_each_failure_is_said_to_be_what_it_is(
    api: RunningBotApi,
    gateway: TelegramGateway,
    agent: int,
    fault: Fault,
    outcome: Later | Refused | Unknown,
) -> None:
    api.state.faults.add(fault)
    found = await gateway.send(parcel(BONJOUR), ChatAddress(agent))
    if isinstance(outcome, Unknown) and isinstance(found, Unknown) and fault.effect != "answer":
        assert found.reason in {outcome.reason, "ReadError"}  # how a cut is seen varies
    else:
        assert found == outcome


async def test_a_peer_that_is_not_there_was_given_nothing(api: RunningBotApi) -> None:
    settings = TelegramSettings.model_validate({**SETTINGS, "api_url": "http://127.0.0.1:9"})
    gateway = TelegramGateway(make_bot(settings), "(renvoyé)", 1)
    assert await gateway.send(parcel(BONJOUR), ChatAddress(1)) == Later("ConnectError")
    await gateway.close()
    assert not api.state.called("sendMessage")


async def test_blocking_and_deleted_topics_are_recognised_for_real(
    api: RunningBotApi, gateway: TelegramGateway, agent: int, group: int
) -> None:
    api.state.user_blocks(agent)
    assert await gateway.send(parcel(BONJOUR), ChatAddress(agent)) == Refused("blocked")
    thread = api.state.user_creates_topic(group, agent, "Question")
    api.state.user_deletes_topic(group, thread)
    outcome = await gateway.send(parcel(BONJOUR), ChatAddress(group, thread))
    assert outcome == Refused("thread not found")


async def sent(gateway: TelegramGateway, post: Post, address: ChatAddress) -> str:
    outcome = await gateway.send(parcel(post), address)
    assert isinstance(outcome, Sent)
    return outcome.external_id


def number(external_id: str) -> int:
    return int(external_id.rpartition(":")[2])


async def test_a_message_takes_other_words_and_buttons_once_and_again(
    api: RunningBotApi, gateway: TelegramGateway, agent: int
) -> None:
    target = await sent(gateway, BONJOUR, ChatAddress(agent))
    corrected = Post(
        "edit",
        "Bonsoir 🎈 tous",
        ({"type": "bold", "offset": 8, "length": 2},),
        keyboard=((PostButton("Garder", data="keep:watch:story:1:0"),),),
    )
    for resent in (False, True):  # the second time, nothing is modified any more
        outcome = await gateway.send(
            parcel(corrected, resent=resent, target=target), ChatAddress(agent)
        )
        assert outcome == Sent(target)
    (message,) = api.state.messages(agent)
    assert message["text"] == "Bonsoir 🎈 tous", "a correction is not marked as sent again"
    assert message["entities"] == [{"type": "bold", "offset": 8, "length": 2}]
    assert message["reply_markup"]["inline_keyboard"][0][0]["text"] == "Garder"


async def test_a_file_takes_another_caption(
    api: RunningBotApi, gateway: TelegramGateway, agent: int, group: int
) -> None:
    said = api.state.user_sends(agent, agent, file=Attachment("document", b"%PDF", "note.pdf"))
    handle = api.state.message(agent, said)["document"]  # type: ignore[index]
    file = File("document", handle["file_id"], handle["file_unique_id"], "note.pdf")
    target = await sent(gateway, Post("file", "La note", file=file), ChatAddress(group))
    for words in ("La <b>note</b> corrigée", ""):
        edit = Post("edit", words, file=file)
        assert await gateway.send(parcel(edit, target=target), ChatAddress(group)) == Sent(target)
    message = api.state.message(group, number(target))
    assert message is not None
    assert "caption" not in message
    assert message["document"]["file_unique_id"] == handle["file_unique_id"]


async def test_what_somebody_deleted_cannot_be_corrected_but_is_deleted(
    api: RunningBotApi, gateway: TelegramGateway, agent: int
) -> None:
    target = await sent(gateway, BONJOUR, ChatAddress(agent))
    remove = Post("delete")
    assert await gateway.send(parcel(remove, target=target), ChatAddress(agent)) == Sent(target)
    assert api.state.messages(agent) == []
    assert await gateway.send(parcel(remove, target=target), ChatAddress(agent)) == Sent(target)
    gone = await gateway.send(parcel(Post("edit", "x"), target=target), ChatAddress(agent))
    assert gone == Refused("message not found")


async def test_a_topic_is_deleted_with_all_that_it_holds(
    api: RunningBotApi, gateway: TelegramGateway, group: int
) -> None:
    target = await sent(gateway, Post("topic", "Question n° 1"), ChatAddress(group))
    await sent(gateway, BONJOUR, ChatAddress(group, number(target)))
    remove = Post("delete_topic")
    for _ in range(2):
        assert await gateway.send(parcel(remove, target=target), ChatAddress(group)) == Sent(target)
    assert api.state.topics(group) == []
    assert api.state.messages(group) == []


@pytest.mark.parametrize("kind", ["edit", "delete", "delete_topic"])
async def test_a_change_must_say_of_what(
    gateway: TelegramGateway, agent: int, kind: Literal["edit", "delete", "delete_topic"]
) -> None:
    for target in ("", "nonsense"):
        outcome = await gateway.send(parcel(Post(kind, "x"), target=target), ChatAddress(agent))
        assert outcome == Refused("it does not say which message to change")


async def test_a_change_that_nobody_knows_the_end_of_is_unknown(
    api: RunningBotApi, gateway: TelegramGateway, agent: int
) -> None:
    target = await sent(gateway, BONJOUR, ChatAddress(agent))
    api.state.faults.add(broken(502, method="deleteMessage"))
    outcome = await gateway.send(parcel(Post("delete"), target=target), ChatAddress(agent))
    assert outcome == Unknown("Bad Gateway (502)")


async def test_a_mail_address_is_refused(gateway: TelegramGateway) -> None:
    address = MailAddress("ines@example.org")
    assert await gateway.send(parcel(BONJOUR), address) == Refused("not a chat address")
    assert await gateway.show(b"", address, None) == Refused("not a chat address")


async def test_a_view_is_pinned_then_edited_and_edited_again_for_nothing(
    api: RunningBotApi, gateway: TelegramGateway, group: int
) -> None:
    board = Post("text", "<b>3</b> questions", pinned=True)
    shown = await gateway.show(board.content().body, ChatAddress(group), None)
    assert isinstance(shown, Sent)
    message_id = int(shown.external_id.rpartition(":")[2])
    assert api.state.known_chat(group)["pinned"] == [message_id]
    changed = Post("text", "<b>4</b> questions", pinned=True).content().body
    assert await gateway.show(changed, ChatAddress(group), shown.external_id) == shown
    assert await gateway.show(changed, ChatAddress(group), shown.external_id) == shown
    assert api.state.message(group, message_id)["text"] == "4 questions"  # type: ignore[index]


async def test_a_view_that_somebody_deleted_is_shown_anew(
    api: RunningBotApi, gateway: TelegramGateway, group: int
) -> None:
    shown = await gateway.show(BONJOUR.content().body, ChatAddress(group), None)
    assert isinstance(shown, Sent)
    api.state.user_deletes(group, int(shown.external_id.rpartition(":")[2]))
    again = await gateway.show(BONJOUR.content().body, ChatAddress(group), shown.external_id)
    assert isinstance(again, Sent)
    assert again != shown


async def test_a_view_is_shown_even_where_we_may_not_pin(
    api: RunningBotApi, gateway: TelegramGateway, group: int
) -> None:
    api.state.faults.add(refused("not enough rights", method="pinChatMessage"))
    post = Post("text", "3 questions", pinned=True)
    assert isinstance(await gateway.show(post.content().body, ChatAddress(group), None), Sent)


async def test_a_topics_title_is_a_view(
    api: RunningBotApi, gateway: TelegramGateway, group: int
) -> None:
    shown = await gateway.show(Post("topic", "n° 1").content().body, ChatAddress(group), None)
    assert isinstance(shown, Sent)
    renamed = Post("topic", "✅ n° 1").content().body
    assert await gateway.show(renamed, ChatAddress(group), shown.external_id) == shown
    assert [topic["name"] for topic in api.state.topics(group)] == ["✅ n° 1"]


async def test_a_title_whose_topic_was_deleted_makes_no_topic_anew(
    api: RunningBotApi, gateway: TelegramGateway, group: int
) -> None:
    target = await sent(gateway, Post("topic", "n° 1"), ChatAddress(group))
    api.state.user_deletes_topic(group, number(target))
    renamed = Post("topic", "✅ n° 1").content().body
    assert await gateway.show(renamed, ChatAddress(group), target) == Sent(target)
    assert api.state.topics(group) == []


async def test_the_menu_differs_in_the_group(
    api: RunningBotApi, database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    house = await make_house(api, database, clock, tmp_path)
    async with house.adapter() as adapter:
        await adapter.set_menu()
    private, group = api.state.called("setMyCommands")
    assert '"actualite"' in str(private.parameters["commands"]).replace("'", '"')
    assert '"rencontre"' in str(group.parameters["commands"]).replace("'", '"')
    assert "rencontre" not in str(private.parameters["commands"])


async def findings(house: House, **changes: Any) -> dict[str, bool]:
    async with house.adapter(**changes) as adapter:
        return {finding.what: finding.ok for finding in await adapter.check()}


async def test_the_examination_says_what_is_wrong_and_what_to_do(
    api: RunningBotApi, database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    house = await make_house(api, database, clock, tmp_path)
    assert await findings(house) == {
        "the bot is @relais_bot": True,
        "it has topics": True,
        "the bot may manage topics": True,
        "the bot may delete messages": True,
        "the bot may pin messages": True,
        "the bot sees the group's messages": True,
    }
    api.state.set_member(
        house.group, int(TOKEN.partition(":")[0]), "administrator", can_manage_topics=False
    )
    assert (await findings(house))["the bot may not manage topics"] is False
    plain = api.state.add_group("Sans sujets", forum=False, bot_status="member")
    found = await findings(house, group_id=plain, mode="webhook")
    assert found["it has no topics"] is False
    assert found["webhook mode without a secret"] is False
    assert found["the bot may not pin messages"] is False
    elsewhere = await findings(house, group_id=-5)
    assert elsewhere["the group cannot be read: chat not found"] is False
    wrong = {**SETTINGS, "token": "1:wrong"}
    token = TelegramSettings.model_validate(wrong).token
    assert await findings(house, token=token) == {"the token is refused": False}
    nothing = await findings(house, api_url="http://127.0.0.1:9")
    assert nothing == {"the Bot API does not answer: ConnectError": False}
