"""The life of an answer as people press and type it, through the real bot and the ledger."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.telegram.adapter import TelegramAdapter
from bot.telegram.api import make_bot
from core.clock import FixedClock, SystemClock
from core.db import Database
from core.ledger.dispatcher import Dispatcher
from core.ledger.draft import Channel
from core.settings import LedgerSettings, TelegramSettings
from tests.answers import ANSWERED, KARIM, ODILE, QUESTION, Desk, open_base
from tests.bot_api import TOKEN, RunningBotApi, running_bot_api
from tests.hotline import CLAIRE, GROUP, JEANNE
from tests.parts import make_parts


@dataclass
class Phones:
    """What each person sees on their telephone, and does there."""

    api: RunningBotApi

    def last(self, chat: int) -> dict[str, Any]:
        """Return the last message of the bot in a chat."""
        said = [each for each in self.api.state.messages(chat) if each["from"]["is_bot"]]
        return dict(said[-1]) if said else {}

    def labels(self, chat: int) -> list[str]:
        rows = self.last(chat).get("reply_markup", {}).get("inline_keyboard", [])
        return [button["text"] for row in rows for button in row]

    async def sees(self, chat: int, words: str) -> str:
        """Wait until the last message of the bot in a chat says something; return it whole."""

        def said() -> str:
            message = self.last(chat)
            return str(message.get("text", message.get("caption", "")))

        await self.until(lambda: words in said())
        return said()

    async def press(self, chat: int, who: int, label: str) -> str:
        """Press a button of the last message; return the notice that answered."""
        message = self.last(chat)
        rows = message["reply_markup"]["inline_keyboard"]
        [data] = [b["callback_data"] for row in rows for b in row if b["text"] == label]
        press = self.api.state.user_presses(chat, message["message_id"], who, data)
        await self.until(lambda: bool(self.api.state.answers(press)))
        return str(self.api.state.answers(press)[0].get("text", ""))

    async def until(self, condition: Callable[[], bool]) -> None:
        await self.api.state.wait_for(condition, 60.0)


@contextlib.asynccontextmanager
async def living(api: RunningBotApi, database: Database, desk: Desk) -> AsyncIterator[None]:
    """Run the adapter and the ledger's dispatcher while the block runs."""
    telegram = TelegramSettings.model_validate(
        {
            "token": TOKEN,
            "api_url": api.root,
            "group_id": GROUP,
            "per_second": 0,
            "group_per_minute": 0,
            "chat_per_second": 0,
            "poll_timeout": 1,
            "timeout": 5,
        }
    )
    clock, room = desk.hotline.clock, desk.hotline.room
    parts = make_parts(database, clock)
    parts = replace(parts, settings=parts.settings.model_copy(update={"telegram": telegram}))
    bot = make_bot(telegram)
    adapter = TelegramAdapter(parts, [room], bot)
    dispatcher = Dispatcher(
        database,
        {Channel.CHAT: adapter.gateway()},
        {kind.name: kind for kind in room.deliveries},
        clock,
        SystemClock(),
        LedgerSettings(),
        random.SystemRandom(),
        "tests",
        prepare_view=dict(room.views),
    )
    stop = asyncio.Event()
    loops = [asyncio.create_task(run(stop)) for run in (adapter.receive, adapter.work)]
    loops.append(asyncio.create_task(dispatcher.run(stop)))
    try:
        yield
    finally:
        stop.set()
        ended = await asyncio.gather(*loops, return_exceptions=True)
        await bot.shutdown()
        assert [each for each in ended if isinstance(each, Exception)] == []


@pytest.fixture
async def phones() -> AsyncIterator[Phones]:
    async with running_bot_api() as api:
        for name, user_id in (
            ("Claire", CLAIRE),
            ("Jeanne", JEANNE),
            ("Karim", KARIM),
            ("Odile", ODILE),
        ):
            api.state.add_user(name, user_id=user_id, started=True)
        api.state.add_group("Animation", chat_id=GROUP, administrators=[JEANNE, KARIM])
        yield Phones(api)


async def test_an_answer_is_drafted_judged_and_read(
    phones: Phones, database: Database, clock: FixedClock
) -> None:
    desk = Desk(await open_base(database, clock, board=None))
    await desk.propose()
    state = phones.api.state
    async with living(phones.api, database, desk):
        state.user_sends(JEANNE, JEANNE, "/reponses")
        await phones.sees(JEANNE, "Aucune réponse validée pour le moment.")
        await phones.press(JEANNE, JEANNE, "Projets de réponse (1)")
        await phones.sees(JEANNE, "Choisissez un projet.")
        await phones.press(JEANNE, JEANNE, phones.labels(JEANNE)[0])
        await phones.sees(JEANNE, "Passages signalés")
        await phones.press(JEANNE, JEANNE, "Modifier la question")
        await phones.sees(JEANNE, "Écrivez la question, telle que les agents la liront.")
        state.user_sends(JEANNE, JEANNE, QUESTION)
        card = await phones.sees(JEANNE, QUESTION)
        assert "Passages signalés" not in card
        await phones.press(JEANNE, JEANNE, "Soumettre à validation")
        assert "à valider" in await phones.sees(JEANNE, "à valider")
        await phones.press(JEANNE, JEANNE, "Demander à une personne-ressource")
        await phones.sees(JEANNE, "À qui soumettre cette réponse")
        await phones.press(JEANNE, JEANNE, "Odile Vernhet")
        await phones.sees(JEANNE, "La réponse est soumise à Odile Vernhet.")
        await phones.sees(ODILE, "Jeanne Roche souhaite votre avis")
        await phones.sees(GROUP, "Une autre personne la valide.")
        assert (await phones.press(GROUP, JEANNE, "Valider")).startswith("Vous avez rédigé")
        assert (await phones.press(GROUP, KARIM, "Valider")).startswith("La réponse est validée")
        await phones.sees(GROUP, "État du droit au 23/11/2026")
        late = await phones.press(ODILE, ODILE, "Valider")
        assert late.startswith("Cette réponse n’est plus à valider")
        state.user_sends(CLAIRE, CLAIRE, "/reponses taxe logements vacants")
        await phones.sees(CLAIRE, "Les réponses validées les plus proches")
        await phones.press(CLAIRE, CLAIRE, QUESTION)
        await phones.sees(CLAIRE, ANSWERED)
        assert "reply_markup" not in phones.last(CLAIRE)
        state.user_sends(JEANNE, JEANNE, "/reponses")
        await phones.sees(JEANNE, "Choisissez un thème.")
        await phones.press(JEANNE, JEANNE, "Exporter (JSON)")
        await phones.sees(JEANNE, "La base de réponses")
        assert phones.last(JEANNE)["document"]["file_name"] == "reponses-2026-11-23.json"
