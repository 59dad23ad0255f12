"""`relais digest …`: what operators see and do of the sending of a letter."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from core import logs
from relais import configuration

app = typer.Typer(help="The letter: its sending.", no_args_is_help=True)
console = Console(highlight=False)

ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="The configuration file (default: config.toml).")
]
Number = Annotated[
    int | None, typer.Argument(min=1, help="The letter's number (default: the one at work).")
]


@app.command()
def send(
    number: Number = None,
    config: ConfigFile = None,
    late: Annotated[
        bool, typer.Option("--late", help="Let it leave although its approval is old.")
    ] = False,
) -> None:
    """Show the sending of an approved letter until all is settled; sends when no service does.

    It approves nothing: that is done in chat or by mail. Ctrl-C stops showing; a service that runs
    goes on.
    """
    from relais import letter_sending  # noqa: PLC0415  # only what is needed

    settings = configuration.with_service_secret(configuration.load(config))
    logs.configure(settings.service.log_format, quiet=True)  # events would break the bar
    raise typer.Exit(asyncio.run(letter_sending.send(settings, number, console, late=late)))


@app.command()
def status(number: Number = None, config: ConfigFile = None) -> None:
    """Say where a letter stands: the one at work, or the last."""
    from relais import letter_sending  # noqa: PLC0415  # only what is needed

    settings = configuration.load(config)
    raise typer.Exit(asyncio.run(letter_sending.status(settings, number, console)))


@app.command()
def pause(number: Number = None, config: ConfigFile = None) -> None:
    """Let nothing more of a letter leave until `resume`."""
    from relais import letter_sending  # noqa: PLC0415  # only what is needed

    settings = configuration.load(config)
    raise typer.Exit(asyncio.run(letter_sending.pause(settings, number, console)))


@app.command()
def resume(number: Number = None, config: ConfigFile = None) -> None:
    """Go on with a paused sending."""
    from relais import letter_sending  # noqa: PLC0415  # only what is needed

    settings = configuration.load(config)
    raise typer.Exit(asyncio.run(letter_sending.resume(settings, number, console)))
