"""Updates: given again until confirmed, by asking or by webhook, and kept across a kill."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Update
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden

from core.serving import serving
from relais.sandbox.bot_api.application import serving_bot_api
from relais.sandbox.bot_api.errors import ImpossibleError
from relais.sandbox.bot_api.state import Attachment, State
from tests.bot_api import TOKEN, RunningBotApi, running_bot_api


@pytest.fixture
async def api() -> AsyncIterator[RunningBotApi]:
    async with running_bot_api() as api:
        yield api


def texts(updates: Sequence[Update]) -> list[str | None]:
    return [u.effective_message.text if u.effective_message else None for u in updates]


def say(api: RunningBotApi, *words: str) -> int:
    user_id = api.state.add_user("Ana", user_id=77)
    for word in words:
        api.state.user_sends(user_id, user_id, word)
    return user_id


async def test_updates_come_again_until_an_offset_confirms_them() -> None:
    async with running_bot_api() as api, api.bot() as bot:
        say(api, "un", "deux", "trois")
        first = await bot.get_updates()
        assert texts(first) == ["un", "deux", "trois"]
        assert texts(await bot.get_updates()) == ["un", "deux", "trois"]
        assert texts(await bot.get_updates(limit=2)) == ["un", "deux"]
        assert texts(await bot.get_updates(offset=first[0].update_id)) == ["un", "deux", "trois"]
        assert texts(await bot.get_updates(offset=first[0].update_id + 1)) == ["deux", "trois"]
        assert texts(await bot.get_updates()) == ["deux", "trois"]
        assert [u.update_id for u in first] == list(
            range(first[0].update_id, first[0].update_id + 3)
        )


async def test_a_negative_offset_forgets_all_but_the_last() -> None:
    async with running_bot_api() as api, api.bot() as bot:
        say(api, "un", "deux", "trois")
        assert texts(await bot.get_updates(offset=-2)) == ["deux", "trois"]
        assert texts(await bot.get_updates()) == ["deux", "trois"]
        assert texts(await bot.get_updates(offset=-9)) == ["deux", "trois"]


async def test_a_long_poll_waits_for_something_to_come() -> None:
    async with running_bot_api() as api, api.bot() as bot:
        assert await bot.get_updates(timeout=0) == ()
        waiting = asyncio.create_task(bot.get_updates(timeout=30))
        await api.state.wait_for(lambda: len(api.state.called("getUpdates")) == 2)
        assert not waiting.done()
        say(api, "enfin")
        assert texts(await waiting) == ["enfin"]


async def test_the_second_of_two_receivers_wins() -> None:
    async with running_bot_api() as api, api.bot() as bot:
        first = asyncio.create_task(bot.get_updates(timeout=30))
        await api.state.wait_for(lambda: api.state.called("getUpdates"))
        second = asyncio.create_task(bot.get_updates(timeout=30))
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await first
        say(api, "à toi")
        assert texts(await second) == ["à toi"]


async def test_a_closing_server_lets_its_receivers_go() -> None:
    async with running_bot_api() as api, api.bot() as bot:
        waiting = asyncio.create_task(bot.get_updates(timeout=30))
        await api.state.wait_for(lambda: api.state.called("getUpdates"))
        api.state.changes.close()
        assert await waiting == ()


async def test_only_the_kinds_asked_for_are_kept_and_it_is_remembered() -> None:
    async with running_bot_api() as api, api.bot() as bot:
        group = api.state.add_group("Animation")
        user_id = say(api)
        await bot.get_updates(allowed_updates=["my_chat_member", "chat_member"])
        say(api, "perdu")
        api.state.set_member(group, user_id, "member")
        api.state.user_blocks(user_id)
        await bot.get_updates()
        say(api, "perdu aussi")
        kinds = [set(u.to_dict()) - {"update_id"} for u in await bot.get_updates()]
        assert kinds == [{"chat_member"}, {"my_chat_member"}, {"my_chat_member"}]


async def test_members_are_not_told_of_unless_asked() -> None:
    async with running_bot_api() as api, api.bot() as bot:
        group, user_id = api.state.add_group("Animation"), say(api)
        api.state.set_member(group, user_id, "member")
        api.state.set_member(group, 1000, "member")
        (update,) = await bot.get_updates()
        assert update.my_chat_member is not None
        assert update.my_chat_member.new_chat_member.status == "member"


async def test_an_edit_is_an_update_and_the_first_version_stays_what_it_was() -> None:
    async with running_bot_api() as api, api.bot() as bot:
        user_id = say(api, "faute")
        message_id = api.state.messages(user_id)[0]["message_id"]
        api.state.user_edits(user_id, message_id, "corrigé")
        message, edit = await bot.get_updates()
        assert message.message is not None
        assert message.message.text == "faute"
        assert edit.edited_message is not None
        assert edit.edited_message.text == "corrigé"
        assert edit.edited_message.edit_date is not None
        mine = await bot.send_message(user_id, "à moi")
        with pytest.raises(ImpossibleError, match="their own"):
            api.state.user_edits(user_id, mine.message_id, "non")


async def test_updates_of_any_kind_can_be_pushed() -> None:
    async with running_bot_api() as api, api.bot() as bot:
        update_id = api.state.push_update({"poem": {"lines": 12}})
        raw = api.state.updates.pending(api.state.bots()[0])
        assert raw == [{"update_id": update_id, "poem": {"lines": 12}}]
        (parsed,) = await bot.get_updates()
        assert parsed.update_id == update_id


async def test_a_private_bot_hears_only_what_is_for_it() -> None:
    async with running_bot_api() as api, api.bot() as bot:
        api.state.add_bot(TOKEN, privacy=True)
        user_id = say(api)
        group = api.state.add_group("Animation", members=[user_id], bot_status="member")
        assert (await bot.get_me()).can_read_all_group_messages is False
        mine = await bot.send_message(group, "Bonjour à tous")
        api.state.user_sends(group, user_id, "entre nous")
        for words in ("/aide", "merci @relais_bot"):
            api.state.user_sends(group, user_id, words)
        api.state.user_sends(group, user_id, "une réponse", reply_to=mine.message_id)
        heard = texts(await bot.get_updates())
        assert heard == ["/aide", "merci @relais_bot", "une réponse"]
        api.state.set_member(group, 1000, "administrator")
        api.state.user_sends(group, user_id, "entre nous")
        assert texts(await bot.get_updates(offset=-1)) == ["entre nous"]


class Receiver:
    """A webhook that answers what it is told to, and keeps what it was given."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)
        self.got: list[tuple[str | None, str]] = []

    async def __call__(self, request: Request) -> Response:
        update = await request.json()
        status = self.answers.pop(0) if self.answers else 200
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        if status == 200:
            self.got.append((secret, update["message"]["text"]))
        return Response(status_code=status)

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/hook", self.__call__, methods=["POST"])])


