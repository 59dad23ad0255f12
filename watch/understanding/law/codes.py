"""The French codes: their names, the ways they are written, and their number on Légifrance.

The numbers are those of the consolidated codes (LEGITEXT), as several public tables give them.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass

from watch.understanding.folding import Folded, fold

CODE_URL = "https://www.legifrance.gouv.fr/codes/texte_lc/"


@dataclass(frozen=True, slots=True)
class Code:
    """A code: its name as people are shown it, and its LEGITEXT number, empty when unsure."""

    name: str
    legitext: str

    @property
    def url(self) -> str:
        """Where it is read; empty when that is not known."""
        return f"{CODE_URL}{self.legitext}/" if self.legitext else ""


@dataclass(frozen=True, slots=True)
class CodeMention:
    """A code named in a folded text, in full or by its letters."""

    start: int
    end: int
    code: Code
    in_full: bool


_KNOWN: tuple[tuple[str, str, str], ...] = (
    (
        "CGCT",
        "000006070633",
        "général des collectivités territoriales|des collectivités territoriales",
    ),
    ("CGI", "000006069577", "général des impôts|des impôts"),
    ("CASF", "000006074069", "de l'action sociale et des familles"),
    ("CCP", "000037701019", "de la commande publique"),
    ("", "000006072050", "du travail"),
    ("", "000006074075", "de l'urbanisme"),
    ("", "000006074220", "de l'environnement"),
    ("", "000006072665", "de la santé publique"),
    ("", "000006073189", "de la sécurité sociale"),
    ("", "000006074096", "de la construction et de l'habitation|de la construction"),
    ("", "000006071367", "rural et de la pêche maritime|rural (nouveau)|rural"),
    ("", "000005634379", "de commerce"),
    ("", "000006070721", "civil"),
    ("", "000006070719", "pénal"),
    ("", "000006071191", "de l'éducation"),
    ("", "000023983208", "de l'énergie"),
    ("", "000023086525", "des transports"),
    ("", "000006071318", "du sport"),
    ("", "000006074073", "du tourisme"),
    ("", "000006074236", "du patrimoine"),
    ("", "000006070299", "général de la propriété des personnes publiques"),
    ("", "000044416551", "général de la fonction publique|de la fonction publique"),
    ("", "000031366350", "des relations entre le public et l'administration"),
    ("", "000006072026", "monétaire et financier"),
    ("", "000006073984", "des assurances"),
    ("", "000006074067", "de la mutualité"),
    ("", "000006069565", "de la consommation"),
    ("", "000006074228", "de la route"),
    ("", "000025244092", "forestier (nouveau)|forestier"),
    ("", "000023501962", "minier (nouveau)|minier"),
    (
        "",
        "000006074224",
        "de l'expropriation pour cause d'utilité publique|de l'expropriation",
    ),
    ("", "000006070933", "de justice administrative|de la justice administrative"),
    ("", "000006071154", "de procédure pénale"),
    ("", "000006070716", "de procédure civile"),
    ("", "000025024948", "des procédures civiles d'exécution"),
    ("", "000006070239", "électoral"),
    ("", "000025503132", "de la sécurité intérieure"),
    ("", "000006071307", "de la défense"),
    ("", "000006069414", "de la propriété intellectuelle"),
    (
        "",
        "000006070158",
        "de l'entrée et du séjour des étrangers et du droit d'asile|de l'entrée et du séjour",
    ),
    ("", "", "de l'artisanat"),
    ("", "000006071190", "de la recherche"),
    ("", "000020908868", "du cinéma et de l'image animée"),
    ("", "000006071164", "de l'organisation judiciaire"),
    ("", "000006070249", "des juridictions financières"),
    ("", "000006070987", "des postes et des communications électroniques"),
    ("", "000006070302", "des pensions civiles et militaires de retraite"),
    ("", "000006070667", "de la voirie routière"),
    ("", "000044595989", "des impositions sur les biens et services"),
    ("", "000045476241", "pénitentiaire"),
    ("", "000039086952", "de la justice pénale des mineurs"),
    ("", "000006071360", "de justice militaire"),
    ("", "000006071570", "des douanes"),
    ("", "000006071335", "du service national"),
    ("", "000006074234", "de l'aviation civile"),
    ("", "000006074233", "des ports maritimes"),
    ("", "", "des marchés publics"),
    ("", "000006070162", "des communes"),
)
"""The letters by which a code is shown, if any, its number, and what follows « code »."""

_LETTERS = {
    "cg3p": "général de la propriété des personnes publiques",
    "cgppp": "général de la propriété des personnes publiques",
    "cgfp": "général de la fonction publique",
    "crpa": "des relations entre le public et l'administration",
    "ceseda": "de l'entrée et du séjour des étrangers et du droit d'asile",
    "crpm": "rural et de la pêche maritime",
    "cch": "de la construction et de l'habitation",
    "csp": "de la santé publique",
    "css": "de la sécurité sociale",
    "cja": "de justice administrative",
    "cpp": "de procédure pénale",
    "cpc": "de procédure civile",
    "cpi": "de la propriété intellectuelle",
    "cmf": "monétaire et financier",
    "csi": "de la sécurité intérieure",
    "cpce": "des postes et des communications électroniques",
    "cibs": "des impositions sur les biens et services",
}

_SHORTENED = {
    "trav": "du travail",
    "urb": "de l'urbanisme",
    "env": "de l'environnement",
    "envir": "de l'environnement",
    "com": "de commerce",
    "civ": "civil",
    "pen": "pénal",
    "educ": "de l'éducation",
    "rur": "rural et de la pêche maritime",
    "cons": "de la consommation",
    "consom": "de la consommation",
    "elect": "électoral",
    "assur": "des assurances",
    "patr": "du patrimoine",
}
"""What stands for a name after « C. »."""

_TAX_BOOK = Code("livre des procédures fiscales", "LEGITEXT000006069583")


def _named(letters: str, number: str, first: str) -> Code:
    return Code(letters or f"code {first}".replace("'", "’"), f"LEGITEXT{number}" if number else "")


def _plain(name: str) -> str:
    return fold(name).text


_BY_NAME = {
    _plain(name): _named(letters, number, names.split("|")[0].removesuffix(" (nouveau)"))
    for letters, number, names in _KNOWN
    for name in names.split("|")
}
_BY_LETTERS = (
    {
        _plain(letters): _BY_NAME[_plain(names.split("|")[0])]
        for letters, _, names in _KNOWN
        if letters
    }
    | {letters: _BY_NAME[_plain(name)] for letters, name in _LETTERS.items()}
    | {"lpf": _TAX_BOOK}
)
_BY_SHORTENED = {word: _BY_NAME[_plain(name)] for word, name in _SHORTENED.items()}

CODES = frozenset(code.legitext for code in [*_BY_NAME.values(), _TAX_BOOK] if code.legitext)
"""The LEGITEXT numbers that are codes, and not consolidated laws or decrees."""


_LINK = r"\s{1,2}(?:d(?:e|u|es)\s{1,2})?(?:l(?:a|e|es)\s{1,2}|[ld]'\s?)?"
"""Between two words of a name: people drop or change the articles (« code de santé publique »)."""
_LINKED = re.compile(r"\b(?:(?:de|du|des|la|le|les)\b|[ld]')\s{0,2}|\s{1,2}")


def _bare(name: str) -> str:
    return " ".join(filter(None, _LINKED.split(name)))


_BY_BARE = {_bare(name): code for name, code in _BY_NAME.items()}
_NAME = re.compile(
    r"code(?<![a-z0-9]code)"
    + _LINK
    + "(?P<name>"
    + "|".join(
        _LINK.join(map(re.escape, name.split())) for name in sorted(_BY_BARE, key=len, reverse=True)
    )
    + r")(?![a-z0-9])"
)
_TAX = re.compile(r"livre\s{1,2}des\s{1,2}procedures\s{1,2}fiscales")
_INITIALS = re.compile(rf"(?<![a-z0-9])(?:{'|'.join(_BY_LETTERS)})(?![a-z0-9])")
_SHORT = re.compile(
    rf"(?<![a-z0-9])c\.\s?(?P<word>{'|'.join(sorted(_BY_SHORTENED, key=len, reverse=True))})\b\.?"
)
_ANY_CASE = frozenset({"cgct", "cgi", "casf", "ceseda", "cg3p", "cgppp"})
"""The letters that stand for nothing else, even in lower case."""


def find_codes(folded: Folded) -> list[CodeMention]:
    """Return the codes that a text names, in their order."""
    text = folded.text
    found = [
        CodeMention(each.start(), each.end(), _BY_BARE[_bare(each["name"])], in_full=True)
        for each in _NAME.finditer(text)
    ]
    found += [
        CodeMention(each.start(), each.end(), _TAX_BOOK, in_full=True)
        for each in _TAX.finditer(text)
    ]
    found += [
        CodeMention(each.start(), each.end(), _BY_LETTERS[each[0]], in_full=False)
        for each in _INITIALS.finditer(text)
        if each[0] in _ANY_CASE or folded.capital(each.start())
    ]
    found += [
        CodeMention(each.start(), each.end(), _BY_SHORTENED[each["word"]], in_full=False)
        for each in _SHORT.finditer(text)
    ]
    return sorted(found, key=lambda mention: mention.start)


def code_after(codes: list[CodeMention], place: int) -> CodeMention | None:
    """Return the first code named from `place` on."""
    index = bisect_left(codes, place, key=lambda mention: mention.start)
    return codes[index] if index < len(codes) else None


def code_before(codes: list[CodeMention], place: int) -> CodeMention | None:
    """Return the last code named before `place`."""
    index = bisect_left(codes, place, key=lambda mention: mention.start)
    return codes[index - 1] if index else None
