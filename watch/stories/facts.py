"""What tells an announcement from another like it: numbers, dates, references, what is said of it.

A fact is an integer: its type in the four highest of 32 bits, then the hash of what it says.
"""

import enum
import re
from collections.abc import Iterable, Iterator, Sequence
from zlib import crc32

from core.text import words
from watch.stories.words import EVENTS, KINDS, MONTHS, NUMBERS, ORDINALS, PERIODS, SERIES

HASHED = (1 << 28) - 1
_DAY_DIGITS = 2


class Fact(enum.IntEnum):
    """The types of facts.

    REFERENCE: the number of a text (« 2026-812 »). ARTICLE: another code (« L. 562-2 »). SERIES:
    one of several (« session 2 », « 3/5 », « 12e »). KIND: of which kind a legal text is. EVENT:
    what is said of a thing (`watch.stories.words`). JORF, NOR: identifiers of the Journal officiel.
    PERIOD: a month or a day of the week. OFFICIAL: the title is that of a legal text itself.
    """

    REFERENCE = 0
    YEAR = 1
    DATE = 2
    NUMBER = 3
    SERIES = 4
    KIND = 5
    EVENT = 6
    JORF = 7
    NOR = 8
    DEPARTMENT = 9
    REGION = 10
    CLOSING = 11
    ARTICLE = 12
    PERIOD = 13
    OFFICIAL = 14


def fact(kind: Fact, text: str) -> int:
    """Return a fact as an integer."""
    return kind << 28 | crc32(text.encode()) & HASHED


HIRED = fact(Fact.EVENT, "hired")
"""Somebody is wanted: everybody says it in the same words."""

ORDER = fact(Fact.KIND, "order")
"""Mayors take them too, each the same."""

IS_OFFICIAL = fact(Fact.OFFICIAL, "title")


def of_kind(facts: Iterable[int], kind: Fact) -> frozenset[int]:
    """Return the facts of a type."""
    return frozenset([each for each in facts if each >> 28 == kind])


# --- digits -----------------------------------------------------------------------------------

_DIGITS = re.compile(
    r"(?P<day>\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d\d)(?!\d))"
    r"|(?P<code>\d+(?:[-/]\d+)+)"
    r"|(?P<number>\d+(?:[ \u00a0\u202f.]\d{3}(?!\d))*(?:,\d+)?)(?P<tail>[a-zèé]*)"
)
"""Digits as they stand together: a day, a code (« 2026-812 », « 3/5 »), or a number."""

_DIGIT = re.compile(r"\d")
_PUBLISHED = re.compile(r"\bjo(?:rf)?\b[^\d]{0,12}du (?:\d[\d/.]+|\d{1,2}\w* \w+ \d{4})")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NEXT = re.compile(r"[ \u00a0\u202f]*([^\W\d]+)")
_BEFORE = re.compile(r"([^\W\d]+)(?:\W{1,3}n°)?\W{0,3}$")
_ORDINAL_ENDS = frozenset(("er", "re", "ere", "ère", "e", "eme", "ème", "nd", "nde"))


def told_by_digits(text: str) -> Iterator[int]:
    """Give the facts that digits tell: references, dates, years, one of several, numbers."""
    if not _DIGIT.search(text):
        return
    lowered = _PUBLISHED.sub(" ", text.lower())
    for found in _DIGITS.finditer(lowered):
        if found["day"]:
            yield from _day(*re.split(r"[/.]", found["day"]))
        elif found["code"]:
            yield from _code(found["code"])
        else:
            yield _number(lowered, found)


def _day(day: str, month: str, year: str) -> Iterator[int]:
    yield fact(Fact.DATE, f"{int(day)}.{int(month)}")
    yield fact(Fact.YEAR, year if len(year) > _DAY_DIGITS else f"20{year}")


def _code(code: str) -> Iterator[int]:
    """Give what a code says: years (« 2021-2027 »), one of several (« 3/5 »), or a reference."""
    parts = re.split(r"[-/]", code)
    if all(_YEAR.fullmatch(part) for part in parts):
        yield from (fact(Fact.YEAR, part) for part in parts)
    elif "/" in code and all(len(part) <= _DAY_DIGITS for part in parts):
        yield fact(Fact.SERIES, code)
    else:
        numbered = re.fullmatch(r"(?:19|20)?\d\d", parts[0])
        yield fact(Fact.REFERENCE if numbered else Fact.ARTICLE, "-".join(parts))


