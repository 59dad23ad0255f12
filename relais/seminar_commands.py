"""`relais seminar …`: meetings from the command line."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from relais import configuration

app = typer.Typer(help="Seminars, committees and workshops.", no_args_is_help=True)
console = Console(highlight=False)

ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="The configuration file (default: config.toml).")
]


@app.callback()
def seminar() -> None:
    """Plan meetings from files, and get the evidence of those that took place."""


@app.command()
def evidence(
    number: Annotated[int, typer.Argument(min=1, help="The meeting's number.")],
    file: Annotated[Path, typer.Argument(help="The ZIP file to write.")],
    config: ConfigFile = None,
) -> None:
    """Write what funders are shown of a meeting: invitation, sheets, minutes, register, index."""
    from relais import seminar_evidence  # noqa: PLC0415  # only what is needed

    settings = configuration.load(config)
    raise typer.Exit(asyncio.run(seminar_evidence.write(settings, number, file, console)))


@app.command()
def sheet(
    number: Annotated[int, typer.Argument(min=1, help="The meeting's number.")],
    file: Annotated[Path, typer.Argument(help="The PDF file to write.")],
    half_day: Annotated[
        int | None,
        typer.Option("--half-day", min=1, help="Which one, from 1 (default: a file for each)."),
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Write the attendance sheets of a meeting, to print and have signed."""
    from relais import seminar_sheets  # noqa: PLC0415  # only what is needed

    settings = configuration.load(config)
    raise typer.Exit(asyncio.run(seminar_sheets.write(settings, number, half_day, file, console)))


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="A TOML file, or a CSV with one meeting a line.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Plan meetings as drafts: kind, title, when, place… Animators publish them from chat.

    Nothing is written when a line is wrong; what is planned already stays as it is.
    """
    from relais import seminar_files  # noqa: PLC0415  # only what is needed

    settings = configuration.with_service_secret(configuration.load(config))
    raise typer.Exit(asyncio.run(seminar_files.add(settings, file, console, dry=dry_run)))
