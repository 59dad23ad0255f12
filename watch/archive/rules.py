"""What somebody looks for in the archive: words, themes, legal texts, dates, read of one line."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from core.text import normalise
from watch.understanding.references import find_references

Wish = Literal["", "kept", "dropped", "waiting"]

_OPTION = re.compile(r"(?:^|(?<=\s))([^\W\d_]+)\s?:\s?(\"[^\"]*\"|«[^»]*»|\S+)")
_THEME = frozenset({"theme", "themes"})
_SINCE = frozenset({"depuis", "apres"})
_UNTIL = frozenset({"jusqu", "jusque", "avant"})
_STATE = frozenset({"etat", "statut"})
_STATES: Mapping[str, Wish] = {
    "gard": "kept",
    "kept": "kept",
    "ecart": "dropped",
    "dropped": "dropped",
    "attente": "waiting",
    "waiting": "waiting",
}
_DAY_FIRST = re.compile(r"(?:(?:(\d{1,2})/)?(\d{1,2})/)?(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?")
_DECEMBER = 12


@dataclass(frozen=True)
class Wanted:
    """What is looked for; all of it must hold. `since` and `until` are days of Paris, included.

    `themes` are codes; `references` are keys (see `reference_key`); `state` empty: any.
    """

    words: str = ""
    themes: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    state: Wish = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return self == Wanted()


def read_query(line: str, themes: Mapping[str, str]) -> Wanted:
    """Read « logement vacant thème:habitat depuis:03/2026 » ; `themes` are names by codes.

    What names a legal text is looked for as such. What looks like an option and is none stays
    among the words: nothing that was typed is lost.
    """
    wanted = Wanted()
    words = line
    for found in _OPTION.finditer(line):
        changed = _with_option(wanted, normalise(found[1]), found[2].strip('"«» \u00a0'), themes)
        if changed is not None:
            wanted = changed
            words = words.replace(found[0], " ", 1)
    references = find_references(words)
    for reference in references:
        words = words.replace(reference.words, " ", 1)
    keys = dict.fromkeys(reference_key(each.kind, each.text) for each in references)
    said = " ".join(words.split()) if any(map(str.isalnum, words)) else ""
    return replace(wanted, words=said, references=tuple(keys))


def _with_option(wanted: Wanted, name: str, value: str, themes: Mapping[str, str]) -> Wanted | None:
    if name in _THEME and (code := _theme(value, themes)):
        return replace(wanted, themes=(*wanted.themes, code))
    if name in _SINCE and (days := read_period(value)):
        return replace(wanted, since=days[0])
    if name in _UNTIL and (days := read_period(value)):
        return replace(wanted, until=days[1])
    if name in _STATE:
        plain = normalise(value)
        state = next((state for word, state in _STATES.items() if word in plain), None)
        return replace(wanted, state=state) if state else None
    return None


def _theme(value: str, themes: Mapping[str, str]) -> str:
    """Return the code of the theme that a value names: its code, or the beginning of its name."""
    plain = normalise(value)
    if not plain:
        return ""
    named = (code for code, name in themes.items() if normalise(name).startswith(plain))
    return next((code for code in themes if normalise(code) == plain), next(named, ""))


def read_period(value: str) -> tuple[date, date] | None:
    """Return the first and last day of « 2026 », « 03/2026 », « 15/03/2026 » or « 2026-03-15 »."""
    if found := _DAY_FIRST.fullmatch(value):
        day, month, year = found.groups()
    elif found := _YEAR_FIRST.fullmatch(value):
        year, month, day = found.groups()
    else:
        return None
    try:
        first = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return first, _last(first, whole_month=day is None, whole_year=month is None)


def _last(first: date, *, whole_month: bool, whole_year: bool) -> date:
    if whole_year:
        return date(first.year, _DECEMBER, 31)
    if whole_month:
        return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first


def reference_key(kind: str, text: str) -> str:
    """Return what two ways of naming a legal text share: its number, without its date."""
    return normalise(text if kind == "article" else text.partition(" du ")[0])


def names_them(stored: Iterable[Mapping[str, str]], keys: Sequence[str]) -> bool:
    """Tell whether stored legal references are those wanted, all of them."""
    held = {reference_key(each["kind"], each["text"]) for each in stored}
    return held.issuperset(keys)


def numbers_in(keys: Iterable[str]) -> tuple[str, ...]:
    """Return the longest number of each key that has one: it stands in the text however written."""
    found = (re.findall(r"\d{2,}", key) for key in keys)
    return tuple(max(numbers, key=len) for numbers in found if numbers)
