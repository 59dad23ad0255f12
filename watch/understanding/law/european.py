"""European regulations and directives, in the old and the new numbering.

Until 2014 a regulation is « (CE) n° 1083/2006 » and a directive « 2014/24/UE »; since 2015 both are
« (UE) 2021/1060 ». They are named without their date, which adds nothing to their number.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from watch.understanding.folding import Folded
from watch.understanding.law.found import NUMERO, Found
from watch.understanding.records import ReferenceKind

EUROPEAN_ELI = "http://data.europa.eu/eli/"

_NEW = 2015
"""The first year of the numbers that begin by the year, the same for all kinds."""
_OLDEST = 1952
_LATEST = 2099
_LONG_YEARS = 1999
"""The first year that regulations write with four figures."""

_LABEL = r"(?P<label>ue(?:\s?,\s?euratom)?|cee|ce|euratom|ceca)(?![a-z])"
_FIGURES = (
    r"(?P<first>\d{1,4})\s?/\s?(?P<second>\d{1,5})(?!\d|/\d)"
    r"(?:\s?/\s?(?P<ending>ue|cee|ce|euratom)(?![a-z]))?"
)
_SORT = (
    r"(?P<plural>s)?(?![a-z])(?:-cadre|\scadre)?(?:\s{1,2}(?P<sort>d'\s?execution|deleguee?)s?)?"
)
_WORDS = r"(?:(?!reglement|directive|decision)[^.;:()\n]){0,80}?"

_DIRECTLY = re.compile(
    rf"(?:\s(?:europeen(?:ne)?s?|de\sminimis|general\sd'\s?exemption(?:\spar\scategories?)?))?\s{{0,2}}(?:\(?\s?{_LABEL}\s?\)?)?"
    rf"\s{{0,2}}(?P<numero>{NUMERO})?{_FIGURES}"
)
_LABELLED = re.compile(rf"{_WORDS}\(\s?{_LABEL}\s?\)\s{{0,2}}(?P<numero>{NUMERO})?{_FIGURES}")
_ENDED = re.compile(
    rf"{_WORDS}(?<![0-9/])(?P<label>)(?P<numero>{NUMERO})?{_FIGURES}(?(ending)|(?!))"
)
_MORE = re.compile(r"\s{0,2}(?:,\s?(?:et\s)?|;|et|ou|ainsi\sque)\s{0,2}(?:les?\s|la\s)?")


@dataclass(frozen=True, slots=True)
class _Read:
    """What the figures of a mention say. `label` is empty when it is not known."""

    year: int
    number: int
    label: str


@dataclass(frozen=True, slots=True)
class _Sort:
    """A sort of European text. `official` writes its name, without the word, before 2015."""

    kind: ReferenceKind
    word: str
    eli: str
    head: re.Pattern[str]
    patterns: tuple[re.Pattern[str], ...]
    read: Callable[[re.Match[str]], _Read | None]
    official: Callable[[_Read], str]


def find_european(folded: Folded) -> Iterator[Found]:
    """Give the regulations and directives that a text names, the regulations first."""
    for sort in _SORTS:
        for head in sort.head.finditer(folded.text):
            yield from _mentions(folded.text, sort, head)


def _mentions(text: str, sort: _Sort, head: re.Match[str]) -> Iterator[Found]:
    start, place, patterns = head.start(), head.end(), sort.patterns
    while match := next(filter(None, (each.match(text, place) for each in patterns)), None):
        listed = place > head.end()
        read = sort.read(match)
        if read is None or (listed and not (head["plural"] or match["label"] or match["numero"])):
            return
        yield _found(sort, head["sort"] or "", read, start, match.end())
        more = _MORE.match(text, match.end())
        if more is None:
            return
        start = place = more.end()
        patterns = (_DIRECTLY,)


def _found(sort: _Sort, written: str, read: _Read, start: int, end: int) -> Found:
    suffix, french = "", ""
    if written:
        suffix, french = ("_impl", " d’exécution") if written[1] == "'" else ("_del", " délégué")
        french += "e" if french == " délégué" and sort.word == "directive" else ""
    if read.year >= _NEW:
        named = f"({read.label or 'UE'}) {read.year}/{read.number}"
    else:
        named = sort.official(read)
    url = f"{EUROPEAN_ELI}{sort.eli}{suffix}/{read.year}/{read.number}/oj"
    key = (sort.eli, read.year, read.number)
    rank = 1 + bool(read.label) + bool(written)
    return Found(start, end, sort.kind, key, f"{sort.word}{french} {named}", url, rank)


def _label(match: re.Match[str], year: int) -> str:
    """Return who signed: as it is written, else by the year, else nothing."""
    written = str(match["ending"] or match["label"] or "").replace(" ", "")
    if written:
        return {"ue,euratom": "UE, Euratom", "euratom": "Euratom"}.get(written, written.upper())
    return next((label for since, until, label in _SIGNED if since <= year <= until), "")


_SIGNED = ((1958, 1992, "CEE"), (1994, 2008, "CE"), (2010, _LATEST, "UE"))
"""Without the two years in which the name changed."""


def _years(match: re.Match[str]) -> bool:
    """Tell whether « 2024/2025 », without anything else, is rather a season."""
    alone = not (match["label"] or match["numero"] or match["ending"])
    return alone and int(match["second"]) == int(match["first"]) + 1


def _year(figures: str) -> int:
    """Return the year that figures say, with two figures or four; 0 when they say none."""
    year = int(figures)
    if len(figures) == len("92"):
        year += 1900
    return year if _OLDEST <= year <= _LATEST else 0


def _regulation(match: re.Match[str]) -> _Read | None:
    """Read « 2021/1060 » (year first, since 2015) and « 1083/2006 » (year last)."""
    first, second = _year(match["first"]), _year(match["second"])
    old_label = match["label"] in {"ce", "cee", "ceca"}
    if first >= _NEW and not old_label and not _years(match):
        return _Read(first, int(match["second"]), _label(match, first))
    if 0 < second < _NEW and not _years(match):
        return _Read(second, int(match["first"]), _label(match, second))
    return None


def _directive(match: re.Match[str]) -> _Read | None:
    """Read « 2014/24/UE », « 92/43/CEE » and « (UE) 2019/1937 »: the year comes first."""
    year = _year(match["first"])
    if not year or _years(match) or not (len(match["first"]) > len("92") or match["ending"]):
        return None
    return _Read(year, int(match["second"]), _label(match, year))


def _official_regulation(read: _Read) -> str:
    year = read.year if read.year >= _LONG_YEARS else read.year % 100
    return (f"({read.label}) " if read.label else "") + f"n° {read.number}/{year}"


def _official_directive(read: _Read) -> str:
    year = read.year if read.year >= _LONG_YEARS else read.year % 100
    return f"{year}/{read.number}" + (f"/{read.label}" if read.label else "")


_SORTS = (
    _Sort(
        "regulation",
        "règlement",
        "reg",
        re.compile(rf"reglement(?<![a-z]reglement){_SORT}"),
        (_DIRECTLY, _LABELLED),
        _regulation,
        _official_regulation,
    ),
    _Sort(
        "directive",
        "directive",
        "dir",
        re.compile(rf"directive(?<![a-z]directive){_SORT}"),
        (_DIRECTLY, _ENDED, _LABELLED),
        _directive,
        _official_directive,
    ),
)
