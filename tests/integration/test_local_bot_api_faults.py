"""Files, and what goes wrong: refusals, waits, slow answers and cut connections."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from telegram import InputMediaDocument, InputMediaPhoto, Message
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut
from telegram.ext import ExtBot

from relais.sandbox.bot_api.errors import ImpossibleError
from relais.sandbox.bot_api.faults import RateLimit, broken, cut, refused, slow, too_many
from relais.sandbox.bot_api.state import Attachment, State
from tests.bot_api import TOKEN, RunningBotApi, running_bot_api


@dataclass(frozen=True)
class Scene:
    """An agent who started the bot."""

    api: RunningBotApi
    state: State
    bot: ExtBot[None]
    agent: int

    def texts(self) -> list[str]:
        return [m["text"] for m in self.state.messages(self.agent)]


@pytest.fixture(autouse=True)
def durations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the library for the future type of `retry_after`: it warns about the present one."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with running_bot_api() as api, api.bot() as bot:
        yield Scene(api, api.state, bot, api.state.add_user("Ana", started=True))


# --- files ---------------------------------------------------------------------------------------


async def test_a_document_goes_up_and_comes_down(scene: Scene) -> None:
    sent = await scene.bot.send_document(
        scene.agent, b"%PDF", filename="note d'été.pdf", caption="<b>lire</b>", parse_mode="HTML"
    )
    assert sent.document is not None
    assert sent.document.file_name == "note d'été.pdf"
    assert sent.document.mime_type == "application/pdf"
    assert (sent.caption, sent.caption_entities[0].type) == ("lire", "bold")
    file = await scene.bot.get_file(sent.document.file_id)
    assert await file.download_as_bytearray() == b"%PDF"
    again = await scene.bot.send_document(scene.agent, sent.document.file_id)
    assert again.document is not None
    assert again.document.file_unique_id == sent.document.file_unique_id
    (view,) = scene.state.snapshot(scene.agent)["topics"][0]["messages"][0]["files"]
    assert (view["name"], view["size"]) == ("note d'été.pdf", 4)


async def test_every_kind_of_file_is_sent_and_received(scene: Scene) -> None:
    sent: list[Message] = [
        await scene.bot.send_photo(scene.agent, b"p"),
        await scene.bot.send_voice(scene.agent, b"v"),
        await scene.bot.send_audio(scene.agent, b"a", filename="a.mp3"),
        await scene.bot.send_video(scene.agent, b"w", filename="w.mp4"),
    ]
    assert sent[0].photo
    assert sent[1].voice
    assert sent[2].audio
    assert sent[3].video
    for kind in ("photo", "document", "voice", "audio", "video"):
        file = Attachment(kind, b"bytes", f"f.{kind}")
        scene.state.user_sends(scene.agent, scene.agent, "légende", file=file)
    messages = [u.message for u in await scene.bot.get_updates()]
    assert [m and m.caption for m in messages] == ["légende"] * 5
    last = messages[0]
    assert last is not None
    file_down = await scene.bot.get_file(last.photo[-1].file_id)
    assert await file_down.download_as_bytearray() == b"bytes"
    with pytest.raises(ImpossibleError, match="unknown kind"):
        scene.state.user_sends(scene.agent, scene.agent, file=Attachment("sticker", b""))
    with pytest.raises(ImpossibleError, match="empty message"):
        scene.state.user_sends(scene.agent, scene.agent, "  ")


async def test_an_album_is_several_messages_of_one_group(scene: Scene) -> None:
    album = [InputMediaPhoto(b"un", caption="vue"), InputMediaPhoto(b"deux")]
    sent = await scene.bot.send_media_group(scene.agent, album)
    assert [m.caption for m in sent] == ["vue", None]
    assert len({m.media_group_id for m in sent}) == 1
    assert [v["album"] for v in scene.state.snapshot(scene.agent)["topics"][0]["messages"]] == [
        sent[0].media_group_id
    ] * 2
    with pytest.raises(BadRequest, match="Wrong number of media"):
        await scene.bot.send_media_group(scene.agent, [InputMediaDocument(b"seul")])


async def test_an_album_of_a_person_comes_as_one_group(scene: Scene) -> None:
    for name in ("un.jpg", "deux.jpg"):
        file = Attachment("photo", b"x", name)
        scene.state.user_sends(scene.agent, scene.agent, file=file, album="7")
    updates = await scene.bot.get_updates()
    assert [u.message and u.message.media_group_id for u in updates] == ["7", "7"]


async def test_a_copy_of_a_file_takes_another_caption(scene: Scene) -> None:
    file = Attachment("voice", b"x")
    source = scene.state.user_sends(scene.agent, scene.agent, "avant", file=file)
    await scene.bot.copy_message(scene.agent, scene.agent, source)
    await scene.bot.copy_message(scene.agent, scene.agent, source, caption="après")
    assert [m["caption"] for m in scene.state.messages(scene.agent)] == ["avant", "avant", "après"]


async def test_files_have_rules(scene: Scene) -> None:
    sent = await scene.bot.send_document(scene.agent, b"x", filename="x.txt")
    assert sent.document is not None
    with pytest.raises(BadRequest, match="Can't use file of type document as photo"):
        await scene.bot.send_photo(scene.agent, sent.document.file_id)
    with pytest.raises(BadRequest, match="Wrong file identifier"):
        await scene.bot.send_photo(scene.agent, "no such file")
    with pytest.raises(BadRequest, match="Failed to get http url content"):
        await scene.bot.send_photo(scene.agent, "https://exemple.fr/a.jpg")
    with pytest.raises(BadRequest, match="File must be non-empty"):
        await scene.bot.send_document(scene.agent, b"", filename="vide.txt")
    with pytest.raises(BadRequest, match="caption is too long"):
        await scene.bot.send_document(scene.agent, b"x", filename="x.txt", caption="x" * 1025)
    with pytest.raises(BadRequest, match="Wrong file_id"):
        await scene.bot.get_file("no such file")
    async with httpx.AsyncClient(trust_env=False) as client:
        url = f"{scene.api.base_url}{TOKEN}/sendPhoto"
        answer = await client.post(url, json={"chat_id": scene.agent})
    assert answer.json()["description"] == "Bad Request: there is no photo in the request"


async def test_a_file_of_more_than_20_mb_is_received_but_not_downloaded(scene: Scene) -> None:
    big = Attachment("document", bytes(20 * 1024 * 1024 + 1), "gros.bin")
    scene.state.user_sends(scene.agent, scene.agent, file=big)
    (update,) = await scene.bot.get_updates()
    assert update.message is not None
    assert update.message.document is not None
    with pytest.raises(BadRequest, match="File is too big"):
        await scene.bot.get_file(update.message.document.file_id)


async def test_a_file_is_only_for_bots_that_are_known(scene: Scene) -> None:
    sent = await scene.bot.send_document(scene.agent, b"x", filename="x.txt")
    assert sent.document is not None
    file = await scene.bot.get_file(sent.document.file_id)
    assert file.file_path is not None
    with pytest.raises(InvalidToken):
        await scene.bot.request.retrieve(file.file_path.replace(TOKEN, "9:wrong"))


# --- faults --------------------------------------------------------------------------------------


async def test_a_refusal_on_demand_does_nothing(scene: Scene) -> None:
    add = scene.state.faults.add
    add(too_many(7, method="sendMessage"))
    add(refused("bot was blocked by the user", code=403, method="sendMessage"))
    add(refused("message thread not found", method="sendMessage"))
    add(broken(502, method="sendMessage"))
    with pytest.raises(RetryAfter) as wait:
        await scene.bot.send_message(scene.agent, "un")
    assert wait.value.retry_after == timedelta(seconds=7)
    with pytest.raises(Forbidden, match="blocked"):
        await scene.bot.send_message(scene.agent, "un")
    with pytest.raises(BadRequest, match="Message thread not found"):
        await scene.bot.send_message(scene.agent, "un")
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await scene.bot.send_message(scene.agent, "un")
    await scene.bot.send_message(scene.agent, "deux")
    assert scene.texts() == ["deux"]
    assert [c.status for c in scene.state.called("sendMessage")] == [429, 403, 400, 502, 200]


async def test_a_connection_cut_before_did_nothing(scene: Scene) -> None:
    scene.state.faults.add(cut(done=False, method="sendMessage", chat_id=scene.agent))
    with pytest.raises(NetworkError):
        await scene.bot.send_message(scene.agent, "un")
    assert scene.texts() == []
    assert [c.status for c in scene.state.called("sendMessage")] == [0]
    await scene.bot.send_message(scene.agent, "deux")
    assert scene.texts() == ["deux"]


async def test_a_connection_cut_after_did_it_and_the_caller_never_hears(scene: Scene) -> None:
    scene.state.faults.add(cut(done=True, method="sendMessage"))
    with pytest.raises(NetworkError):
        await scene.bot.send_message(scene.agent, "un")
    assert scene.texts() == ["un"]


async def test_a_slow_answer_comes_after_the_work_or_before_it(scene: Scene) -> None:
    scene.state.faults.add(slow(60, done=True, method="sendMessage"))
    scene.state.faults.add(slow(60, done=False, method="sendMessage"))
    with pytest.raises(TimedOut):
        await scene.bot.send_message(scene.agent, "un", read_timeout=0.1)
    assert scene.texts() == ["un"]
    with pytest.raises(TimedOut):
        await scene.bot.send_message(scene.agent, "deux", read_timeout=0.1)
    assert scene.texts() == ["un"]


async def test_a_short_wait_is_only_a_wait(scene: Scene) -> None:
    scene.state.faults.add(slow(0.01, done=False), times=2)
    await asyncio.gather(*(scene.bot.send_message(scene.agent, text) for text in "ab"))
    assert sorted(scene.texts()) == ["a", "b"]


async def test_a_stated_limit_is_held() -> None:
    async with running_bot_api(rate_limit=RateLimit(group_per_minute=2)) as api, api.bot() as bot:
        group = api.state.add_group("Animation")
        await bot.send_message(group, "un")
        sent = await bot.send_message(group, "deux")
        with pytest.raises(RetryAfter):
            await bot.edit_message_text("trois", group, sent.message_id)
        assert await bot.delete_message(group, sent.message_id)
