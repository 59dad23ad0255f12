"""Acronyms and what they stand for: those of the configuration, those that the answers explain.

Wherever an expansion stands, in an answer or in a question, its acronym is added to the words: the
two ways of writing then meet, and the words of the expansion still count for themselves.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from core.text import STOP_WORDS, normalise, stem, stems

Stems = tuple[str, ...]

_NOTHING: Mapping[Stems, Stems] = {}

_SHORT = r"[A-ZÀ-Ý][A-Za-zÀ-ÿ]{0,2}[A-ZÀ-Ý][A-ZÀ-Ý0-9]{0,6}"
_FIRST = re.compile(rf"\b({_SHORT})\s*\(([^().;:!?\n]{{4,120}})\)")
_LAST = re.compile(rf"\(\s*({_SHORT})\s*\)")
_CLAUSE = re.compile(r"[().;:!?\n]")
_REACH = 120
"""How many characters before an acronym its expansion may begin."""
_DOTTED = re.compile(r"\b(?:\w\.){2,}\w?")
_ENOUGH = 2 / 3
"""Of the letters that begin a word of the expansion, and of its words that begin with one."""


class Acronyms:
    """The acronyms known, and how to read a text with them."""

    def __init__(self, expansions: Iterable[tuple[str, str]]) -> None:
        """`expansions`: pairs of an acronym and what it stands for, as they are written."""
        self._by_first: dict[str, dict[Stems, Stems]] = defaultdict(dict)
        for short, long in expansions:
            words, acronym = stems(long), stems(short)
            if acronym and len(words) > 1:
                known = self._by_first[words[0]].get(words, ())
                self._by_first[words[0]][words] = tuple(dict.fromkeys((*known, *acronym)))

    def read(self, words: Sequence[str]) -> Stems:
        """Return the roots of normalised words, then the acronyms whose expansions they hold."""
        found = tuple(stem(word) for word in words if word not in STOP_WORDS)
        return (*found, *dict.fromkeys(self._held(found)))

    def _held(self, roots: Stems) -> Iterator[str]:
        for start, root in enumerate(roots):
            for expansion, acronym in self._by_first.get(root, _NOTHING).items():
                if roots[start : start + len(expansion)] == expansion:
                    yield from acronym


def without_dots(text: str) -> str:
    """Write « F.E.D.E.R. » as « FEDER »."""
    return _DOTTED.sub(lambda found: found[0].replace(".", ""), text)


def explained(texts: Iterable[str]) -> Mapping[tuple[str, str], None]:
    """Return the acronyms that texts explain: « FCC (Fichier central des chèques) » or the reverse.

    After Schwartz and Hearst (2003), who match an acronym with the initials of what stands in, or
    before, parentheses; but some letters may be missing, as in « délégué à la protection des
    données (DPO) ».
    """
    found: dict[tuple[str, str], None] = {}
    for text in texts:
        if "(" in text:
            for match in _FIRST.finditer(text):
                _keep(found, match[1], _beginning(match[1], match[2]))
            for match in _LAST.finditer(text):
                before = _CLAUSE.split(text[max(0, match.start() - _REACH) : match.start()])[-1]
                _keep(found, match[1], _end(match[1], before))
    return found


def _keep(found: dict[tuple[str, str], None], short: str, long: str | None) -> None:
    if long is not None:
        found[short, long] = None


def _beginning(short: str, text: str) -> str | None:
    """Return the longest beginning of a text that an acronym may stand for."""
    words = normalise(text).split()
    candidates = (words[:end] for end in range(len(words), 1, -1))
    return _first_fitting(short, candidates)


def _end(short: str, text: str) -> str | None:
    """Return the shortest end of a text that an acronym may stand for."""
    words = normalise(text).split()
    candidates = (words[start:] for start in range(len(words) - 2, -1, -1))
    return _first_fitting(short, candidates)


def _first_fitting(short: str, candidates: Iterable[list[str]]) -> str | None:
    letters = normalise(short)
    return next((" ".join(words) for words in candidates if _fits(letters, words)), None)


def _fits(letters: str, words: list[str]) -> bool:
    telling = [word for word in words if word not in STOP_WORDS]
    if len(telling) < 2 or words[0][0] != letters[0]:  # noqa: PLR2004  # one word needs no acronym
        return False
    matched = position = 0
    for word in telling:
        at = letters.find(word[0], position)
        if at >= 0:
            matched, position = matched + 1, at + 1
    return matched > 1 and matched >= _ENOUGH * max(len(letters), len(telling))