def _number(text: str, found: re.Match[str]) -> int:
    number = re.sub(r"[ \u00a0\u202f.]", "", found["number"])
    following = _NEXT.match(text, found.end())
    month = _month(following[1]) if following else 0
    if month and len(number) <= _DAY_DIGITS:
        return fact(Fact.DATE, f"{int(number)}.{month}")
    if _YEAR.fullmatch(found["number"]):  # « 2 000 » is a number
        return fact(Fact.YEAR, number)
    if found["tail"] in _ORDINAL_ENDS or _is_of_series(text[: found.start()]):
        return fact(Fact.SERIES, number.lstrip("0"))
    return fact(Fact.NUMBER, number.lstrip("0"))


def _is_of_series(before: str) -> bool:
    """Tell whether a number that follows this text tells one of several."""
    if before.rstrip().endswith("n°"):
        return True
    word = _BEFORE.search(before[-24:])
    return word is not None and next(words(word[1]), "") in SERIES


def _month(word: str) -> int:
    plain = next(words(word), "")
    return MONTHS.index(plain) + 1 if plain in MONTHS else 0


# --- words ------------------------------------------------------------------------------------

_PLACES = frozenset(words("i ii iii iv v vi vii viii ix x a b c d e f g h"))
"""Roman numbers and letters, after a word of `SERIES`."""

_CHARGED = frozenset(("charge", "chargee", "charges", "chargees"))
_DRAFTS = frozenset(("projet", "projets", "proposition"))


def told_by_words(said: Sequence[str], roots: Sequence[str]) -> Iterator[int]:
    """Give the facts that the words of a title tell, given with their roots: what it is about.

    Its kind, when it is a legal text: the first that is named. What is said of it. Numbers.
    """
    yield from (fact(Fact.KIND, KINDS[root]) for root in roots if root in KINDS)
    yield from (fact(Fact.EVENT, EVENTS[root]) for root in roots if root in EVENTS)
    yield from (fact(Fact.PERIOD, root) for root in roots if root in PERIODS)
    if roots and roots[0] in KINDS:
        yield IS_OFFICIAL
    for index, word in enumerate(said):
        following = said[index + 1] if index + 1 < len(said) else ""
        if word in NUMBERS:
            yield fact(Fact.NUMBER, NUMBERS[word])
        elif word in ORDINALS and not following.startswith("ministre"):
            yield fact(Fact.SERIES, ORDINALS[word])
        elif word in SERIES and following in _PLACES:
            yield fact(Fact.SERIES, following)
        elif word in _DRAFTS and any(root in KINDS for root in roots[index + 1 : index + 3]):
            yield fact(Fact.EVENT, "draft")
    if {"offre", "emploi"}.issubset(said) or (_CHARGED.intersection(said) and "mission" in said):
        yield HIRED


# --- official identifiers ---------------------------------------------------------------------

_LONG_NUMBER = re.compile(r"\d{7}")
_JORF = re.compile(r"\b[A-Z]{4}TEXT\d{12}\b")
_NOR = re.compile(r"\b[A-Z]{4}\d{7}[A-Z]\b")


def told_by_identifiers(text: str) -> Iterator[int]:
    """Give the official identifiers in a text or a link: JORFTEXT…, NOR."""
    if not _LONG_NUMBER.search(text):
        return
    yield from (fact(Fact.JORF, each) for each in _JORF.findall(text))
    yield from (fact(Fact.NOR, each) for each in _NOR.findall(text))


# --- names ------------------------------------------------------------------------------------

_SMALL = re.compile(r"[a-z]+")
_CAPITAL = re.compile(r"[A-ZÀ-ÖØ-Þ]\w+")
_ENDS = frozenset(".!?:…\n•–—")


def names(text: str) -> Iterator[str]:
    """Give the proper names in a text, as words: those in capitals that begin no sentence.

    None when most of it is in capitals.
    """
    if _is_in_capitals(text):
        return
    inside = (found[0] for found in _CAPITAL.finditer(text) if _is_inside(text, found.start()))
    yield from words(" ".join(inside))


def _is_in_capitals(text: str) -> bool:
    if 2 * len(_SMALL.sub("", text)) <= len(text):
        return False  # half of it is small letters, which is quickly seen
    return 2 * sum(map(str.isupper, text)) > sum(map(str.isalpha, text))


def _is_inside(text: str, start: int) -> bool:
    """Tell whether what stands there begins no sentence."""
    before = text[max(0, start - 4) : start].rstrip()
    return bool(before) and before[-1] not in _ENDS
