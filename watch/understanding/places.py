"""The départements and regions that a text names. Doubt is no place: then a text concerns everybody.

The rules, in their order:

1. The longest name wins: « Haute-Loire » is neither the Loire nor Savoie-like half a name, with hyphens,
   spaces, any case, any accents. A name glued by a hyphen to another word (« Marne-la-Vallée »,
   « Loire-Bretagne ») is none, unless that word is a place too (« Drôme-Ardèche »).
2. A name of several words counts as it is. A single word needs its capital; those that are common
   words too need their article (« dans la Creuse », « l’Allier ») or more, and in a title all in capitals,
   where a capital says nothing, one degree more (`_NEEDS`).
3. What makes any name sure: « département de », « préfet du », « conseil départemental de »… before it,
   « dans le », its own number (« Lot (46) », « 46 - Lot »), parentheses around it, or a list with a
   name that is sure (« Cantal, Lot et Paris »).
4. A river is no place (« la vallée du Lot », « les bords de Loire », « Cosne sur Loire »), nor a part of a work
   or a sum (« lot n° 3 », « la Somme de »), nor « la réunion du 12 mars ».
5. Paris is where meetings are: it counts only as a département (rule 3), so that a national piece
   of news « à Paris » is not taken for a local one.
6. Numbers count after « département(s) », and between parentheses after a name (« Brioude (43) »).

A former region stands for its départements, and so does the Massif central (its 22).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from watch.understanding.folding import Folded, fold
from watch.understanding.records import Places
from watch.understanding.territory import DEPARTMENTS, IN_REGION, PLACES, departments_of


def find_places(text: str) -> Places:
    """Return the places that `text` names, each once, in their order. Never raises.

    Départements by their code, regions by theirs with an R (`watch.understanding.territory`).
    """
    folded = fold(text)
    named = _settled(folded, list(_named(folded)))
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

    What is wanted is written as codes of départements (« 43 »), of regions with an R (« R84 »: without it,
    84 is the Vaucluse), or names; `watch.understanding.territory.unknown_places` tells what is none of
    these, which counts for nothing here. A region and a département that lies in it meet. A text
    that names no place concerns everybody; so does everything when nothing is wanted.
    """
    within = _wanted(tuple(wanted))
    named = departments_of((*places.departments, *places.regions))
    return bool(named) and bool(within) and named.isdisjoint(within)


@lru_cache(maxsize=256)
def _wanted(wanted: tuple[str, ...]) -> frozenset[str]:
    return departments_of(wanted)


# --- names ---------------------------------------------------------------------------------------

_PLAIN, _ARTICLED, _SURE = 0, 1, 2
"""What a capital needs beside it: nothing, the article of the name, or what makes it sure."""

_NEEDS = {
    "ain": (_ARTICLED, _ARTICLED),
    "allier": (_ARTICLED, _ARTICLED),
    "aube": (_ARTICLED, _ARTICLED),
    "aude": (_ARTICLED, _ARTICLED),
    "landes": (_ARTICLED, _ARTICLED),
    "var": (_ARTICLED, _ARTICLED),
    "vienne": (_ARTICLED, _ARTICLED),
    "cher": (_ARTICLED, _SURE),
    "lot": (_ARTICLED, _SURE),
    "somme": (_ARTICLED, _SURE),
    "manche": (_SURE, _SURE),
    "nord": (_SURE, _SURE),
    "paris": (_SURE, _SURE),
    "reunion": (_ARTICLED, _SURE),
    "aura": (_PLAIN, _PLAIN),
    "calvados": (_PLAIN, _ARTICLED),
    "corse": (_PLAIN, _ARTICLED),
    "creuse": (_PLAIN, _ARTICLED),
    "limousin": (_PLAIN, _ARTICLED),
    "orne": (_PLAIN, _ARTICLED),
}
"""The names that are other things too: what they need with a capital, and all in capitals."""

_ARTICLES = {
    "lot": r"(?:le|du)\s",
    "var": r"(?:le|du)\s",
    "cher": r"(?:le|du)\s",
    "landes": r"(?:les|des)\s",
    "reunion": r"\bla\s",
}
_ARTICLE = {
    name: re.compile(_ARTICLES.get(name, r"(?:\b(?:la|le|en|du)\s|l')") + "$") for name in _NEEDS
}
_LETTERS = frozenset({"aura", "idf", "paca"})
_CAPITALS = frozenset({"grand est", "region sud"})
"""Words that are ordinary without all their capitals."""

_WORD = re.compile(r"[a-z]+")
_FIGURE = re.compile(r"\d")
_NOT_PLACES = (
    "loire bretagne",
    "loire a velo",
    "val de loire",
    "seine normandie",
    "artois picardie",
)
"""Longer names that hold one of a place, and are none."""

_KNOWN = {name: codes for name, codes in PLACES.items() if name != "la reunion"}
_KNOWN |= dict.fromkeys(_NOT_PLACES, ())


