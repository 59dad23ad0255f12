"""A text made simple to look into: one plain character for one, so that its words can be shown."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in lower case, without accents, with plain spaces, hyphens and apostrophes.

    `text` has no more than two spaces in a row. Each of its characters stands for one of
    `original`: that of the same index, or the one that `origins` says.
    """

    original: str
    text: str
    origins: Sequence[int]

    def words(self, start: int, end: int) -> str:
        """Return what `text[start:end]`, which is not empty, stands for, as it was written."""
        return self.original[self.origins[start] : self.origins[end - 1] + 1]

    def capital(self, index: int) -> bool:
        """Tell whether a character was a capital. None is, outside of the text."""
        return 0 <= index < len(self.text) and self.original[self.origins[index]].isupper()


@lru_cache(maxsize=4)
def fold(text: str) -> Folded:
    """Fold a text. Several readers of the same one in a row pay once."""
    folded = _folded(text)
    if not any(loose in folded for loose in _LOOSE):
        return Folded(text, folded, range(len(text)))
    kept = [index for span in _KEPT.finditer(folded) for index in range(*span.span())]
    return Folded(text, "".join(folded[index] for index in kept), kept)


_REMOVED = "\x00"
"""Stands for what shows nothing by itself: combining accents, soft hyphens, marks of direction."""

_LOOSE = (_REMOVED, "  ", " \n", "\n ", "\n\n")
_KEPT = re.compile(r"(?:(?<!\s)\s{1,2}|[^\x00\s]+)")

_ALIKE = (
    dict.fromkeys("\u2018\u2019\u201b\u02bc\u02b9\u2032\u00b4`", "'")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\u00ba\u02da\u1d52", "°")
    | dict.fromkeys("\n\r\u2028\u2029\x0b\x0c\x85", "\n")
    | {"\t": " "}
)


class _Table(dict[int, str]):
    """The folded characters by code, for `str.translate`: those that are common are kept."""

    def __missing__(self, code: int) -> str:
        folded = _fold(chr(code))
        if code < _COMMON:
            self[code] = folded
        return folded


_COMMON = 0x3000
_FOLDED = _Table()


def _folded(text: str) -> str:
    """Fold each character. Bytes go twenty times as quickly, and most of French is Latin-1."""
    try:
        latin = _DASHES.sub("-", text.replace("\u2019", "'")).encode("latin-1")
    except UnicodeEncodeError:
        return text.translate(_FOLDED)
    return latin.translate(_LATIN).decode("latin-1")


def _fold(character: str) -> str:
    if alike := _ALIKE.get(character):
        return alike
    if unicodedata.category(character) in {"Mn", "Me", "Cf", "Cc"}:
        return _REMOVED
    if character.isspace():
        return " "
    return unicodedata.normalize("NFKD", character)[0].casefold()[0]


_DASHES = re.compile("[\u2013\u2014]")
_LATIN = bytes(
    ord(_fold(chr(code)).encode("latin-1", "ignore") or bytes([code])) for code in range(0x100)
)