async def test_a_webhook_gets_everything_in_order_and_again_until_it_accepts() -> None:
    receiver = Receiver(500, 404, 200, 503)
    async with serving(receiver.app()) as port, running_bot_api() as api, api.bot() as bot:
        say(api, "un", "deux")
        url = f"http://127.0.0.1:{port}/hook"
        await bot.set_webhook(url, secret_token="secret_1", max_connections=1)
        say(api, "trois")
        waiting = api.state.bots()[0]
        await api.state.wait_for(lambda: not api.state.updates.pending(waiting), 10)
        assert receiver.got == [("secret_1", "un"), ("secret_1", "deux"), ("secret_1", "trois")]
        info = await bot.get_webhook_info()
        assert (info.url, info.pending_update_count, info.max_connections) == (url, 0, 1)
        assert "503" in (info.last_error_message or "")
        with pytest.raises(Conflict, match="webhook is active"):
            await bot.get_updates()


async def test_a_webhook_that_nobody_serves_keeps_its_updates() -> None:
    async with running_bot_api() as api, api.bot() as bot:
        await bot.set_webhook("http://127.0.0.1:1/hook")
        say(api, "un")
        await api.state.wait_for(lambda: "last_error_date" in api.state.bots()[0]["webhook"])
        assert (await bot.get_webhook_info()).last_error_message == "Connection failed"
        await bot.delete_webhook()
        assert texts(await bot.get_updates()) == ["un"]
        await bot.set_webhook("http://127.0.0.1:1/hook", drop_pending_updates=True)
        await bot.set_webhook("")
        assert (await bot.get_webhook_info()).url == ""
        assert await bot.get_updates() == ()


async def test_a_webhook_must_be_well_formed() -> None:
    async with running_bot_api() as api, api.bot() as bot:
        with pytest.raises(BadRequest, match="url must be provided"):
            await bot.set_webhook("ftp://exemple.fr")
        with pytest.raises(BadRequest, match="unallowed characters"):
            await bot.set_webhook("https://exemple.fr", secret_token="é !")


