"""Files that take long to make: made once all is committed, and never lost without a word."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from core.chat import TOO_BIG
from core.clock import FixedClock
from core.db import Database
from relais.sandbox.bot_api.faults import too_many
from tests.bot_api import running_bot_api
from tests.chat_room import House, make_house, rows, running

SORRY = "Désolé, ce document n’a pas pu être établi. Merci de le demander de nouveau."


@pytest.fixture
async def house(database: Database, clock: FixedClock, tmp_path: Path) -> AsyncIterator[House]:
    async with running_bot_api() as api:
        yield await make_house(api, database, clock, tmp_path / "words")


def ours(house: House) -> list[dict[str, Any]]:
    """Return the bot's messages to the agent."""
    return [m for m in house.api.state.messages(house.agent) if m["from"]["is_bot"]]


async def asked(house: House) -> list[dict[str, Any]]:
    """Ask for the paper; return what answered."""
    async with running(house):
        house.api.state.user_sends(house.agent, house.agent, "/papier")
    return ours(house)


async def test_a_file_is_made_when_nobody_waits_for_the_database(house: House) -> None:
    loop = asyncio.get_running_loop()

    async def write() -> int:
        async with house.parts.database.write():
            return len(await house.acts("printed"))

    def printed() -> bytes:
        done = asyncio.run_coroutine_threadsafe(write(), loop).result(10)
        return f"%PDF {done}".encode()

    house.notes.printed = printed
    (message,) = await asked(house)
    assert (message["caption"], message["document"]["file_name"]) == (
        "Voici vos données.", "papier.pdf",
    )  # fmt: skip
    assert house.api.state.file_bytes(message["document"]["file_id"]) == b"%PDF 1"
    (row,) = await rows(house)
    assert row.replies == []


async def test_a_file_made_that_could_not_leave_is_sent_later_as_it_was(house: House) -> None:
    times = iter((b"%PDF first", b"%PDF second"))
    house.notes.printed = times.__next__
    house.api.state.faults.add(too_many(1, method="sendDocument"))
    (message,) = await asked(house)
    assert house.api.state.file_bytes(message["document"]["file_id"]) == b"%PDF first"


@pytest.mark.parametrize("made", [None, b"", bytes(TOO_BIG + 1), RuntimeError("no font")])
async def test_a_file_that_cannot_be_made_is_said(
    house: House, made: bytes | Exception | None
) -> None:
    def printed() -> bytes | None:
        if isinstance(made, Exception):
            raise made
        return made

    house.notes.printed = printed
    (message,) = await asked(house)
    assert message["text"] == SORRY
    assert len(await house.acts("printed")) == 1, "what was decided stands"


async def test_a_file_that_a_crash_left_unmade_is_to_be_asked_for_again(house: House) -> None:
    house.api.state.user_sends(house.agent, house.agent, "/papier")
    await house.killed_at("inbox.after_commit")
    assert ours(house) == []
    async with running(house, lease=0.2):
        house.api.state.user_sends(house.agent, house.agent, "Bonjour")
    assert SORRY in "\n".join(message.get("text", "") for message in ours(house))
    assert len(await house.acts("printed")) == 1
