"""Flags what names people, places and addresses in what is to become public. Pure.

It flags too much rather than too little: an animator decides. Names are those of the directory;
the rest is known by its shape.
"""

import enum
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.text import fold


class Kind(enum.StrEnum):
    """What a flagged passage is; the value names its replacement's block."""

    EMAIL = "email"
    LINK = "link"
    SIRET = "siret"
    PHONE = "phone"
    BIRTH = "birth"
    ADDRESS = "address"
    PERSON = "person"
    TERRITORY = "territory"
    STRUCTURE = "structure"
    PLACE = "place"


@dataclass(frozen=True)
class Passage:
    """A flagged part of a text, `text[start:end]`."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True)
class Names:
    """Whom and what the directory knows.

    `people` are given and family names, `given_names` those of who took part in the exchange:
    they alone are flagged without a family name.
    """

    people: Sequence[tuple[str, str]] = ()
    given_names: Sequence[str] = ()
    territories: Sequence[str] = ()
    structures: Sequence[str] = ()


Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """Names as they are looked for, by their folded words.

    `whole` (two words at least) are known whatever their case; `capital` only where they begin
    with a capital.
    """

    whole: Mapping[Phrase, Kind] = field(default_factory=dict)
    capital: Mapping[Phrase, Kind] = field(default_factory=dict)
    longest: int = 0


def known(names: Names) -> Known:
    """Prepare names for the search."""
    whole: dict[Phrase, Kind] = {}
    capital: dict[Phrase, Kind] = {}
    for kind, listed in (
        (Kind.STRUCTURE, names.structures),
        (Kind.TERRITORY, names.territories),
    ):
        for name in listed:
            phrase = _phrase(name)
            proper = _without_common(phrase)
            (whole if proper else capital)[phrase] = kind
            capital[proper] = kind
    for given, family in names.people:
        whole |= {
            _phrase(f"{given} {family}"): Kind.PERSON,
            _phrase(f"{family} {given}"): Kind.PERSON,
        }
        capital[_phrase(family)] = Kind.PERSON
    for given in names.given_names:
        capital[_phrase(given)] = Kind.PERSON
    capital |= {phrase: kind for phrase, kind in whole.items() if len(phrase) == 1}
    whole = {phrase: kind for phrase, kind in whole.items() if len(phrase) > 1}
    capital = {
        phrase: kind for phrase, kind in capital.items() if len("".join(phrase)) >= _SHORTEST
    }
    return Known(whole, capital, max(map(len, (*whole, *capital)), default=0))


def flag(text: str, names: Known, placeholders: Iterable[str] = ()) -> tuple[Passage, ...]:
    """Return the passages that tell who or where, in order; none overlaps another.

    What already stands for something (`placeholders`) is left alone.
    """
    settled = [
        found.span()
        for each in placeholders
        if each
        for found in re.finditer(re.escape(each), text)
    ]
    found = sorted((*_shaped(text), *_named(text, names)), key=lambda each: (each.start, -each.end))
    kept: list[Passage] = []
    for each in found:
        free = not any(each.start < end and start < each.end for start, end in settled)
        if free and (not kept or each.start >= kept[-1].end):
            kept.append(each)
    return tuple(kept)


def replace(text: str, passages: Iterable[Passage], placeholders: Mapping[Kind, str]) -> str:
    """Return `text` with each passage replaced; the rest is what it was."""
    pieces, done = [], 0
    for passage in passages:
        pieces += [text[done : passage.start], placeholders[passage.kind]]
        done = passage.end
    return "".join([*pieces, text[done:]])


def anonymised(text: str, names: Known, placeholders: Mapping[Kind, str]) -> str:
    """Return `text` with all that is flagged replaced; nothing is flagged in what it returns."""
    while passages := flag(text, names, placeholders.values()):
        text = replace(text, passages, placeholders)
    return text


# --- what is known by its shape ----------------------------------------------------------------

_SPACE = r"[ \u00a0\u202f]"
_OF = r"(?:(?:de|du|des|la|le|les|lès|sur|sous|en|aux?|à|et)\s|[dl]['’])"
_NAME = r"[A-ZÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŒ][\w’'-]+"
_NAMES = rf"{_NAME}(?:[ -]{_OF}*{_NAME})*"
_TOWN = rf"(?:0[1-9]|[1-8]\d|9[0-8])\d{{3}}\s+(?!(?:Euros?|EUR|HT|TTC|Habitants?)\b){_NAMES}"
_NUMBER = rf"\d{{1,4}}{_SPACE}?(?:bis|ter|quater)?"
_STREET = (
    r"(?i:rue|avenue|av\.|boulevard|bd|chemin|route|impasse|allées?|faubourg|ruelle|hameau|montée)"
    rf"\s+{_OF}*[\w’'-]+"
)
_SQUARE = (
    r"(?i:place|quai|cours|square|passage|sentier|esplanade|résidence|lieu-dit|lotissement)"
    rf"\s+{_OF}*{_NAME}"
)
_WAY = f"(?:{_STREET}|{_SQUARE})"
_MONTH = "(?:janv|f[ée]vr|mars|avr|mai|juin|juil|ao[ûu]t|sept|oct|nov|d[ée]c)[a-z]*"
_DAY = rf"\d{{1,2}}(?:er)?(?:\s*[/.-]\s*\d{{1,2}}\s*[/.-]\s*|\s+{_MONTH}\.?\s+)\d{{2,4}}|\d{{4}}"
_TELLING = (
    r"(?i:[?&#;]\w*(?:token|jeton|key|cle|sig|code|auth|session|sid|pass|pwd)\w*=)"
    r"|[/=](?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{20}"
)
_PHONE = r"[1-9](?:[ \u00a0\u202f./-]?\d{2}){4}"

_SHAPES: Sequence[tuple[Kind, re.Pattern[str]]] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (Kind.LINK, rf"(?P<it>\b(?:https?://|www\.)[^\s<>«»]*?(?:{_TELLING})[^\s<>«»]*)"),
        (Kind.LINK, r"(?P<it>\b(?:https?://)?t\.me/[^\s<>«»]+)"),
        (Kind.EMAIL, r"(?<![\w.+-])(?P<it>[\w.+-]*[\w+-]@[\w-]+(?:\.[\w-]+)+)"),
        (Kind.SIRET, rf"(?<!\d)(?P<it>(?:\d{{3}}{_SPACE}?){{3}}\d{{5}})(?!\d)"),
        (Kind.SIRET, rf"(?i:\bsiren)\D{{1,6}}(?P<it>(?:\d{_SPACE}?){{8}}\d)(?!\d)"),
        (
            Kind.PHONE,
            rf"(?<![\d+])(?P<it>(?:(?:\+|00)33{_SPACE}?(?:\(0\){_SPACE}?)?|0){_PHONE})(?!\d)",
        ),
        (Kind.PHONE, r"(?<![\d+])(?P<it>\+(?!33)\d{1,3}(?:[ .-]?\d{2,4}){3,5})(?!\d)"),
        (
            Kind.BIRTH,
            rf"(?i:\bnée?(?:\(e\))? (?:le|en) |\bnaissance{_SPACE}?:? ?)(?P<it>{_DAY})\b",
        ),
        (
            Kind.ADDRESS,
            rf"(?<!\d)(?P<it>{_NUMBER},?\s+{_WAY}(?:[ -]{_OF}*{_NAME})*(?:,?\s+{_TOWN})?)",
        ),
        (Kind.ADDRESS, rf"(?<!\d)(?P<it>{_TOWN})"),
        (Kind.ADDRESS, rf"(?P<it>\bBP\s?\d{{1,6}}\b(?:,?\s+{_TOWN})?)"),
        (
            Kind.PLACE,
            rf"(?i:\b(?:commune|mairie|ville|village|bourg|maire)\s+d)(?:e\s+|['’])(?P<it>{_NAMES})",
        ),
        (Kind.PLACE, rf"(?P<it>\b(?:Sainte?|Ste?)[ -]{_NAMES})"),
    )
)


def _shaped(text: str) -> Iterator[Passage]:
    for kind, pattern in _SHAPES:
        for found in pattern.finditer(text):
            yield Passage(*found.span("it"), kind)


# --- what is known by its name -----------------------------------------------------------------

_SHORTEST = 3
"""How many letters a name has at least to be known when it stands alone."""

_WORDS = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")
_BETWEEN = re.compile(r"[\s'’-]{1,3}")

_COMMON = frozenset(
    """
    a agence agglomeration association au aux centre cc ca communaute communautes commune communes
    conseil d de departement departementale departementales des du en et federation grand grande
    groupement haut haute hauts hautes intercommunal intercommunale l la le les maison massif
    mission mixte monts office parc pays plaine plateau pole regional regionale reseau rural rurale
    structure sud nord est ouest sur syndicat territoire territoires union vallee vallees
    """.split()  # noqa: SIM905  # a list of quoted words is no clearer
)
"""Words of which names of territories and structures are made, and that name nothing alone."""


def _phrase(name: str) -> Phrase:
    return tuple(word for word, _, _ in _words(name))


def _without_common(phrase: Phrase) -> Phrase:
    """Return what is proper to a name: « Vallées de la Brune-Claire » is known by Brune-Claire."""
    proper = [place for place, word in enumerate(phrase) if word not in _COMMON]
    return phrase[proper[0] : proper[-1] + 1] if proper else ()


def _words(text: str) -> Sequence[tuple[str, int, int]]:
    """Return each word, folded, with its span in `text`."""
    return [
        ("".join(map(fold, found[0])), found.start(), found.end())
        for found in _WORDS.finditer(text)
    ]


def _named(text: str, names: Known) -> Iterator[Passage]:
    words = _words(text)
    for first, (_, start, _) in enumerate(words):
        phrases = names.capital if text[start].isupper() else {}
        phrase: Phrase = ()
        before = start
        for word, begins, end in words[first : first + names.longest]:
            if phrase and not _BETWEEN.fullmatch(text, before, begins):
                break
            phrase, before = (*phrase, word), end
            kind = names.whole.get(phrase) or phrases.get(phrase)
            if kind:
                yield Passage(start, end, kind)
