"""When a name is that of a département or a region, and not a river, a word or a town.

Doubt is no place. The rules, in their order:

1. A name of several words counts as it is, in any case, with hyphens or without.
2. A river is no place (« la vallée du Lot », « les bords de Loire », « Cosne sur Loire »), nor a
   part of works or a sum (« lot n° 3 », « la Somme de »), nor « la Réunion du 12 mars ».
3. What makes any other name sure: « département de », « préfet du », « DDT du »… before it, « dans
   le », its own number (« Lot (46) », « 46 - Lot »), parentheses around it.
4. Otherwise a single word needs its capital. Those that are ordinary words too need their article
   (« l’Allier », « en Creuse ») or what makes them sure (« Nord »), and one degree more in a title
   all in capitals, where a capital says nothing (`_NEEDS`).
5. Paris is where meetings are: only rule 3 makes it a place (« département de Paris »,
   « Paris (75) », « Ville de Paris »), so that news of everybody, « à Paris », are not local ones.

What rule 4 leaves open, a list with a name that is sure may settle (`watch.understanding.places`).
"""

import re
from dataclasses import dataclass

from watch.understanding.folding import Folded
from watch.understanding.territory import PLACES


@dataclass(frozen=True, slots=True)
class Name:
    """A name that may be a place, at `start` to `end` of a folded text, and its codes.

    `sure` tells whether it is; None when only its neighbours can tell.
    """

    start: int
    end: int
    name: str
    codes: tuple[str, ...]
    sure: bool | None = None


_NOT_PLACES = (
    "loire bretagne",
    "loire a velo",
    "val de loire",
    "seine normandie",
    "artois picardie",
)
"""Longer names that hold one of a place, and are none."""

KNOWN = {name: codes for name, codes in PLACES.items() if name != "la reunion"}
"""The names that are looked for, as one finds them; those that are no place have no code."""
KNOWN |= dict.fromkeys(_NOT_PLACES, ())

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
_LETTERS = frozenset({"aura", "idf"})
_CAPITALS = frozenset({"grand est", "region sud"})
"""Words that are ordinary without all their capitals."""


def is_sure(folded: Folded, found: Name) -> bool | None:
    """Tell whether a name is a place by itself; None when only its neighbours can tell."""
    if " " in found.name:
        return found.name not in _CAPITALS or _all_capitals(folded, found)
    before = folded.text[max(0, found.start - 70) : found.start]
    after = folded.text[found.end : found.end + 24]
    if _is_something_else(found, before, after):
        return False
    if _has_its_number(found, before, after) or _is_told(folded, found, before, after):
        return True
    return _by_its_capital(folded, found, before)


def _all_capitals(folded: Folded, found: Name) -> bool:
    words = re.finditer(r"[a-z]+", folded.text[found.start : found.end])
    return all(folded.capital(found.start + word.start()) for word in words)


_NOT_AFTER = re.compile(r"\s?(?:n\s?°|\d)")
_NOT_BEFORE = re.compile(
    r"(?<![a-z])(?:(?:sur|grande|avenue|rue|gare|boulevard)\s"
    r"|(?:bassins?(?:\sversants?)?|vallees?|val|bords?|gorges|crues?|rives?|fleuves?|rivieres?|affluents?"
    r"|estuaire|sources?|chateaux|long|cours|axe|canal|canton|massif|cotes|plaine|nationale|anne)"
    r"\s(?:de\sla\s|de\sl'|du\s|des?\s|d'|la\s|le\s|l')?)$"
)
_WORD_AFTER = {
    "somme": re.compile(r"\s(?:de|des|d'|totale|forfaitaire|maximale|globale)\b"),
    "reunion": re.compile(
        r"\s(?:de|du|des|d'|publique|pleniere|annuelle|technique|le|la|les|sur|avec|en|organisee)\b"
    ),
    "nord": re.compile(r"[\s-](?:de|du|des|d'|est|ouest|sud)\b"),
    "manche": re.compile(r"[\s-](?:est|ouest|mer)\b"),
}
"""What follows a name when it is the word and not the place."""


def _is_something_else(found: Name, before: str, after: str) -> bool:
    """Tell whether a name is a river, a number of something, a word of the sentence."""
    word = _WORD_AFTER.get(found.name, _NOT_AFTER)
    return bool(_NOT_AFTER.match(after) or word.match(after) or _NOT_BEFORE.search(before))


_OFFICES = (
    r"(?<![a-z])(?:departement(?:s|al|ale|ales|aux)?|(?:sous-)?prefe(?:te?|cture)s?|ddtm?"
    r"|ddets(?:pp)?|ddcs(?:pp)?|ddpp|dsden|caf|cdg|cci|cma|sdis|udaf|caue|adil|msa)"
)
_OF = r"\s(?:du\s|de\sla\s|de\sl'|des\s|de\s|d')$"
_OFFICE = re.compile(rf"{_OFFICES}{_OF}|(?<![a-z])departements?\s?:?\s?(?:la\s|les?\s|l')?$")
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


def _has_its_number(found: Name, before: str, after: str) -> bool:
    numbers = (_OWN_NUMBER.match(after), _NUMBER_DASH.search(before))
    return any(number and number[1].upper() in found.codes for number in numbers)


def _is_told(folded: Folded, found: Name, before: str, after: str) -> bool:
    """Tell whether what stands around a name says that it is a place."""
    own = _PLACE_OF.get(found.name)
    if _OFFICE.search(before) or (own and own.search(before)):
        return True
    if own or not _capital_tells(folded, found):
        return False
    enclosed = before.endswith("(") and after.lstrip().startswith((")", ","))
    return enclosed or bool(_INSIDE.search(before) or _FAR_OFFICE.search(before))


def _capital_tells(folded: Folded, found: Name) -> bool:
    """Tell whether a name has a capital that says something: in « DANS LE LOT » it does not."""
    ordinary = found.name in _NEEDS and _NEEDS[found.name][1] == _SURE
    return folded.capital(found.start) and not (ordinary and folded.capital(found.start + 1))


def _by_its_capital(folded: Folded, found: Name, before: str) -> bool | None:
    """Tell whether the capital of a name is enough, with the article before it."""
    shouted = folded.capital(found.start + 1)
    if not folded.capital(found.start) or (found.name in _LETTERS and not shouted):
        return False
    need = _NEEDS.get(found.name, (_PLAIN, _PLAIN))[shouted]
    if need == _PLAIN or (need == _ARTICLED and _ARTICLE[found.name].search(before)):
        return True
    return None
