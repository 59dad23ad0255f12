"""`relais watch …`: what operators do with the watch; it needs no running service."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from core.errors import InputError
from core.sections import Section
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


@app.command("sources")
def list_sources(config: ConfigFile = None) -> None:
    """List the sources: how they are, when they were read, when they will be."""
    from relais import watch_sources  # noqa: PLC0415  # only what is needed

    settings = configuration.load(config)
    raise typer.Exit(asyncio.run(watch_sources.list_sources(settings, console)))


@app.command("add")
def add_source(  # noqa: PLR0917  # the options of the command
    url: Annotated[str, typer.Argument(help="A feed, or a page: its feed is looked for.")],
    config: ConfigFile = None,
    name: Annotated[str, typer.Option(help="What people read (default: its own title).")] = "",
    section: Annotated[Section, typer.Option(help="Where its news go.")] = Section.LEGAL,
    theme: Annotated[
        list[str] | None, typer.Option(help="The code of a theme of all its news; repeat it.")
    ] = None,
    region: Annotated[
        list[str] | None,
        typer.Option(help="A département (43) or a region (R84); other places are folded."),
    ] = None,
    every: Annotated[float, typer.Option(help="How often to read it, in seconds.")] = 3600.0,
    owner: Annotated[str, typer.Option(help="The code of who looks after it.")] = "",
    reproducible: Annotated[
        bool, typer.Option("--reproducible", help="Its summaries may be shown to the public.")
    ] = False,
    items: Items = "",
    title: Title = "",
    link: Link = "",
    date: Date = "",
    summary: Summary = "",
    change: Change = False,
    first: Annotated[
        bool, typer.Option("--first", help="Of a page with several feeds, take the first.")
    ] = False,
    unread: Annotated[bool, typer.Option("--unread", help="Do not read it first.")] = False,
) -> None:
    """Watch a feed, or a page."""
    from relais import watch_sources  # noqa: PLC0415  # only what is needed

    given = {"items": items, "title": title, "link": link, "date": date, "summary": summary}
    asked = watch_sources.Asked(
        url=watch_sources.address(url),
        name=name,
        kind=_kind(selectors=given, change=change),
        selectors={key: value for key, value in given.items() if value},
        section=section.value,
        themes=theme or [],
        regions=region or [],
        every=every,
        owner=owner,
        reproducible=reproducible,
        first=first,
        unread=unread,
    )
    settings = configuration.load(config)
    raise typer.Exit(asyncio.run(watch_sources.add_source(settings, asked, _choose, console)))


def _choose(feeds: Sequence[str]) -> int:
    """Ask which feed is meant. Raises InputError when nobody is there to answer."""
    if not sys.stdin.isatty():
        hint = f"give one of them, or --first: {'; '.join(feeds)}"
        raise InputError("the page names several feeds", hint=hint)
    for number, feed in enumerate(feeds, start=1):
        typer.echo(f"{number}. {feed}")
    answer = typer.prompt("Which one", default=1, type=int)
    return min(max(int(answer), 1), len(feeds)) - 1


@app.command("remove")
def remove_source(named: Named, config: ConfigFile = None) -> None:
    """Watch a source no more; what it brought stays."""
    _change(named, "remove", config)


@app.command("pause")
def pause_source(named: Named, config: ConfigFile = None) -> None:
    """Read a source no more until it is resumed."""
    _change(named, "pause", config)


@app.command("resume")
def resume_source(named: Named, config: ConfigFile = None) -> None:
    """Read a source again."""
    _change(named, "resume", config)


def _change(named: str, verb: str, config: Path | None) -> None:
    from relais import watch_sources  # noqa: PLC0415  # only what is needed

    settings = configuration.load(config)
    raise typer.Exit(asyncio.run(watch_sources.change_source(settings, named, verb, console)))


@app.command("import")
def import_opml(
    file: Annotated[Path, typer.Argument(help="An OPML file, as feed readers export them.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be.")] = False,
    reproducible: Annotated[
        bool, typer.Option("--reproducible", help="Believe it on whose summaries may be shown.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Watch the sources of a list; those that are watched already are left as they are."""
    from relais import watch_sources  # noqa: PLC0415  # only what is needed

    settings = configuration.load(config)
    work = watch_sources.import_opml(
        settings, file, console, dry_run=dry_run, reproducible=reproducible
    )
    raise typer.Exit(asyncio.run(work))


@app.command("export")
def export_opml(
    file: Annotated[Path, typer.Argument(help="The OPML file to write.")],
    config: ConfigFile = None,
) -> None:
    """Write the list of sources; an import brings it back."""
    from relais import watch_sources  # noqa: PLC0415  # only what is needed

    settings = configuration.load(config)
    raise typer.Exit(asyncio.run(watch_sources.export_opml(settings, file, console)))


@app.command("search")
def search(  # noqa: PLR0917  # the options of the command
    words: Annotated[list[str] | None, typer.Argument(help="Words, or the name of a law.")] = None,
    config: ConfigFile = None,
    theme: Annotated[
        list[str] | None, typer.Option(help="The code of a theme; repeat it for several.")
    ] = None,
    since: Annotated[str, typer.Option(help="From this day, month or year on: 2026-03.")] = "",
    until: Annotated[str, typer.Option(help="Up to this day, month or year.")] = "",
    state: Annotated[
        Literal["", "kept", "dropped", "waiting"], typer.Option(help="What became of them.")
    ] = "",
    most: Annotated[int, typer.Option(min=1, help="How many at most.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """Look something up in all the news: by words, theme, text of law, date."""
    from relais import watch_search  # noqa: PLC0415  # only what is needed

    asked = watch_search.Asked(" ".join(words or ()), tuple(theme or ()), since, until, state)
    settings = configuration.load(config)
    run = watch_search.search(settings, asked, most, console, as_json=as_json)
    raise typer.Exit(asyncio.run(run))
