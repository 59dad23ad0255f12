"""A file that came by mail, shown in chat: uploaded from where it is kept."""

from collections.abc import AsyncIterator

import pytest

from bot.telegram.api import make_bot
from bot.telegram.gateway import TelegramGateway
from core.chat import KEPT, File, Post
from core.ledger.draft import Channel, ChatAddress, Parcel, Refused, Sent
from core.reference import Party, Reference
from core.settings import TelegramSettings
from tests.bot_api import TOKEN, RunningBotApi, running_bot_api

SETTINGS = {"token": TOKEN, "per_second": 0, "group_per_minute": 0, "chat_per_second": 0}
BYTES = {"a1": b"%PDF bail"}


@pytest.fixture
async def api() -> AsyncIterator[RunningBotApi]:
    async with running_bot_api() as api:
        yield api


async def kept(key: str) -> bytes | None:
    return BYTES.get(key)


async def send(api: RunningBotApi, key: str) -> Sent | Refused:
    settings = TelegramSettings.model_validate({**SETTINGS, "api_url": api.root})
    gateway = TelegramGateway(make_bot(settings), "(renvoyé)", 1, kept)
    file = File("document", f"{KEPT}{key}", key, "Bail.pdf", "application/pdf", 9)
    parcel = Parcel(
        id=1,
        kind="hotline.relay",
        slot="s",
        recipient=Party("question", "1"),
        cause=Reference("hotline", "question", "1"),
        channel=Channel.CHAT,
        body=Post("file", "Question n° 1", (), file=file).content().body,
        values={},
        stream=None,
        attempt=1,
        resent=False,
    )
    chat = api.state.add_user("Inès", started=True)
    outcome = await gateway.send(parcel, ChatAddress(chat))
    await gateway.close()
    assert isinstance(outcome, Sent | Refused)
    return outcome


async def test_it_is_uploaded_under_its_name(api: RunningBotApi) -> None:
    outcome = await send(api, "a1")
    assert isinstance(outcome, Sent)
    chat, _, number = outcome.external_id.partition(":")
    shown = api.state.message(int(chat), int(number))
    assert shown is not None
    assert shown["document"]["file_name"] == "Bail.pdf"
    assert shown["caption"] == "Question n° 1"


async def test_what_is_not_kept_any_more_is_refused(api: RunningBotApi) -> None:
    assert await send(api, "b2") == Refused("the file is not kept any more")
