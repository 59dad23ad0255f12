"""French laws, decrees, orders, ordinances and circulars, by their number and their date.

A law that is only named (« la loi de finances pour 2027 », « la loi NOTRe ») is no reference:
nothing links to it, it may not exist yet, and its name is for the themes. A draft (« projet de
loi ») is none either.

Links are Légifrance's own identifiers (ELI), which it makes for what was published since 2002:
`eli/loi/2020/12/14/2020-1577/jo/texte`, or with the NOR instead of the number.
"""

import re
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import date

from watch.understanding.folding import Folded
from watch.understanding.law.dates import DATE, day_of, several_days
from watch.understanding.law.found import NUMERO, Found, day_in_words
from watch.understanding.records import ReferenceKind

ELI = "https://www.legifrance.gouv.fr/eli/"
_ELI_SINCE = 2002


@dataclass(frozen=True, slots=True)
class _Act:
    """A sort of text: the word that begins its name, and its letter at the end of a NOR.

    `free_numbers` are of any form (« 6145/SG »), and not by year (« 2020-1577 »).
    """

    kind: ReferenceKind
    word: str
    head: re.Pattern[str]
    free_numbers: bool = False
    nor: str = ""


_ADJECTIVES = (
    r"(?:\s{1,2}(?:(?:inter)?(?:prefector|municip|departement|commun|rector)(?:ales?|al|aux)"
    r"|(?:inter)?ministeriel(?:le)?s?|organiques?|constitutionnelles?|conjointe?s?|modifiee?s?"
    r"|modificati(?:ve|f)s?|techniques?|budgetaires?|simples?)(?![a-z])"
    r"|\s{1,2}du\s{1,2}(?:gouvernement|premier\s{1,2}ministre)|-loi"
    r"|\s{1,2}\(?nor\s?:?\s?[a-z]{4}\d{7}[a-z]\)?){0,2}"
)


def _head(word: str) -> re.Pattern[str]:
    return re.compile(
        rf"{word}(?<![a-z0-9]{word})(?P<plural>s)?(?![a-z0-9])(?P<adjectives>{_ADJECTIVES})"
    )


_ACTS = (
    _Act("law", "loi", _head("loi"), nor="L"),
    _Act("decree", "décret", _head("decret"), nor="D"),
    _Act("order", "arrêté", _head("arrete"), free_numbers=True, nor="A"),
    _Act("ordinance", "ordonnance", _head("ordonnance"), nor="R"),
    _Act("circular", "circulaire", _head("circulaire"), free_numbers=True),
    _Act("circular", "instruction", _head("instruction"), free_numbers=True),
)

_KEPT_ADJECTIVES = {
    "organique": "organique",
    "constitutionnelle": "constitutionnelle",
    "prefectoral": "préfectoral",
    "interprefectoral": "interpréfectoral",
    "municipal": "municipal",
    "departemental": "départemental",
    "communal": "communal",
    "rectoral": "rectoral",
}
"""What tells apart texts of the same date and kind; the others (« interministériel ») do not."""

_YEARLY = r"(?P<n_year>\d{2}|(?:19|20)\d\d)\s?-\s?(?P<n_rank>\d{1,5})(?!\d|-\d)"
_FREE = r"(?P<free>[a-z0-9][a-z0-9./_-]{0,60}[a-z0-9])"
_SIGNED = rf"\s{{0,2}}(?:,\s?)?(?:modifiee?s?\s{{1,2}})?\(?(?:en\sdate\s)?du\s{{0,2}}{DATE}"
_NUMBERED = re.compile(rf"\s{{0,2}},?\s{{0,2}}(?P<numero>{NUMERO})?{_YEARLY}(?:{_SIGNED})?")
_FREELY_NUMBERED = re.compile(rf"\s{{0,2}}(?P<numero>{NUMERO}){_FREE}(?:{_SIGNED})?")
_DATED = re.compile(rf"{_SIGNED}(?:\s{{0,2}},?\s?\(?{NUMERO}{_YEARLY})?")
_DAYS = re.compile(r"\s{1,2}des\s{1,2}(?=\d)")
_NOR_AFTER = re.compile(r"\s{0,2},?\s?\(?\s?nor\s?:?\s?(?P<nor>[a-z]{4}\d{7}[a-z])(?![a-z0-9])")
_MORE = re.compile(
    r"\s{0,2}(?:,\s?(?:et\s)?|;|et|ou|ainsi\sque)\s{0,2}(?:de\s)?(?:les?\s|la\s|l')?"
)
_DRAFT = re.compile(r"(?:projets?|propositions?)\s{1,2}(?:de\s{1,2}|d'\s?)$|decrets?-$")

