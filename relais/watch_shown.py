"""What `relais watch …` prints for operators."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from watch.reading.titles import shorten

_LABEL = 28
_MOST_SUMMARY = 300


def show(
    console: Console, described: Mapping[str, str], entries: Sequence[Mapping[str, Any]]
) -> None:
    """Print what a document was, then its entries with what decided."""
    for name, words in described.items():
        _line(console, name, words)
    for number, entry in enumerate(entries, start=1):
        console.print()
        title = Text(f"{number}. {entry['title']}", style="bold")
        console.print(title, soft_wrap=True)
        for name, words in _facts(entry):
            _line(console, f"   {name}", words)


def _facts(entry: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Give what was understood of an entry, and the words that decided."""
    yield "published", entry["published"] or "no date"
    if entry["updated"]:
        yield "updated", entry["updated"]
    if entry["url"]:
        yield "link", entry["url"]
    if entry["summary"]:
        yield "summary", shorten(entry["summary"], _MOST_SUMMARY)
    for theme, words in entry["why"].items():
        yield f"theme {theme}", ", ".join(words)
    for reference in entry["references"]:
        yield "reference", " ".join([reference, entry["links"].get(reference, "")]).strip()
    for date in entry["dates"]:
        yield date["kind"].replace("_", " "), f"{date['at'] or 'no date'}  « {date['words']} »"
    if entry["deadline"]:
        yield "deadline", entry["deadline"]
    if entry["departments"]:
        yield "départements", ", ".join(entry["departments"])
    if entry["regions"]:
        yield "regions", ", ".join(entry["regions"])
    yield "identity", entry["id"]


def _line(console: Console, name: str, words: str) -> None:
    console.print(Text.assemble((f"{name:<{_LABEL}}", "cyan"), words), soft_wrap=True)
