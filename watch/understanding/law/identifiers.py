"""The numbers by which texts of law are known: NOR, JORFTEXT, LEGITEXT, LEGIARTI, ELI, CELEX.

A NOR is four letters (ministry and service), the year in two figures, five figures, and a letter
for the sort of text: TERB2033123A. Its link is Légifrance's own search of that number: no address
says where a text is by its NOR alone.
"""

import re
from collections.abc import Hashable, Iterator

from watch.understanding.folding import Folded
from watch.understanding.law.acts import ELI
from watch.understanding.law.codes import CODE_URL, CODES
from watch.understanding.law.european import EUROPEAN_ELI
from watch.understanding.law.found import Found
from watch.understanding.records import ReferenceKind

LEGIFRANCE = "https://www.legifrance.gouv.fr/"
_NOR_SEARCH = f"{LEGIFRANCE}search/all?tab_selection=all&searchField=ALL&query="
_EUR_LEX = "https://eur-lex.europa.eu/legal-content/FR/TXT/?uri=CELEX:"

_FIGURES = re.compile(r"\d{5,12}(?!\d)")
"""What these numbers hold: five figures in a row (CELEX), seven (NOR) or twelve (Légifrance)."""

_LEGIFRANCE_ID = re.compile(r"(?P<base>jorftext|legitext|legiarti)\d{12}")
_NOR = re.compile(r"[a-z]{4}\d{7}[a-z](?![a-z0-9])")
_NOR_BEFORE = re.compile(r"(?<![a-z0-9])nor\s{0,2}:?\s{0,2}$")
_CELEX = re.compile(
    r"(?:[356](?P<year>(?:19|20)\d\d)(?P<sort>[a-z]{1,2})(?P<number>\d{4})"
    r"|0(?:19|20)\d\d[rld]\d{4}(?:-\d{8})?)(?![a-z0-9])"
)
_CELEX_BEFORE = re.compile(r"(?<![a-z0-9])celex\s?:?\s?$")
_EUROPEAN = re.compile(
    r"(?<![a-z])eli/(?P<sort>reg|dir|dec)(?P<act>_impl|_del)?"
    r"/(?P<year>(?:19|20)\d\d)/(?P<number>\d{1,5})(?!\d)(?:/oj)?"
)
_FRENCH = re.compile(
    r"(?<![a-z])eli/(?P<sort>loi|decret|arrete|ordonnance)/(?P<year>(?:19|20)\d\d)/(?P<month>\d{1,2})"
    r"/(?P<day>\d{1,2})/(?P<number>[a-z]{4}\d{7}[a-z]|\d{2,4}-\d{1,5})(?![a-z0-9])"
    r"(?:/jo(?:/(?:texte|article_[a-z0-9-]{1,20})(?![a-z0-9]))?)?"
)
_WORDS = {"loi": "loi", "decret": "décret", "ordonnance": "ordonnance"}


def find_identifiers(folded: Folded) -> Iterator[Found]:
    """Give the numbers of texts that a text holds, kind by kind."""
    if "eli/" in folded.text:
        yield from (_european(each) for each in _EUROPEAN.finditer(folded.text))
        yield from (_french(each) for each in _FRENCH.finditer(folded.text))
    for figures in _FIGURES.finditer(folded.text):
        if found := _numbered(folded, figures):
            yield found


def _numbered(folded: Folded, figures: re.Match[str]) -> Found | None:
    """Return what figures in a row are the number of."""
    text, length = folded.text, figures.end() - figures.start()
    before, read = _BY_LENGTH.get(length, (0, None))
    start = figures.start() - before
    if read is None or start < 0 or text[max(0, start - 1) : start].isalnum():
        return None
    return read(folded, start)


def _legifrance(folded: Folded, start: int) -> Found | None:
    match = _LEGIFRANCE_ID.match(folded.text, start)
    if match is None:
        return None
    identifier = match[0].upper()
    kind: ReferenceKind = "article"
    if match["base"] == "jorftext":
        kind, url = "jorftext", f"{LEGIFRANCE}jorf/id/{identifier}"
    elif match["base"] == "legitext":
        kind = "legitext"
        url = (
            f"{CODE_URL}{identifier}/"
            if identifier in CODES
            else f"{LEGIFRANCE}loda/id/{identifier}"
        )
    else:
        url = _article_url(folded.text[max(0, start - 20) : start], identifier)
    return Found(*match.span(), kind, identifier, identifier, url)


def _article_url(before: str, identifier: str) -> str:
    """Return where an article is, when its address is written: codes and laws have their own."""
    place = re.search(r"(?:codes|loda)/article_lc/$", before)
    return f"{LEGIFRANCE}{place[0]}{identifier}" if place else ""


def _nor(folded: Folded, start: int) -> Found | None:
    match = _NOR.match(folded.text, start)
    if match is None or folded.text[max(0, start - 1) : start] == "/":
        return None  # a part of an ELI, which says more
    said = _NOR_BEFORE.search(folded.text[max(0, start - 8) : start])
    if not said and not folded.words(*match.span()).isupper():
        return None
    nor = match[0].upper()
    begins = start - len(said[0]) if said else start
    return Found(begins, match.end(), "nor", nor, f"NOR {nor}", f"{_NOR_SEARCH}{nor}")


def _celex(folded: Folded, start: int) -> Found | None:
    match = _CELEX.match(folded.text, start)
    if match is None:
        return None
    celex = match[0].upper()
    key: Hashable = celex
    if celex[0] == "3" and match["sort"] in {"r", "l"}:
        key = ("reg" if match["sort"] == "r" else "dir", int(match["year"]), int(match["number"]))
    said = _CELEX_BEFORE.search(folded.text[max(0, start - 8) : start])
    begins = start - len(said[0]) if said else start
    return Found(begins, match.end(), "celex", key, f"CELEX {celex}", f"{_EUR_LEX}{celex}")


_BY_LENGTH = {len("32014"): (0, _celex), len("2033123"): (4, _nor), 12: (8, _legifrance)}
"""By how many figures are in a row: how many letters are before them, and what reads it."""


def _european(match: re.Match[str]) -> Found:
    year, number = int(match["year"]), int(match["number"])
    path = f"{match['sort']}{match['act'] or ''}/{year}/{number}/oj"
    key = (match["sort"], year, number)
    return Found(*match.span(), "eli", key, f"eli/{path}", f"{EUROPEAN_ELI}{path}")


def _french(match: re.Match[str]) -> Found:
    sort, number = match["sort"], match["number"].upper()
    day = "/".join(str(int(match[part])) for part in ("year", "month", "day"))
    path = f"{sort}/{day}/{number}/jo/texte"
    numbered = sort in _WORDS and "-" in number
    key = (_WORDS[sort], "", number) if numbered else path
    return Found(*match.span(), "eli", key, f"eli/{path}", f"{ELI}{path}")
