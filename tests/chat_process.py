"""A process that receives and handles chat until it is killed: `python -m tests.chat_process`.

Its one argument is JSON: `database`, `words` (folder of templates) and `telegram` (settings).
"""

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path

from bot.telegram.adapter import TelegramAdapter
from bot.telegram.api import make_bot
from core.clock import FixedClock
from core.db import Database
from core.render import Renderer
from core.settings import Settings
from relais.schema import import_models
from tests.chat_room import Notes, make_room
from tests.conftest import MORNING
from tests.parts import COMMON, make_parts


async def main(given: dict[str, object]) -> None:
    import_models()
    database = Database(str(given["database"]))
    settings = Settings.model_validate({"telegram": given["telegram"]})
    parts = make_parts(database, FixedClock(MORNING), settings)
    parts = replace(parts, renderer=Renderer(COMMON, Path(str(given["words"]))))
    bot = make_bot(settings.telegram)
    adapter = TelegramAdapter(parts, [make_room(Notes())], bot, retry_first=0.01)
    stop = asyncio.Event()
    await asyncio.gather(adapter.receive(stop), adapter.work(stop))


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