def _patterns() -> dict[str, re.Pattern[str]]:
    """Return, by their first words, the names that begin so, the longest first."""
    starting: dict[str, list[str]] = {}
    for name in sorted(_KNOWN, key=len, reverse=True):
        starting.setdefault(name.split()[0], []).append(r"[\s'-]{1,2}".join(name.split()))
    return {
        word: re.compile(f"(?:{'|'.join(all_)})(?![a-z0-9])") for word, all_ in starting.items()
    }


_STARTING = _patterns()
_FIRST_WORDS = frozenset(_STARTING)


@dataclass(frozen=True, slots=True)
class _Name:
    """A name at a place of the text. `sure`: None when only a list can tell."""

    start: int
    end: int
    name: str
    codes: tuple[str, ...]
    sure: bool | None


def _named(folded: Folded) -> Iterator[_Name]:
    text, end = folded.text, 0
    first_words = _FIRST_WORDS.intersection(_WORD.findall(text))
    for start, word in sorted(each for word in first_words for each in _standing(text, word)):
        match = _STARTING[word].match(text, start) if start >= end else None
        if match:
            end = match.end()
            name = " ".join(re.split(r"[\s'-]+", match[0]))
            if codes := _KNOWN[name]:
                found = _Name(start, end, name, codes, None)
                yield replace(found, sure=_sure(folded, found))


def _standing(text: str, word: str) -> Iterator[tuple[int, str]]:
    """Give each place where a word begins."""
    start = text.find(word)
    while start >= 0:
        if not text[start - 1 : start].isalnum():
            yield start, word
        start = text.find(word, start + 1)


def _sure(folded: Folded, found: _Name) -> bool | None:
    """Tell whether a name is a place by itself; None when only a list can tell."""
    text, name = folded.text, found.name
    before, after = text[max(0, found.start - 70) : found.start], text[found.end : found.end + 24]
    if " " in name:
        return name not in _CAPITALS or _all_capitals(folded, found)
    if _NOT_AFTER.match(after) or _NOT_BEFORE.search(before):
        return False
    if _surely(folded, found, before, after):
        return True
    if not folded.capital(found.start):
        return False
    shouted = folded.capital(found.start + 1)
    if name in _LETTERS:
        return shouted or name == "paca"
    need = _NEEDS.get(name, (_PLAIN, _PLAIN))[shouted]
    if name in _OTHERWISE and _OTHERWISE[name].match(after):
        return False
    if need == _PLAIN or (need == _ARTICLED and _ARTICLE[name].search(before)):
        return True
    return None


def _all_capitals(folded: Folded, found: _Name) -> bool:
    return all(
        folded.capital(found.start + word.start())
        for word in _WORD.finditer(folded.text[found.start : found.end])
    )


_NOT_AFTER = re.compile(r"\s?(?:n\s?°|\d)")
_NOT_BEFORE = re.compile(
    r"(?<![a-z])(?:(?:sur|grande|avenue|rue|gare|boulevard)\s"
    r"|(?:bassins?(?:\sversants?)?|vallees?|val|bords?|gorges|crues?|rives?|fleuves?|rivieres?|affluents?"
    r"|estuaire|sources?|chateaux|long|cours|axe|canal|canton|massif|cotes|plaine|nationale|anne)"
    r"\s(?:de\sla\s|de\sl'|du\s|des?\s|d'|la\s|le\s|l')?)$"
)
_OTHERWISE = {
    "somme": re.compile(r"\s(?:de|des|d'|totale|forfaitaire|maximale|globale)\b"),
    "reunion": re.compile(
        r"\s(?:de|du|des|d'|publique|pleniere|annuelle|technique|le|la|les|sur|avec|en|organisee)\b"
    ),
    "nord": re.compile(r"[\s-](?:de|du|des|d'|est|ouest|sud)\b"),
    "manche": re.compile(r"[\s-](?:est|ouest|mer)\b"),
}
"""What follows a name when it is the word and not the place."""

_OFFICES = (
    r"(?<![a-z])(?:(?:conseil\s)?departement(?:s|al|ale|ales|aux)?|(?:sous-)?prefe(?:te?|cture)s?|ddtm?|ddets(?:pp)?"
    r"|ddcs(?:pp)?|ddpp|dsden|caf|cdg|cci|cma|sdis|udaf|caue|adil|msa)"
)
_OF = r"\s(?:du\s|de\sla\s|de\sl'|des\s|de\s|d')$"
_OFFICE = re.compile(rf"{_OFFICES}(?:{_OF}|\s?:?\s?$)")
_FAR_OFFICE = re.compile(
    rf"(?:{_OFFICES}|\bterritoriale|\bchambre|\belus|\bhabitants|\bmaires)\b[^.;:()\n]{{0,60}}?{_OF}"
)
_INSIDE = re.compile(r"(?<![a-z])dans\s(?:la\s|les?\s|l')$")
_PLACE_OF = {
    "paris": re.compile(r"(?<![a-z])(?:ville|mairie|maire)\sde\s$"),
    "reunion": re.compile(r"(?<![a-z])ile\sde\sla\s$"),
}
_OWN_NUMBER = re.compile(r"\s?\(\s?(\d[\dab]\d?)\s?\)")
_NUMBER_DASH = re.compile(r"(?<![\d.,/])(\d[\dab]\d?)\s?[-:]\s?$")


