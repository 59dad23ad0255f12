"""Understanding an item: everything that its title and summary say, in one go."""

from collections.abc import Iterable
from datetime import datetime

from core.themes.rules import ThemeWords, match
from watch.understanding.calls import find_dates
from watch.understanding.places import find_places
from watch.understanding.records import ThemeFound, Understanding
from watch.understanding.references import find_references


def understand(
    title: str, summary: str, themes: Iterable[ThemeWords], seen_at: datetime
) -> Understanding:
    """Return what an item speaks of. `seen_at` (aware) is when it was published, else read."""
    text = f"{title}\n{summary}"
    return Understanding(
        themes=tuple(
            ThemeFound(found.code, found.score, found.evidence) for found in match(text, themes)
        ),
        references=find_references(text),
        dates=find_dates(text, seen_at),
        places=find_places(text),
    )
