"""From a text to its typed dates."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from core.clock import PARIS
from watch.understanding.calls.days import find_days
from watch.understanding.calls.folding import Folded, fold
from watch.understanding.calls.kinds import decide
from watch.understanding.calls.spans import Span, closes_at, dated, group, opens_at
from watch.understanding.calls.surroundings import Surroundings, Surveyor
from watch.understanding.calls.verdicts import Verdict
from watch.understanding.calls.vocabulary import Meaning, find_said
from watch.understanding.records import DateKind, TypedDate

MOST = 60
"""How many dates one text may have: more are a calendar of something else."""

MOST_READ = 400
"""How many dates of a text are looked at."""

_DIGIT = re.compile(r"\d")
_ENDLESS = ("au fil", "sans date", "continu", "permanent")
_NAMED = ("fin ", "fin\u00a0", "mi-", "premier ")
_OPEN_ENDED = re.compile(
    r"au\sfil\sde\sl'eau|au\sfil\sd(?:e\sleur|es)\s(?:receptions?|depots?|arrivees?)"
    r"|sans\sdate\slimite|(?:depots?|candidatures?|dossiers?)\s(?:[a-z]+\s){0,2}en\scontinu"
    r"|appels?\sa\s[a-z]+(?:\sd'[a-z]+)?\spermanents?"
)
_ANSWERABLE: frozenset[Meaning] = frozenset(
    {"name", "paper", "deposit", "act", "due", "fund", "label", "registration", "send", "letter"}
)
_TOLD: frozenset[Meaning] = frozenset(
    {
        *("name", "paper", "deposit", "due", "label", "ending", "registration", "letter", "full"),
        *("round", "wave", "opening", "training", "starting", "extension"),
    }
)
_LONGEST = 100
"""How far before its date the words that are shown may begin, in characters."""
_FEW, _AROUND = 5, 200


@dataclass(frozen=True, slots=True)
class _Found:
    """A typed date, where it was said, and whether its hour was."""

    start: int
    date: TypedDate
    timed: bool = True


def find_dates(text: str, seen_at: datetime) -> tuple[TypedDate, ...]:
    """Return the typed dates that `text` names, each once, in their order. Never raises.

    `seen_at` (aware) is when the text was published: dates without a year come after it.
    A date that is neither a deadline nor a start of something announced is not returned.
    `words` is the passage of `text` that says it. Time grows as the length of `text`.
    """
    if not (_DIGIT.search(text) or _may_say(text.lower(), *_ENDLESS, *_NAMED)):
        return ()
    folded = fold(text)
    spans = group(folded.plain, find_days(folded.plain))[:MOST_READ]
    found = [*_said(folded, spans, _day_in_paris(seen_at)), *_endless(folded)]
    return tuple(_once(sorted(found, key=lambda each: each.start))[:MOST])


def _endless(folded: Folded) -> Iterator[_Found]:
    """Give « au fil de l’eau », once, if something to answer is spoken of around it."""
    if not _may_say(folded.plain, *_ENDLESS):
        return
    for found in islice(_OPEN_ENDED.finditer(folded.plain), _FEW):
        start, end = max(0, found.start() - _AROUND), found.end() + _AROUND
        around = find_said(folded.bare, folded.plain, start, end)
        if any(said.meaning in _ANSWERABLE for said in around):
            words = folded.passage(found.start(), found.end())
            yield _Found(found.start(), TypedDate("open_ended", None, words))
            return


def _may_say(text: str, *hints: str) -> bool:
    return any(hint in text for hint in hints)


def _day_in_paris(seen_at: datetime) -> date:
    try:
        return seen_at.astimezone(PARIS).date()
    except (OverflowError, ValueError):
        return seen_at.date()


def _said(folded: Folded, spans: list[Span], seen: date) -> Iterator[_Found]:
    """Give what the spans of a text were found to be."""
    surveyor = Surveyor(folded, spans)
    for index, span in enumerate(spans):
        near = surveyor.around(index)
        if near and (verdict := decide(span.shape, near)):
            words = folded.passage(*_passage(span, near, verdict))
            yield from _typed(span, verdict, words, dated(span, seen))


def _typed(span: Span, verdict: Verdict, words: str, dates: tuple[date, ...]) -> Iterator[_Found]:
    before: tuple[DateKind, date] | None = None
    for day, on in zip(span.days, dates, strict=bool(dates)) if dates else ():
        kind = verdict.first or verdict.kind if day is span.days[0] else verdict.kind
        goes_on = before is not None and (span.shape == "range" or (on - before[1]).days == 1)
        if not (kind == "training" and before and before[0] == kind and goes_on):
            starts = kind in {"opening", "training"}
            at = opens_at(day, on) if starts else closes_at(day, on)
            yield _Found(day.start, TypedDate(kind, at, words), timed=day.time is not None)
        before = kind, on


def _passage(span: Span, near: Surroundings, verdict: Verdict) -> tuple[int, int]:
    """Return the part of the text that says what a span is, kept short."""
    farthest = near.lead_start - _LONGEST
    said = [*verdict.because, *(word for word in near.near if word.meaning in _TOLD)]
    starts = [word.start for word in said if farthest <= word.start < near.lead_start]
    ends = [word.end for word in verdict.because if word.end > span.end]
    bare = span.start if near.lead in {"plain", "colon", "of"} else near.lead_start
    return min([bare, *starts]), max([span.end, *ends])


def _once(found: Iterable[_Found]) -> list[TypedDate]:
    """Leave out what was said already, and days whose hour is said elsewhere."""
    each = list(found)
    hours = {_day(one.date) for one in each if one.timed}
    kept = [one.date for one in each if one.timed or _day(one.date) not in hours]
    return list({(one.kind, one.at): one for one in reversed(kept)}.values())[::-1]


def _day(said: TypedDate) -> tuple[DateKind, date | None]:
    return said.kind, said.at.date() if said.at else None
