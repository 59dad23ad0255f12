"""`relais seminar …`: meetings from the command line."""

import typer

app = typer.Typer(help="Seminars, committees and workshops.", no_args_is_help=True)


@app.callback()
def seminar() -> None:
    """Plan meetings from files, and get the evidence of those that took place."""