async def test_a_state_can_be_served_again(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.add_bot(TOKEN)
    for _ in range(2):
        async with serving_bot_api(state) as root, RunningBotApi(root, state).bot() as bot:
            waiting = asyncio.create_task(bot.get_updates(timeout=30))
            await state.wait_for(lambda: state.called("getUpdates"))
            user_id = state.add_user("Ana", user_id=77)
            state.user_sends(user_id, user_id, "bonjour")
            (update,) = await waiting
            await bot.get_updates(offset=update.update_id + 1)
        state.calls.clear()
    state.close()


async def test_adding_the_same_people_again_changes_nothing_of_what_they_did(
    tmp_path: Path,
) -> None:
    def open_house(state: State) -> tuple[int, int]:
        agent = state.add_user("Ana", user_id=77, started=True)
        return agent, state.add_group("Animation", chat_id=-1009, members=[agent])

    async with running_bot_api(tmp_path) as api, api.bot() as bot:
        agent, group = open_house(api.state)
        pinned = await bot.send_message(group, "un")
        await bot.pin_chat_message(group, pinned.message_id)
        api.state.user_blocks(agent)
        api.state.set_member(group, agent, "left")
    async with running_bot_api(tmp_path) as api:
        assert open_house(api.state) == (agent, group)
        assert not api.state.is_present(agent, 1000)
        assert not api.state.is_present(group, agent)
        assert api.state.snapshot(group)["pinned"] == [pinned.message_id]
        assert [chat["id"] for chat in api.state.chats()] == [group, agent]


SERVER = """
import asyncio, sys
from pathlib import Path
from relais.sandbox.bot_api.application import serving_bot_api
from relais.sandbox.bot_api.state import Attachment, State

async def main():
    state = State(Path(sys.argv[1]))
    state.add_bot(sys.argv[2])
    state.add_user("Ana", user_id=77, started=True)
    state.user_sends(77, 77, "avant")
    async with serving_bot_api(state) as root:
        print(root, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_kill_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVER, str(tmp_path), TOKEN, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    root = (await process.stdout.readline()).decode().strip()
    async with httpx.AsyncClient(trust_env=False) as client:
        for number in range(20):
            values = {"chat_id": 77, "text": f"n° {number}"}
            answer = await client.post(f"{root}/bot{TOKEN}/sendMessage", json=values)
            assert answer.status_code == 200
        upload = {"document": ("note.txt", b"contenu")}
        sent = await client.post(
            f"{root}/bot{TOKEN}/sendDocument", data={"chat_id": "77"}, files=upload
        )
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    async with running_bot_api(tmp_path) as api, api.bot() as bot:
        assert texts(await bot.get_updates()) == ["avant"]
        words = [m["text"] for m in api.state.messages(77) if "text" in m]
        assert words == ["avant", *(f"n° {number}" for number in range(20))]
        last = api.state.messages(77)[-1]["message_id"]
        assert (await bot.send_message(77, "après")).message_id == last + 1
        file = await bot.get_file(sent.json()["result"]["document"]["file_id"])
        assert await file.download_as_bytearray() == b"contenu"


async def test_waiting_says_when_it_was_in_vain() -> None:
    async with running_bot_api() as api:
        with pytest.raises(TimeoutError, match="still not true"):
            await api.state.wait_for(lambda: False, 0.01)


async def test_a_bot_put_into_a_group_hears_so_and_hears_that_it_left(api: RunningBotApi) -> None:
    stranger = api.state.add_user("Zoé")
    async with api.bot() as bot:
        strange = api.state.user_adds_bots(stranger, "Voisins")
        channel = api.state.user_adds_bots_to_channel(stranger)
        joined, service, into_channel = await bot.get_updates()
        assert joined.my_chat_member is not None
        assert joined.my_chat_member.chat.id == strange
        assert joined.my_chat_member.from_user.id == stranger
        assert joined.my_chat_member.new_chat_member.status == "member"
        assert service.message is not None
        assert [user.id for user in service.message.new_chat_members] == [bot.id]
        assert into_channel.my_chat_member is not None
        assert into_channel.my_chat_member.chat.type == "channel"
        assert into_channel.my_chat_member.chat.id == channel
        assert await bot.leave_chat(strange)
        (left,) = await bot.get_updates(offset=into_channel.update_id + 1)
        assert left.my_chat_member is not None
        assert left.my_chat_member.new_chat_member.status == "left"
        with pytest.raises(Forbidden, match="not a member"):
            await bot.send_message(strange, "encore là ?")


async def test_a_group_that_became_another_refuses_with_its_new_number(api: RunningBotApi) -> None:
    marc = api.state.add_user("Marc")
    group = api.state.add_group("Animation", forum=False, administrators=[marc])
    async with api.bot() as bot:
        moved = api.state.group_becomes_another(group, marc)
        with pytest.raises(ChatMigrated) as raised:
            await bot.send_message(group, "Bonjour")
        assert raised.value.new_chat_id == moved
        assert (await bot.send_message(moved, "Bonjour")).chat_id == moved
        told = [update.message for update in await bot.get_updates() if update.message]
    assert [message.migrate_to_chat_id for message in told if message.migrate_to_chat_id] == [moved]
    assert api.state.member(moved, marc)["status"] == "administrator"


async def test_a_file_may_claim_to_weigh_more_than_bots_may_fetch(api: RunningBotApi) -> None:
    user = api.state.add_user("Inès", started=True)
    film = Attachment("video", b"a film", "film.mp4", size=45_000_000)
    api.state.user_sends(user, user, file=film)
    async with api.bot() as bot:
        (update,) = await bot.get_updates()
        assert update.message is not None
        assert update.message.video is not None
        assert update.message.video.file_size == 45_000_000
        with pytest.raises(BadRequest, match="too big"):
            await bot.get_file(update.message.video.file_id)
        again = await bot.send_video(user, update.message.video.file_id)
    assert again.video is not None, "it can be relayed all the same"
