"""The bytes of what was sent in chat, fetched by the bot over HTTP."""

from collections.abc import AsyncIterator

import pytest

from bot.telegram.api import RelaisBot, make_bot
from bot.telegram.files import TelegramFiles
from core.errors import FileError
from core.files import NoFiles
from core.settings import TelegramSettings
from relais.sandbox.bot_api.faults import Fault, broken, too_many
from relais.sandbox.bot_api.methods import chats
from relais.sandbox.bot_api.state import Attachment
from tests.bot_api import TOKEN, RunningBotApi, running_bot_api

PICTURE = b"\x89PNG\r\n\x1a\n what is in it does not matter"


@pytest.fixture
async def api() -> AsyncIterator[RunningBotApi]:
    async with running_bot_api() as api:
        yield api


def bot_of(api: RunningBotApi, token: str = TOKEN) -> RelaisBot:
    given = {"token": token, "api_url": api.root, "timeout": 2, "per_second": 0}
    return make_bot(TelegramSettings.model_validate({**given, "group_per_minute": 0}))


@pytest.fixture
async def files(api: RunningBotApi) -> AsyncIterator[TelegramFiles]:
    bot = bot_of(api)
    yield TelegramFiles(bot)
    await bot.shutdown()


def sent(api: RunningBotApi) -> str:
    """Send a photo in private, and return the handle that the bot gets."""
    agent = api.state.add_user("Inès", started=True)
    message = api.state.user_sends(agent, agent, file=Attachment("photo", PICTURE))
    found = api.state.message(agent, message)
    assert found is not None
    return str(found["photo"][-1]["file_id"])


async def test_a_file_is_fetched_as_it_was_sent(api: RunningBotApi, files: TelegramFiles) -> None:
    handle = sent(api)
    assert await files.fetch(handle) == PICTURE
    assert await files.fetch(handle) == PICTURE, "as often as wanted"


async def test_a_file_that_telegram_does_not_have_is_not_asked_for_again(
    files: TelegramFiles,
) -> None:
    with pytest.raises(FileError) as raised:
        await files.fetch("nothing")
    assert raised.value.permanent


async def test_a_file_that_grew_too_big_is_refused(
    api: RunningBotApi, files: TelegramFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = sent(api)
    monkeypatch.setattr(chats, "DOWNLOAD_LIMIT", 3)
    with pytest.raises(FileError) as raised:
        await files.fetch(handle)
    assert raised.value.permanent


@pytest.mark.parametrize("fault", [broken(502, method="getFile"), too_many(1, method="getFile")])
async def test_trouble_can_be_waited_out(
    api: RunningBotApi, files: TelegramFiles, fault: Fault
) -> None:
    handle = sent(api)
    api.state.faults.add(fault)
    with pytest.raises(FileError) as raised:
        await files.fetch(handle)
    assert not raised.value.permanent
    assert await files.fetch(handle) == PICTURE


async def test_a_refused_token_can_be_mended(api: RunningBotApi) -> None:
    handle = sent(api)
    bot = bot_of(api, "1001:another")
    with pytest.raises(FileError) as raised:
        await TelegramFiles(bot).fetch(handle)
    assert not raised.value.permanent
    assert TOKEN not in str(raised.value)
    await bot.shutdown()


async def test_without_a_chat_there_is_no_file() -> None:
    with pytest.raises(FileError):
        await NoFiles().fetch("anything")
