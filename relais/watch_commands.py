"""`relais watch …`: what operators do with the watch; it needs no running service."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from core.errors import InputError
from relais import configuration

app = typer.Typer(help="The watch: sources and news.", no_args_is_help=True)
console = Console(highlight=False)

ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="The configuration file (default: config.toml).")
]
Items = Annotated[
    str, typer.Option("--items", help="A page without a feed: the CSS selector of its items.")
]
Title = Annotated[str, typer.Option("--title", help="Inside an item: the selector of its title.")]
Link = Annotated[str, typer.Option("--link", help="Inside an item: the selector of its link.")]
Date = Annotated[str, typer.Option("--date", help="Inside an item: the selector of its date.")]
Summary = Annotated[
    str, typer.Option("--summary", help="Inside an item: the selector of its summary.")
]
Change = Annotated[
    bool, typer.Option("--change", help="Watch the page itself (--items: the part that matters).")
]
Named = Annotated[str, typer.Argument(help="Its name, or its address.")]

Kind = Literal["feed", "page", "change"]


@app.callback()
def watch() -> None:
    """Group the commands, however few they are."""


@app.command("try")
def try_document(  # noqa: PLR0917  # the options of the command
    where: Annotated[str, typer.Argument(help="An address, a file, or - for standard input.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON array of entries, and nothing else.")
    ] = False,
    config: ConfigFile = None,
    items: Items = "",
    title: Title = "",
    link: Link = "",
    date: Date = "",
    summary: Summary = "",
    change: Change = False,
    before: Annotated[
        Path | None, typer.Option(help="With --change: an older copy of the page, in a file.")
    ] = None,
    base: Annotated[str, typer.Option(help="Of a file: the address that it came from.")] = "",
) -> None:
    """Show what the watch would make of a document, and why. Nothing is stored."""
    from relais import watching  # noqa: PLC0415  # only what is needed
    from watch.reading.records import Recipe, Selectors  # noqa: PLC0415  # idem

    selectors = Selectors(items, title, link, date, summary)
    kind = _kind(selectors=asdict(selectors), change=change)
    if before is not None and not change:
        raise InputError("--before goes with --change", hint="add --change, or leave --before out")
    wish = watching.Wish(where, Recipe(kind, selectors), base, before)
    settings = configuration.load(config)
    raise typer.Exit(asyncio.run(watching.try_document(settings, wish, console, as_json=as_json)))


def _kind(*, selectors: dict[str, str], change: bool) -> Kind:
    """Return the kind of source that the options describe."""
    if change:
        return "change"
    if any(selectors.values()) and not selectors["items"]:
        raise InputError("a page is read by its items", hint="give --items too")
    return "page" if selectors["items"] else "feed"
