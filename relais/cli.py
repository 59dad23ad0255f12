"""The command line, for operators: plain English, no traceback for what they can mend.

What a command needs is imported by that command: nobody waits for the whole house to read one feed.
"""

import asyncio
import gc
import sys
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from core import logs
from core.errors import RelaisError
from relais import (
    configuration,
    letter_commands,
    mailbox_commands,
    seminar_commands,
    subscriber_commands,
    watch_commands,
)

if TYPE_CHECKING:
    from relais import initial

app = typer.Typer(
    help="The hotline, the watch and the letter of a network of territories.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
people = typer.Typer(help="The directory.", no_args_is_help=True)
app.add_typer(people, name="people")
answers = typer.Typer(help="The validated answers.", no_args_is_help=True)
app.add_typer(answers, name="answers")
app.add_typer(subscriber_commands.app, name="subscribers")
app.add_typer(watch_commands.app, name="watch")
app.add_typer(mailbox_commands.app, name="mailbox")
app.add_typer(letter_commands.app, name="digest")
app.add_typer(seminar_commands.app, name="seminar")

console = Console()
complaints = Console(stderr=True)

ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="The configuration file (default: config.toml).")
]


def main() -> None:
    """Run the command line; what a person can mend is two lines and no traceback."""
    try:
        app()
    except RelaisError as error:
        _complain(f"relais: {error.what}", style="bold red")
        if error.hint:
            _complain(f"        {error.hint}")
        sys.exit(1)


def _complain(line: str, style: str = "") -> None:
    """Print a line as it is: paths and brackets are not markup, and lines are not folded."""
    complaints.print(line, style=style, highlight=False, markup=False, soft_wrap=True)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="Where the sandbox keeps its data.")] = Path(
        ".relais-demo"
    ),
    port: Annotated[int, typer.Option(help="The port of the page to play in.")] = 8765,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over.")] = False,
    tour: Annotated[bool, typer.Option("--tour", help="Play the story by itself.")] = False,
    feed: Annotated[str, typer.Option(help="A feed of one's own, for the tour.")] = "",
) -> None:
    """Play with a sample network: nothing outside this machine is needed or reached."""
    from relais.sandbox import demo as sandbox  # noqa: PLC0415  # only here: serving needs no toys

    options = sandbox.Options(folder=folder, port=port, fresh=fresh, feed=feed)
    run = sandbox.play_tour(options, console) if tour else sandbox.run(options, console)
    raise typer.Exit(_run(run))


@app.command()
def serve(
    config: ConfigFile = None,
    only: Annotated[
        str, typer.Option(help="Run a part: bot, watch, digest, ledger, web (comma-separated).")
    ] = "",
) -> None:
    """Run the service until SIGTERM or Ctrl-C."""
    gc.disable()  # what is being built stays: `settle_memory` looks at it once
    from relais import service  # noqa: PLC0415  # only what is needed

    settings = configuration.with_service_secret(configuration.load(config))
    logs.configure(settings.service.log_format)
    raise typer.Exit(_run(service.serve(settings, service.loops_named(only))))


@app.command()
def check(config: ConfigFile = None) -> None:
    """Examine the configuration and what it leads to; a line each, with what to do."""
    from relais import examination  # noqa: PLC0415  # only what is needed

    settings = configuration.with_service_secret(configuration.load(config))
    raise typer.Exit(_run(examination.examine(settings, console)))


@app.command()
def init(
    path: Annotated[Path, typer.Argument(help="The file to write.")] = Path("config.toml"),
) -> None:
    """Write a configuration by asking a few questions."""
    from relais import initial  # noqa: PLC0415  # only what is needed

    initial.write(path, _ask)
    console.print(f"{path} is written. `relais check` examines it.", highlight=False)


@app.command()
def migrate(config: ConfigFile = None) -> None:
    """Bring the database up to date, as `serve` does when it starts."""
    from relais import operations  # noqa: PLC0415  # only what is needed

    settings = configuration.load(config)
    _run(operations.migrate(settings, console))


@people.command("import")
def import_people(
    files: Annotated[list[Path], typer.Argument(help="territories.csv, people.csv…")],
    config: ConfigFile = None,
) -> None:
    """Import CSV files, named after what they hold; a bad line is reported, the rest goes in."""
    from relais import operations  # noqa: PLC0415  # only what is needed

    raise typer.Exit(_run(operations.import_directory(configuration.load(config), files, console)))


@answers.command("import")
def import_answers(
    file: Annotated[Path, typer.Argument(help="A CSV or JSON file of answers.")],
    config: ConfigFile = None,
) -> None:
    """Import answers, validated unless they say otherwise; a bad line is reported."""
    from relais import operations  # noqa: PLC0415  # only what is needed

    raise typer.Exit(_run(operations.import_answers(configuration.load(config), file, console)))


@answers.command("export")
def export_answers(
    file: Annotated[Path, typer.Argument(help="The file to write: answers.csv or answers.json.")],
    config: ConfigFile = None,
) -> None:
    """Export every answer, with drafts and withdrawn ones; an import brings them back."""
    from relais import operations  # noqa: PLC0415  # only what is needed

    raise typer.Exit(_run(operations.export_answers(configuration.load(config), file, console)))


@people.command("invite")
def invite(
    email: Annotated[str, typer.Argument(help="The person's address in the directory.")],
    config: ConfigFile = None,
    days: Annotated[
        int | None, typer.Option(min=1, help="How long it is good (default: as configured).")
    ] = None,
) -> None:
    """Print a single-use link that links a person's chat account."""
    from relais import operations  # noqa: PLC0415  # only what is needed

    settings = configuration.load(config)
    lifetime = timedelta(days=days or settings.hotline.invitation_days)
    _run(operations.invite(settings, email, lifetime, console))


@people.command("list")
def list_people(
    words: Annotated[str, typer.Argument(help="A name, a place or an address.")] = "",
    config: ConfigFile = None,
) -> None:
    """List the directory: name, address, roles and places held now."""
    from relais import operations  # noqa: PLC0415  # only what is needed

    _run(operations.list_people(configuration.load(config), words, console))


def _ask(inquiry: "initial.Inquiry") -> str:
    return str(
        typer.prompt(
            inquiry.question,
            default=inquiry.default,
            hide_input=inquiry.secret,
            show_default=not inquiry.secret,
        )
    )


def _run(work: Coroutine[Any, Any, int]) -> int:
    return asyncio.run(work)
