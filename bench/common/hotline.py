"""The hotline as benchmarks run it: its agents, a configuration without limits, its loops."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from bench.common.bot_api import FIRST_AGENT, GROUP, TOKEN
from core.parts import Parts
from core.people.models import Account, Membership, Person, Territory
from core.people.roles import Role
from core.people.store import TELEGRAM
from core.settings import DatabaseSettings, ServiceSettings, Settings, TelegramSettings
from relais.service import run_loops
from relais.wiring import House

AGENTS = 50


@asynccontextmanager
async def running(house: House, loops: frozenset[str]) -> AsyncIterator[None]:
    """Run some of the service's loops while the block lasts."""
    stop = asyncio.Event()
    task = asyncio.create_task(run_loops(house, loops, stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def bring_in(parts: Parts) -> None:
    """Bring the agents in, each with an account and a territory."""
    since = parts.clock.now() - timedelta(days=365)
    async with parts.database.write() as session:
        session.add(Territory(id=1, code="orsanne", name="Pays d’Orsanne", department="63"))
        session.add_all(
            Person(id=number, given_name="Agent", family_name=str(number))
            for number in range(1, AGENTS + 1)
        )
        await session.flush()
        for number in range(1, AGENTS + 1):
            address = str(FIRST_AGENT + number - 1)
            role = Role.AGENT.value
            session.add(Membership(person_id=number, role=role, territory_id=1, since=since))
            session.add(
                Account(person_id=number, channel=TELEGRAM, address=address, linked_at=since)
            )


def open_settings(folder: Path, url: str, port: int) -> Settings:
    """Return a configuration without limits: the server has none either."""
    return Settings(
        service=ServiceSettings(data_folder=folder, secret=SecretStr("only for benchmarks")),
        database=DatabaseSettings(url=url),
        telegram=TelegramSettings(
            token=SecretStr(TOKEN),
            group_id=GROUP,
            api_url=f"http://127.0.0.1:{port}",
            per_second=0,
            group_per_minute=0,
            chat_per_second=0,
        ),
    )
