"""`relais mailbox …`: what operators do with the mailbox; it needs no running service."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from core.clock import SystemClock
from core.errors import InputError
from core.settings import Settings
from relais import configuration

app = typer.Typer(help="The mailbox: what came back, and who writes.", no_args_is_help=True)
console = Console(highlight=False)

ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="The configuration file (default: config.toml).")
]

MEANINGS = {
    "waiting": "to be handled, or tried again",
    "bounce": "a mail of ours came back",
    "delayed": "a mail of ours is late: nothing to do",
    "delivered": "a mail of ours arrived",
    "complaint": "reported as unwanted: unsubscribed for good",
    "foreign": "about no mail of ours, or says too little: nothing was done",
    "challenge": "a page must be visited before our mail is delivered; told in chat",
    "left": "somebody left: proposed in chat, if we write to them",
    "replaced": "somebody left: the address was replaced",
    "kept": "somebody left: nothing was changed",
    "absence": "an absence: nothing to do",
    "unsubscribe": "asked to be unsubscribed, and was",
    "own": "our own mail",
    "list": "a mailing list",
    "automatic": "some other program",
    "spam": "marked as spam, or without a sender",
    "empty": "says nothing",
    "human": "written by somebody: handed to the hotline",
    "too_big": "over mailbox.max_bytes: left in the mailbox for people",
    "broken": "cannot be taken apart: left in the mailbox for people",
    "aside": "could not be handled, several times: look at the log",
    "erased": "erased before it was handled",
}


@app.callback()
def mailbox() -> None:
    """Group the commands, however few they are."""


@app.command()
def status(
    config: ConfigFile = None,
    days: Annotated[int, typer.Option(min=1, help="Of how many days.")] = 30,
) -> None:
    """Count what was received, by what it was taken for. Nobody is named."""
    asyncio.run(_status(configuration.load(config), days))


@app.command()
def read(config: ConfigFile = None) -> None:
    """Visit the mailbox once, now, and handle what it brings."""
    settings = configuration.with_service_secret(configuration.load(config))
    if settings.mailbox.kind == "none":
        hint = 'set mailbox.kind to "imap" or "maildir"'
        raise InputError("no mailbox is configured", hint=hint)
    raise typer.Exit(asyncio.run(_read(settings)))


async def _status(settings: Settings, days: int) -> None:
    from digest.mailbox import store  # noqa: PLC0415  # only what is needed
    from relais.schema import opened  # noqa: PLC0415  # idem

    since = SystemClock().now() - timedelta(days=days)
    async with opened(settings) as database, database.read() as session:
        counts = await store.counts(session, since)
        aside = await store.of_kinds(session, ["aside", "broken"], 10)
    if not counts:
        console.print(f"Nothing was received in the last {days} days.")
        return
    table = Table("kind", "mails", "what it is", box=None)
    for kind, meaning in MEANINGS.items():
        if counts.get(kind):
            table.add_row(kind, str(counts[kind]), meaning)
    console.print(table)
    if aside:
        console.print(f"Not handled (received_mails.id): {', '.join(map(str, aside))}")


async def _read(settings: Settings) -> int:
    from digest.mailbox.reading import Reader  # noqa: PLC0415  # only what is needed
    from digest.mailbox.room import HANDLE  # noqa: PLC0415  # idem
    from relais.wiring import building  # noqa: PLC0415  # idem

    clock = SystemClock()
    async with building(settings, clock) as house:
        visit = await Reader(house.parts).read(clock.now())
        console.print(
            f"{visit.kept} new, {visit.known} known already, {visit.too_big} too big to be read."
        )
        (handle,) = [tick for tick in house.ticks if tick.name == HANDLE]
        await handle.run(clock.now())
    return 0
