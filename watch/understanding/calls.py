"""The dates of calls and trainings, and what kind each is."""

from datetime import datetime

from watch.understanding.records import TypedDate


def find_dates(text: str, seen_at: datetime) -> tuple[TypedDate, ...]:
    """Return the typed dates that `text` names, each once, in their order. Never raises.

    `seen_at` (aware) is when the text was published: dates without a year come after it.
    A date that is neither a deadline nor a start of something announced is not returned.
    """
    del text, seen_at
    return ()