_OTHER = (
    r"loi|decret|arrete|ordonnance|circulaire|instruction|article|art|code|reglement|directive|decision"
    r"|deliberation|avis|rapport|convention|marche|question|amendement|projet|proposition|dossier"
    r"|requete|affaire|appel|lot|communique|lettre|jo|jorf"
)
_GAP = re.compile(
    rf"\s{{1,2}}(?P<first>[«\"]|[a-z]+'?)(?:(?!(?<![a-z])(?:{_OTHER})s?(?![a-z]))[^.;:()\n]){{0,70}}?"
    rf"\s(?P<numero>n\s{{0,2}}(?:°|os?)\s{{0,2}}){_YEARLY}(?:{_SIGNED})?"
)
"""A name between the word and its number: « loi de finances pour 2021 n° 2020-1721 »."""

_GAP_STARTS = frozenset(
    {
        "«",
        '"',
        "de",
        "d'",
        "du",
        "des",
        "en",
        "relative",
        "relatif",
        "portant",
        "pour",
        "sur",
        "visant",
        "dite",
        "dit",
    }
)
_BY = re.compile(
    r"\s{1,2}(?:du|de\sla|des)\s(?:ministre|prefet|maire|president|recteur|direct|garde)"
    rf"[^.;:()\n\d]{{0,90}}?{_SIGNED}"
)
"""Who signed, between the word and its date: « arrêté du ministre du travail du 3 mars 2024 »."""

_NAME = re.compile(
    rf"\s{{1,2}}(?:[«\"]\s?)?(?P<first>[a-z0-9]{{2,20}})(?:\s?[»\"])?(?P<date>{_SIGNED})"
)
"""One word, with a capital, between a law and its date: « loi NOTRe du 7 août 2015 »."""


def find_acts(folded: Folded) -> Iterator[Found]:
    """Give the French acts that a text names, kind by kind."""
    for act in _ACTS:
        end = 0
        for head in act.head.finditer(folded.text):
            if head.start() >= end and not _is_draft(folded.text, head):
                for found in _Mentions(folded, act, head).all():
                    end = found.end
                    yield found


def _is_draft(text: str, head: re.Match[str]) -> bool:
    before = text[max(0, head.start() - 20) : head.start()]
    if (
        head["plural"] is None
        and before.endswith("d'")
        and text.startswith("instruction", head.start())
    ):
        return True  # « délai d'instruction du 3 mars 2026 » names no instruction
    return bool(_DRAFT.search(before))


