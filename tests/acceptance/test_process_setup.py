"""`relais init`, then `relais check`, as an operator types them."""

import asyncio
import sys
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.db import Database
from core.people.rules import Kind
from relais.sandbox.sharing import FOLDER
from tests.bot_api import TOKEN
from tests.process import GROUP, World, running_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/relais.sqlite3")
    async with running_world(database, tmp_path) as world:
        yield world
    await database.close()


async def relais(world: World, *arguments: str, typed: str = "") -> tuple[int, str]:
    """Run a command with what somebody types; return its status and all that it says."""
    environment = {k: v for k, v in world.environment.items() if not k.startswith("RELAIS_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "relais", *arguments),
        cwd=world.folder,
        env=environment | {"RELAIS_TELEGRAM__API_URL": world.api.root},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate(typed.encode())
    assert process.returncode is not None
    return process.returncode, output.decode()


def answers(world: World, smtp_port: int) -> str:
    typed = (
        "Réseau d’essai",
        "contact@reseau.example",
        str(world.folder / "kept"),
        world.url,
        TOKEN,
        str(GROUP),
        "127.0.0.1",
        str(smtp_port),
        "plain",
        "",
        "",
        "lettre@reseau.example",
    )
    return "\n".join(typed) + "\n"


def problems(said: str) -> list[str]:
    """Return the first word of each problem that `relais check` sees."""
    return [line.split()[1] for line in said.splitlines() if line.startswith("problem")]


OPERATOR = """
[operator]
name = "Association d’Orsanne"
address = "1 place de l’Église, 63600 Ambert"
phone = "04 73 00 00 00"
publication_director = "Odile Vernhet"
host_name = "Hébergement du Livradois"
host_address = "2 rue du Port, 63600 Ambert"
host_phone = "04 73 00 00 01"
"""


async def test_what_init_wrote_is_examined_line_by_line(world: World) -> None:
    path = world.folder / "mine.toml"
    status, said = await relais(world, "init", str(path), typed=answers(world, world.mail.port))
    assert status == 0, said
    assert "is written" in said
    assert TOKEN not in said
    assert path.stat().st_mode & 0o777 == 0o600
    assert tomllib.loads(path.read_text(encoding="utf-8"))["telegram"]["group_id"] == GROUP
    world.config.write_bytes(path.read_bytes())
    service = await world.start(RELAIS_DATABASE__URL="", RELAIS_WEB__PORT=str(world.port))
    await service.answers("/healthz/live")
    status, said = await relais(world, "check", "--config", str(path))
    assert (status, problems(said)) == (1, ["silence", "legal"]), said
    assert "→ give somebody the role `head` in the directory" in said
    assert "→ fill in [operator] in the configuration" in said
    path.write_text(path.read_text(encoding="utf-8") + OPERATOR, encoding="utf-8")
    directory = [str(FOLDER / f"{kind.value}.csv") for kind in Kind]
    status, said = await relais(world, "people", "import", *directory, "--config", str(path))
    assert status == 0, said
    status, said = await relais(world, "check", "--config", str(path))
    marks = [line.split()[0] for line in said.splitlines() if line.strip()]
    assert set(marks) == {"ok"}, said
    assert status == 0
    assert await service.stop() == 0
    status, said = await relais(world, "check", "--config", str(path))
    assert (status, problems(said)) == (1, ["public"]), said
    assert "→ start `relais serve`" in said
    assert await world.mail.messages() == []
    assert world.messages(GROUP) == []
    status, said = await relais(world, "init", str(path), typed=answers(world, 25))
    assert (status, said.splitlines()[0]) == (1, f"relais: {path} exists already")
