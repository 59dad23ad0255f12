"""`relais watch …`: what operators do with the watch; it needs no running service."""

import typer

app = typer.Typer(help="The watch: sources and news.", no_args_is_help=True)


@app.callback()
def watch() -> None:
    """Group the commands, however few they are."""