class _Mentions:
    """The mentions that one head opens: « décrets n° 2020-1 du 2 janvier et n° 2020-2 »."""

    def __init__(self, folded: Folded, act: _Act, head: re.Match[str]) -> None:
        self.folded, self.act, self.head = folded, act, head
        self.plural = bool(head["plural"])
        words = head["adjectives"].replace("-", " ").split()
        kept = (_KEPT_ADJECTIVES.get(_singular(word)) for word in words)
        self.adjective = next(filter(None, kept), "")

    def all(self) -> Iterator[Found]:
        text, place = self.folded.text, self.head.end()
        found = self._first(place)
        if found is None and (days := _DAYS.match(text, place)):
            listed = several_days(text, days.end())
            for index, (day, start, end) in enumerate(listed):
                yield self._found(start if index else self.head.start(), end, "", day)
            return
        while found is not None:
            yield found
            more = _MORE.match(text, found.end)
            found = self._next(more.end()) if more else None

    def _first(self, place: int) -> Found | None:
        start = self.head.start()
        return (
            self._match(_NUMBERED, start, place, self._is_number)
            or self._match(_DATED, start, place)
            or (self._match(_FREELY_NUMBERED, start, place) if self.act.free_numbers else None)
            or self._match(_GAP, start, place, self._is_named)
            or (self._match(_BY, start, place) if self.act.free_numbers else None)
            or self._match(_NAME, start, place, self._is_proper)
        )

    def _next(self, place: int) -> Found | None:
        """Return what continues the list at `place`: by number, or by date after a plural."""
        numbered = self._match(_NUMBERED, place, place, self._continues)
        return numbered or (self._match(_DATED, place, place) if self.plural else None)

    def _match(
        self,
        pattern: re.Pattern[str],
        start: int,
        place: int,
        accepts: Callable[[re.Match[str]], bool] = bool,
    ) -> Found | None:
        match = pattern.match(self.folded.text, place)
        if match is None or not accepts(match):
            return None
        groups = match.groupdict()
        number, day = _number(groups), day_of(match) if "day" in groups else None
        if groups.get("n_year") and not number:
            return None
        end = match.end()
        if number and day and day.year % 100 != _year_of(number) % 100:
            day, end = None, match.end("n_rank")
        if not number and self.act.free_numbers and (free := groups.get("free")):
            number = _free_number(free)
            if not number and not day:
                return None
        if not number and not day:
            return None
        return self._found(start, end, number, day)

    def _is_number(self, match: re.Match[str]) -> bool:
        """Tell whether figures are a number of a text, and not years (« loi 2024-2030 »)."""
        if match["numero"]:
            return not self.act.free_numbers or bool(match["n_year"])
        return not self.act.free_numbers and (
            bool(match["day"] or match["dd"]) or not _years(match)
        )

    def _continues(self, match: re.Match[str]) -> bool:
        return bool(match["numero"]) or (self.plural and not _years(match))

    def _is_named(self, match: re.Match[str]) -> bool:
        return match["first"] in _GAP_STARTS or self.folded.capital(match.start("first"))

    def _is_proper(self, match: re.Match[str]) -> bool:
        capital = any(map(self.folded.capital, range(*match.span("first"))))
        return self.act.kind == "law" and capital

    def _found(self, start: int, end: int, number: str, day: date | None) -> Found:
        word = f"{self.act.word} {self.adjective}".rstrip()
        text = (
            word + (f" n° {number}" if number else "") + (f" du {day_in_words(day)}" if day else "")
        )
        signed = (self.act.word, self._party, day) if day else None
        key: Hashable = (self.act.word, self._party, number) if number else signed
        nor, url = _NOR_AFTER.match(self.folded.text, end), ""
        identifier = nor["nor"].upper() if nor else ""
        if identifier and identifier.endswith(self.act.nor or "?"):
            url = self._url(identifier, day)
        elif number and not self.act.free_numbers:
            url = self._url(number, day)
        rank = 2 * bool(number) + 2 * bool(day) + bool(self.adjective)
        return Found(start, end, self.act.kind, key, text, url, rank, signed)

    @property
    def _party(self) -> str:
        """Who signed, when that tells apart texts of one number or date."""
        return self.adjective if self.act.kind == "order" else ""

    def _url(self, identifier: str, day: date | None) -> str:
        if day is None or day.year < _ELI_SINCE or self.adjective:
            return ""
        kind = _ELI_KINDS[self.act.kind]
        return f"{ELI}{kind}/{day.year}/{day.month}/{day.day}/{identifier}/jo/texte"


_ELI_KINDS: dict[ReferenceKind, str] = {
    "law": "loi",
    "decree": "decret",
    "order": "arrete",
    "ordinance": "ordonnance",
}


def _singular(adjective: str) -> str:
    for ending, singular in (("aux", "al"), ("ales", "al"), ("ale", "al"), ("s", "")):
        if adjective.endswith(ending):
            return adjective.removesuffix(ending) + singular
    return adjective


def _number(groups: dict[str, str | None]) -> str:
    """Return the number of a text, as « 2020-1577 » or « 82-213 »; empty when it cannot be one.

    Texts are numbered by year since 1945; the year has two figures until 1999.
    """
    year, rank = groups.get("n_year"), int(groups.get("n_rank") or 0)
    if not year or not rank:
        return ""
    if len(year) > len("82"):
        year = year if int(year) >= _FOUR_FIGURES else year[2:]
    elif int(year) < _FIRST_NUMBERED:
        return ""
    return f"{year}-{rank}"


_FOUR_FIGURES = 2000
_FIRST_NUMBERED = 44


def _years(match: re.Match[str]) -> bool:
    """Tell whether « 2024-2030 » is rather a span of years."""
    rank = match["n_rank"]
    return len(rank) == len("2030") and rank.startswith(("19", "20"))


def _year_of(number: str) -> int:
    return int(number.split("-", maxsplit=1)[0][-4:]) if "-" in number else 0


def _free_number(written: str) -> str:
    """Return the number of a circular or an order; empty when it is too little to be told by it."""
    if len(written) < _LEAST_FREE or not any(map(str.isdigit, written)):
        return ""
    return re.sub(r"-SG$", "/SG", written.upper())


_LEAST_FREE = 4
