"""What a benchmark prints: a table for people, then one line of JSON."""

import json
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Row = tuple[str, str, str]
"""What was measured, the figure, and beside what it is to be read."""

Value = float | int | str | bool | None


def table(rows: Sequence[Row]) -> str:
    """Return rows in columns: figures to the right, words to the left."""
    widths = [max(len(row[column]) for row in rows) for column in range(3)] if rows else []
    lines = (
        f"{name:<{widths[0]}}  {figure:>{widths[1]}}  {beside}".rstrip()
        for name, figure, beside in rows
    )
    return "\n".join(lines)


def last_line(bench: str | None, values: Mapping[str, Value]) -> str:
    """Return the one JSON object that ends a benchmark's output: its name, if any, and values."""
    return json.dumps(({"bench": bench} if bench else {}) | dict(values))


def show(bench: str | None, title: str, rows: Sequence[Row], values: Mapping[str, Value]) -> None:
    """Print the table and the JSON line on standard output."""
    print(f"{title}\n\n{table(rows)}\n")
    print(last_line(bench, values))


def progress() -> Progress:
    """Return a progress bar on standard error: standard output is for the results."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
