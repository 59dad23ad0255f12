"""The départements and regions that a text names.

The longest name wins: « Haute-Loire » is not the Loire. A name glued by a hyphen to another word
(« Marne-la-Vallée ») is none, unless that word is a place too (« Drôme-Ardèche »). Which names
count is in `watch.understanding.place_names`; one that stays open counts in a list with one that
is sure (« le Cantal, le Lot et Paris »). Numbers count after « département(s) », and between
parentheses after a name (« Brioude (43) », « Vichy (03200) »).

A former region stands for its départements, and so does the Massif central (its 22).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from watch.understanding.folding import Folded, fold
from watch.understanding.place_names import KNOWN, Name, is_sure
from watch.understanding.records import Places
from watch.understanding.territory import DEPARTMENTS, IN_REGION, departments_of


def find_places(text: str) -> Places:
    """Return the places that `text` names, each once, in their order. Never raises.

    Départements by their code, regions by theirs with an R (`watch.understanding.territory`).
    """
    folded = fold(text)
    named = _settled(folded.text, list(_named(folded)))
    found = [(each.start, code) for each in named for code in each.codes]
    if _FIGURE.search(folded.text):
        found += _numbered(folded)
    codes = dict.fromkeys(code for _, code in sorted(found, key=lambda each: each[0]))
    return Places(
        departments=tuple(code for code in codes if code in DEPARTMENTS),
        regions=tuple(code for code in codes if code in IN_REGION),
    )


def is_outside(places: Places, wanted: Sequence[str]) -> bool:
    """Tell whether only other places are named than `wanted`.

    What is wanted is written as codes of départements (« 43 »), of regions with an R (« R84 »:
    without it, 84 is the Vaucluse), or names; what is none of these counts for nothing, and
    `watch.understanding.territory.unknown_places` tells it. A region and a département that lies
    in it meet. A text that names no place concerns everybody; so does everything when nothing is
    wanted.
    """
    within = _wanted(tuple(wanted))
    named = departments_of((*places.departments, *places.regions))
    return bool(named) and bool(within) and named.isdisjoint(within)


@lru_cache(maxsize=256)
def _wanted(wanted: tuple[str, ...]) -> frozenset[str]:
    return departments_of(wanted)


_WORD = re.compile(r"[a-z]+")
_FIGURE = re.compile(r"\d")


def _patterns() -> dict[str, re.Pattern[str]]:
    """Return, by their first words, the names that begin so, the longest first."""
    starting: dict[str, list[str]] = {}
    for name in sorted(KNOWN, key=len, reverse=True):
        starting.setdefault(name.split()[0], []).append(r"[\s'-]{1,2}".join(name.split()))
    return {
        word: re.compile(f"(?:{'|'.join(all_)})(?![a-z0-9])") for word, all_ in starting.items()
    }


_STARTING = _patterns()
_FIRST_WORDS = frozenset(_STARTING)


def _named(folded: Folded) -> Iterator[Name]:
    text, end = folded.text, 0
    first_words = _FIRST_WORDS.intersection(_WORD.findall(text))
    for start, word in sorted(each for first in first_words for each in _standing(text, first)):
        match = _STARTING[word].match(text, start) if start >= end else None
        if match:
            end = match.end()
            name = " ".join(re.split(r"[\s'-]+", match[0]))
            if codes := KNOWN[name]:
                found = Name(start, end, name, codes)
                yield replace(found, sure=is_sure(folded, found))


def _standing(text: str, word: str) -> Iterator[tuple[int, str]]:
    """Give each place where a word begins."""
    start = text.find(word)
    while start >= 0:
        if not text[start - 1 : start].isalnum():
            yield start, word
        start = text.find(word, start + 1)


# --- lists, and names glued by hyphens --------------------------------------------------------

_LISTED = re.compile(
    r"\s?(?:\(\s?\d[\dab]\d?\s?\))?\s?(?:,|;|/|&|et|ou|,\set|ainsi\sque)\s?"
    r"(?:(?:dans|de)\s)?(?:la\s|les?\s|l'|du\s|des\s|d'|de\s)?"
)
_LONGEST_LINK = 24


def _settled(text: str, found: list[Name]) -> list[Name]:
    """Return the names that are places: the sure ones, and those in a list with one of them."""
    for order in (range(1, len(found)), range(len(found) - 2, -1, -1)):
        for index in order:
            other = found[index - order.step]
            if found[index].sure is None and other.sure and _in_a_list(text, found[index], other):
                found[index] = replace(found[index], sure=True)
    starts = {each.start for each in found}
    ends = {each.end for each in found}
    return [each for each in found if each.sure and not _glued(text, each, starts, ends)]


def _in_a_list(text: str, one: Name, other: Name) -> bool:
    first, last = sorted((one, other), key=lambda each: each.start)
    if last.start - first.end > _LONGEST_LINK or not _LISTED.fullmatch(text, first.end, last.start):
        return False
    return all(each.codes[0] in DEPARTMENTS for each in (one, other))


def _glued(text: str, each: Name, starts: set[int], ends: set[int]) -> bool:
    """Tell whether a hyphen glues a name to a word that is no place."""
    before = text[max(0, each.start - 2) : each.start]
    after = text[each.end : each.end + 2]
    return (before[1:] == "-" and before[0].isalpha() and each.start - 1 not in ends) or (
        after[:1] == "-" and after[1:].isalpha() and each.end + 1 not in starts
    )


# --- numbers ----------------------------------------------------------------------------------

_CODE = r"(?:2[ab]|97[1-46]|\d{2})"
_AFTER_DEPARTMENT = re.compile(
    rf"dep(?<![a-z]dep)(?:ts?|artements?)?\.?\s?(?:n\s?°s?\s?)?[:(]?\s?"
    rf"(?P<codes>{_CODE}(?![\w°])(?:\s?(?:,|;|/|-|et|ou)\s?{_CODE}(?![\w°%€])){{0,101}})"
)
_DEPT = re.compile(rf"dpts?(?<![a-z]dpt)(?<![a-z]dpts)\.?\s?[:(]?\s?(?P<codes>{_CODE})(?![\w°])")
_ENCLOSED = re.compile(rf"\(\s?(?P<codes>{_CODE}(?:\s?[,/;-]\s?{_CODE}){{0,20}})\s?\)")
_POSTAL = re.compile(r"\(\s?(?P<codes>(?!20|9[78])\d\d(?=\d{3}\s?\))|97[1-46](?=\d\d\s?\)))")
"""A postal code begins by the number of the département, except in Corsica."""
_ONE_CODE = re.compile(_CODE)
_LAST_WORD = re.compile(r"([^\W\d_][\w']*)\s?$")
_COUNTED = frozenset(
    """
    actualites agenda annexe annexes art articles avis commentaire commentaires covid documents
    emplois evenements note notes numero offres pages photos resultats tome version videos
    """.split()  # noqa: SIM905  # a list of quoted words is no clearer
)
"""Words before a number that counts something."""


def _numbered(folded: Folded) -> Iterator[tuple[int, str]]:
    """Give the départements that are named by their number, and where."""
    text = folded.text
    matches = [*_DEPT.finditer(text), *_AFTER_DEPARTMENT.finditer(text)]
    enclosed = [*_ENCLOSED.finditer(text), *_POSTAL.finditer(text)]
    matches += [each for each in enclosed if _follows_a_name(folded, each.start())]
    for match in matches:
        for code in _ONE_CODE.findall(match["codes"]):
            if code.upper() in DEPARTMENTS:
                yield match.start(), code.upper()


def _follows_a_name(folded: Folded, place: int) -> bool:
    """Tell whether a word with a capital ends before `place`, that is no counted thing."""
    start = max(0, place - 40)
    word = _LAST_WORD.search(folded.text, start, place)
    return word is not None and folded.capital(word.start()) and word[1] not in _COUNTED