def _surely(folded: Folded, found: _Name, before: str, after: str) -> bool:
    """Tell whether what stands around a name says that it is a place."""
    for number in (_OWN_NUMBER.match(after), _NUMBER_DASH.search(before)):
        if number and number[1].upper() in found.codes:
            return True
    otherwise = _OTHERWISE.get(found.name)
    if otherwise and otherwise.match(after):
        return False
    own = _PLACE_OF.get(found.name)
    if _OFFICE.search(before) or (own and own.search(before)):
        return True
    if own or not _tells(folded, found):
        return False
    enclosed = before.endswith("(") and after.lstrip().startswith((")", ","))
    return enclosed or bool(_INSIDE.search(before) or _FAR_OFFICE.search(before))


def _tells(folded: Folded, found: _Name) -> bool:
    """Tell whether the capital of a name says anything: in « DANS LE LOT » it does not."""
    ordinary = found.name in _NEEDS and _NEEDS[found.name][1] == _SURE
    return folded.capital(found.start) and not (ordinary and folded.capital(found.start + 1))


# --- lists, and names glued by hyphens -------------------------------------------------------------

_LISTED = re.compile(
    r"\s?(?:\(\s?\d[\dab]\d?\s?\))?\s?(?:,|;|/|&|et|ou|,\set|ainsi\sque)\s?"
    r"(?:(?:dans|de)\s)?(?:la\s|les?\s|l'|du\s|des\s|d'|de\s)?"
)
_LONGEST_LINK = 24


def _settled(folded: Folded, found: list[_Name]) -> list[_Name]:
    """Return the names that are places: the sure ones, and those in a list with one of them."""
    text = folded.text
    for order in (range(1, len(found)), range(len(found) - 2, -1, -1)):
        for index in order:
            other = found[index - order.step]
            if found[index].sure is None and other.sure and _in_a_list(text, found[index], other):
                found[index] = replace(found[index], sure=True)
    starts = {each.start for each in found}
    ends = {each.end for each in found}
    return [each for each in found if each.sure and not _glued(text, each, starts, ends)]


def _in_a_list(text: str, one: _Name, other: _Name) -> bool:
    first, last = sorted((one, other), key=lambda each: each.start)
    if last.start - first.end > _LONGEST_LINK or not _LISTED.fullmatch(text, first.end, last.start):
        return False
    return all(each.codes[0] in DEPARTMENTS for each in (one, other))


def _glued(text: str, each: _Name, starts: set[int], ends: set[int]) -> bool:
    """Tell whether a hyphen glues a name to a word that is no place."""
    before = text[max(0, each.start - 2) : each.start]
    after = text[each.end : each.end + 2]
    return (before[1:] == "-" and before[0].isalpha() and each.start - 1 not in ends) or (
        after[:1] == "-" and after[1:].isalpha() and each.end + 1 not in starts
    )


# --- numbers ---------------------------------------------------------------------------------------

_CODE = r"(?:2[ab]|97[1-46]|\d{2})"
_AFTER_DEPARTMENT = re.compile(
    rf"dep(?<![a-z]dep)(?:ts?|artements?)?\.?\s?(?:n\s?°s?\s?)?[:(]?\s?"
    rf"(?P<codes>{_CODE}(?![\w°])(?:\s?(?:,|;|/|-|et|ou)\s?{_CODE}(?![\w°%€])){{0,101}})"
)
_DEPT = re.compile(rf"dpts?(?<![a-z]dpt)(?<![a-z]dpts)\.?\s?[:(]?\s?(?P<codes>{_CODE})(?![\w°])")
_ENCLOSED = re.compile(rf"\(\s?(?P<codes>{_CODE}(?:\s?[,/;-]\s?{_CODE}){{0,20}})\s?\)")
_ONE_CODE = re.compile(_CODE)
_LAST_WORD = re.compile(r"([^\W\d_][\w']*)\s?$")
_COUNTED = frozenset(
    "commentaires commentaire articles annexes annexe photos videos offres resultats pages documents"
    " note notes art version tome numero agenda emplois covid actualites evenements avis".split()
)
"""Words before a number that counts something."""


def _numbered(folded: Folded) -> Iterator[tuple[int, str]]:
    """Give the départements that are named by their number, and where."""
    text = folded.text
    matches = [*_DEPT.finditer(text), *_AFTER_DEPARTMENT.finditer(text)]
    matches += [each for each in _ENCLOSED.finditer(text) if _follows_a_name(folded, each.start())]
    for match in matches:
        for code in _ONE_CODE.findall(match["codes"]):
            if code.upper() in DEPARTMENTS:
                yield match.start(), code.upper()


def _follows_a_name(folded: Folded, place: int) -> bool:
    """Tell whether a word with a capital ends before `place`, that is no counted thing."""
    start = max(0, place - 40)
    word = _LAST_WORD.search(folded.text, start, place)
    return word is not None and folded.capital(word.start()) and word[1] not in _COUNTED
