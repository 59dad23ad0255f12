"""The network on a served Bot API: what people read, press and no longer find there."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from bot.network.models import SolicitationReply
from bot.telegram.answers import Answer
from bot.telegram.api import RelaisBot, make_bot
from bot.telegram.gateway import TelegramGateway
from bot.telegram.posting import send_post
from core.chat import Post
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import ChatAddress
from core.reference import Party
from core.settings import Settings
from relais.sandbox.bot_api.state import Attachment
from tests.bot_api import TOKEN, running_bot_api
from tests.desk import HOLD, Played, _work
from tests.hotline import CLAIRE, GROUP, JEANNE
from tests.network import ODILE, Network, key, open_network

ASKED = "Que faire d’un hôtel vide & fermé <depuis 2019> ?"
GITE = "Un gîte. Voir <https://gite.example>"


@dataclass
class Scene:
    """The network, with what Telegram's side has of it."""

    network: Network
    played: Played
    bot: RelaisBot
    thread: int

    async def show(self, answers: Sequence[Answer]) -> Sequence[Answer]:
        """Send what answers somebody, as the adapter would; refuse what Telegram would."""
        for answer in answers:
            if answer.kind in {"message", "redraw"}:
                place = ChatAddress(answer.chat_id, answer.thread_id)
                await send_post(
                    self.bot, Post("text", answer.text, keyboard=answer.keyboard), place
                )
        return answers

    async def in_topic(self, data: Any) -> Sequence[Answer]:
        return await self.show(await self.network.press(JEANNE, data, GROUP, self.thread))

    def in_group(self) -> list[dict[str, Any]]:
        return [each for said in self.played.seen(GROUP).values() for each in said]


@pytest.fixture
async def scene(database: Database, clock: FixedClock) -> AsyncIterator[Scene]:
    async with running_bot_api(clock=clock) as api:
        for account, name in ((CLAIRE, "Claire"), (JEANNE, "Jeanne"), (ODILE, "Odile")):
            api.state.add_user(name, user_id=account, started=True)
        api.state.add_group("Animation", chat_id=GROUP, forum=True, administrators=[JEANNE])
        thread = api.state.user_creates_topic(GROUP, JEANNE, "Question n° 5")
        desk = api.state.user_creates_topic(GROUP, JEANNE, "Propositions")
        telegram = {
            "token": TOKEN,
            "api_url": api.root,
            "desk_thread_id": desk,
            "per_second": 0,
            "group_per_minute": 0,
            "chat_per_second": 0,
        }
        network = await open_network(database, clock, telegram)
        settings = Settings.model_validate({"telegram": {**telegram, "group_id": GROUP}})
        bot = make_bot(settings.telegram)
        gateway = TelegramGateway(make_bot(settings.telegram), "(renvoyé)", connections=1)
        work = await _work(network.hotline, gateway)
        yield Scene(network, Played(network.hotline, api, work, gateway), bot, thread)
        await gateway.close()
        await bot.shutdown()


def reads(message: dict[str, Any]) -> str:
    return str(message["text"]).replace("\u00a0", " ")


async def test_a_question_goes_round_and_its_answer_comes_home(scene: Scene) -> None:
    network, played = scene.network, scene.played
    await network.agrees(ODILE, "asked-1", "contact-1")
    await scene.show(await network.say(ODILE, "/entraide"))
    asked = await scene.in_topic(
        await network.question(thread_id=scene.thread, text="?", theme_id=None)
    )
    number = await network.arrived(asked)
    preview = await scene.show(
        await network.say(JEANNE, ASKED, GROUP, thread=scene.thread, reply_to=number)
    )
    await scene.in_topic(key(preview, "Envoyer"))
    await played.deliver()
    received = played.seen(ODILE)
    [message] = [each for said in received.values() for each in said if ASKED in each["text"]]
    assert reads(message).startswith("Un territoire du réseau se pose cette question\n\n" + ASKED)
    await scene.show(await network.say(ODILE, GITE, reply_to=message["message_id"]))
    await played.deliver()
    [reply] = [each for each in scene.in_group() if reads(each).endswith(GITE)]
    assert reads(reply).startswith("Réponse du réseau · Odile Vernhet, Volcans de Chambrelle\n")
    assert reply["thread_id"] == scene.thread
    [[forward]] = reply["buttons"]
    note = await scene.in_topic(forward["callback_data"])
    await scene.in_topic(key(note, "Envoyer à l’agent"))
    network.clock.set(network.clock.now() + HOLD)
    await played.deliver()
    [answer] = [each for each in played.private(CLAIRE) if GITE in each]
    assert "Odile Vernhet (odile@chambrelle.example), du réseau, vous répond :" in answer


async def test_what_somebody_said_is_removed_from_the_group_with_them(scene: Scene) -> None:
    network, played = scene.network, scene.played
    await network.agrees(ODILE, "asked-1")
    asked = await scene.in_topic(await network.question(thread_id=scene.thread))
    await scene.in_topic(key(asked, "Envoyer"))
    await played.deliver()
    [[message]] = played.seen(ODILE).values()
    await network.say(ODILE, GITE, reply_to=message["message_id"])
    data = Attachment("document", b"%PDF 1.4", "guide.pdf", "application/pdf")
    sent = played.api.state.user_sends(ODILE, ODILE, file=data)
    [found] = [each for each in played.api.state.messages(ODILE) if each["message_id"] == sent]
    form = await network.say(ODILE, "/proposer")
    form = await network.press(ODILE, key(form, "Un document"))
    form = await network.say(ODILE, "Notre guide", file=found["document"])
    await network.press(ODILE, key(form, "Non"))
    await played.deliver()
    standing = [reads(each) for each in scene.in_group()]
    assert any(GITE in said for said in standing)
    assert any("Odile" in said for said in standing)
    assert any(said == "Proposition n° 1" for said in standing), "the document itself"
    erase = network.room.personal_data
    assert erase is not None
    async with network.database.write() as session:
        await erase.erase(session, Party("person", "11"))
    await played.deliver()
    standing = [reads(each) for each in scene.in_group()]
    assert not any(GITE in said or "Proposition" in said for said in standing)
    assert await network.count(SolicitationReply, SolicitationReply.text != "") == 0
