"""`relais subscribers …`: who receives the letter, from the command line."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from core.errors import InputError
from relais import configuration

app = typer.Typer(help="Who receives the letter.", no_args_is_help=True)
suppressions = typer.Typer(help="The addresses that are not written to.", no_args_is_help=True)
app.add_typer(suppressions, name="suppressions")
console = Console(highlight=False)

ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="The configuration file (default: config.toml).")
]
Dry = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
Address = Annotated[str, typer.Argument(help="An e-mail address.")]


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A CSV file: email, themes, alerts, letter, name.")],
    basis: Annotated[
        str, typer.Option(help="The legal ground: consent, or public_interest for members.")
    ] = "",
    origin: Annotated[
        str, typer.Option(help="Where the addresses come from; the people concerned will read it.")
    ] = "",
    dry_run: Dry = False,
    config: ConfigFile = None,
) -> None:
    """Add subscribers from a file; nobody who left or objected is ever added again."""
    from digest.subscribers.adding import Ground  # noqa: PLC0415  # only what is needed
    from digest.subscribers.rules import Basis  # noqa: PLC0415  # idem
    from relais import subscriber_files  # noqa: PLC0415  # idem

    if basis not in set(Basis):
        what = f"{basis} is not a legal basis" if basis else "an import needs its legal basis"
        raise InputError(what, hint="add --basis consent, or --basis public_interest for members")
    if not origin.strip():
        hint = 'add --origin "Salon des maires 2026", in words for the people concerned'
        raise InputError("an import needs to say where the addresses come from", hint=hint)
    ground = Ground(Basis(basis), " ".join(origin.split()))
    settings = configuration.with_service_secret(configuration.load(config))
    work = subscriber_files.import_file(settings, file, ground, console, dry=dry_run)
    raise typer.Exit(asyncio.run(work))


@app.command("members")
def members(dry_run: Dry = False, config: ConfigFile = None) -> None:
    """Add the people of the directory and the structures' shared addresses; each is informed."""
    from relais import subscriber_files  # noqa: PLC0415  # only what is needed

    settings = configuration.with_service_secret(configuration.load(config))
    raise typer.Exit(asyncio.run(subscriber_files.add_members(settings, console, dry=dry_run)))


@app.command("export")
def export_file(
    file: Annotated[Path, typer.Argument(help="The CSV file to write.")],
    config: ConfigFile = None,
) -> None:
    """Write every subscription to a CSV file, with its state, ground and choices."""
    from relais import subscriber_files  # noqa: PLC0415  # only what is needed

    settings = configuration.with_service_secret(configuration.load(config))
    raise typer.Exit(asyncio.run(subscriber_files.export_file(settings, file, console)))


@app.command("list")
def list_subscribers(
    words: Annotated[str, typer.Argument(help="A part of the address.")] = "",
    config: ConfigFile = None,
) -> None:
    """List subscriptions: address, state, legal ground, choices."""
    from relais import subscriber_files  # noqa: PLC0415  # only what is needed

    settings = configuration.with_service_secret(configuration.load(config))
    raise typer.Exit(asyncio.run(subscriber_files.list_subscribers(settings, words, console)))


@suppressions.command("export")
def export_suppressions(
    file: Annotated[Path, typer.Argument(help="The CSV file to write.")],
    config: ConfigFile = None,
) -> None:
    """Write the list to a CSV file: why, and since when."""
    from relais import subscriber_files  # noqa: PLC0415  # only what is needed

    settings = configuration.with_service_secret(configuration.load(config))
    raise typer.Exit(asyncio.run(subscriber_files.export_suppressions(settings, file, console)))


@suppressions.command("add")
def add_suppression(
    email: Address,
    why: Annotated[str, typer.Option(help="A few words for your colleagues.")] = "",
    config: ConfigFile = None,
) -> None:
    """Write to an address no more, until it is lifted."""
    from relais import subscriber_files  # noqa: PLC0415  # only what is needed

    settings = configuration.with_service_secret(configuration.load(config))
    work = subscriber_files.add_suppression(settings, email, why, console)
    raise typer.Exit(asyncio.run(work))


@suppressions.command("lift")
def lift_suppression(email: Address, config: ConfigFile = None) -> None:
    """Write to an address again; a subscription that waited goes on."""
    from relais import subscriber_files  # noqa: PLC0415  # only what is needed

    settings = configuration.with_service_secret(configuration.load(config))
    raise typer.Exit(asyncio.run(subscriber_files.lift_suppression(settings, email, console)))
