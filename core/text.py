"""French words, normalised once for everything: themes, search, near-duplicates.

Case, accents, ligatures and typographic apostrophes do not count; elided articles and stop words
go; what is left is stemmed. Each token knows where its word stands in the original text, so that
what decided can be shown as it was written.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import Stemmer

SENTENCE = 100
"""How far apart, in positions, two words are at least when punctuation stands between them."""


class Token(NamedTuple):
    """A word that carries a meaning.

    `word` is normalised, `stem` its root, `text[start:end]` the original. `position` counts
    words, stop words included, and jumps by `SENTENCE` at each punctuation mark.
    """

    word: str
    stem: str
    position: int
    start: int
    end: int


def normalise(text: str) -> str:
    """Return the words of `text`, stop words included, in lower case without accents.

    Articles that are elided are dropped. Doing it twice changes nothing.
    """
    return " ".join(words(text))


def words(text: str) -> Iterator[str]:
    """Give the words of `text`, stop words included, in lower case without accents.

    Several times as quick as `tokenise`, which says where they stand.
    """
    latin = _latin(text.replace("œ", "oe"))
    if latin is None:
        yield from _cut(text.translate(_FOLDED))
        return
    for piece in latin.translate(_SPACED).decode("latin-1").split():
        if "'" in piece:
            yield from _cut(piece)
        else:
            yield piece


def tokenise(text: str) -> tuple[Token, ...]:
    """Return the words of `text` that carry a meaning, in order. Never raises."""
    folded, origins = _folded(text)
    position, step = -1, 1
    tokens = []
    for found in _WORD_OR_MARK.finditer(folded):
        word = found[0] if found.lastgroup == "word" else _word(found)
        if not word:
            step = SENTENCE if found.lastgroup == "mark" else step
            continue
        position += step
        step = 1
        if word not in STOP_WORDS:
            start, end = found.span()
            tokens.append(Token(word, stem(word), position, origins[start], origins[end - 1] + 1))
    return tuple(tokens)


def stems(text: str) -> tuple[str, ...]:
    """Return the roots of the words that carry a meaning, in order."""
    return tuple(stem(word) for word in words(text) if word not in STOP_WORDS)


_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffc\ufffe\uffff\ud800-\udfff]"
)


def visible(text: str) -> str:
    """Return text without control and half characters, nor those that turn its order around.

    Tabs stay, and line breaks as line feeds. Neither XML nor mail can hold what is taken out.
    """
    return _UNSEEN.sub("", _BREAKS.sub("\n", text))


# --- folding: one character at a time, so that every folded character knows its origin ---------


@lru_cache(maxsize=4096)
def fold(character: str) -> str:
    """Return what stands for a character: lower case, no accent, plain apostrophe; or nothing."""
    folded = _LIGATURES.get(character, character)
    while (simpler := _fold_once(folded)) != folded:
        folded = simpler
    return folded


def _fold_once(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    text = "".join(_LIGATURES.get(character, character) for character in text)
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if unicodedata.category(c) not in {"Mn", "Me", "Cf"})


_LIGATURES = {"œ": "oe", "æ": "ae"} | dict.fromkeys(
    "\u2018\u2019\u201b\u02bc\u02b9\u2032\u00b4`", "'"
)


class _Folded(dict[int, str]):
    """The folded characters by code, for `str.translate`: those that are common are kept."""

    def __missing__(self, code: int) -> str:
        folded = fold(chr(code))
        if code < _COMMON:
            self[code] = folded
        return folded


_COMMON = 0x3000
_FOLDED = _Folded()


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """Return the folded text, and the index in `text` that each of its characters comes from."""
    if (latin := _latin(text)) is not None:
        return latin.translate(_IN_PLACE).decode("latin-1"), range(len(latin))
    pieces = [fold(character) for character in text]
    origins = [index for index, piece in enumerate(pieces) for _ in piece]
    return "".join(pieces), origins


def _latin(text: str) -> bytes | None:
    """Return a text whose characters are each folded to one, as Latin-1; None for another.

    Most of French is so, but for its apostrophes and some marks, of which one stands for all:
    folding its bytes is twenty times as quick as folding characters.
    """
    try:
        plain = _MARKS.sub(";", text.replace("\u2019", "'")).encode("latin-1")
    except UnicodeEncodeError:
        return None
    return None if _UNEVEN.search(plain) else plain


_LATIN = [(code, fold(chr(code))) for code in range(0x100)]
_EVEN = {code: ord(folded) for code, folded in _LATIN if len(folded) == 1 and folded < "\u0100"}
_IN_PLACE = bytes(_EVEN.get(code, code) for code in range(0x100))
_SPACED = bytes(code if chr(code).isalnum() or code == ord("'") else 0x20 for code in _IN_PLACE)
_UNEVEN = re.compile(b"[%s]" % re.escape(bytes(code for code in range(0x100) if code not in _EVEN)))
_MARKS = re.compile("[\u2026\u2022\u201c\u201d\u2013\u2014]")


# --- words ------------------------------------------------------------------------------------

_ELIDED = "[ldjmtsnc]|qu|jusqu|lorsqu|puisqu|quoiqu|presqu|quelqu|entr"
_WORD = re.compile(
    r"(?<![^\W_])(?P<whole>aujourd'hui|prud'hom[^\W_]+)"
    rf"|(?<![^\W_])(?:{_ELIDED})'(?=[^\W_])"
    r"|(?P<word>[^\W_]+)"
)
_PUNCTUATION = r"[,;:!?.…()\[\]{}|•·«»\"“”–—]|\n\s*\n"
_WORD_OR_MARK = re.compile(rf"{_WORD.pattern}|(?P<mark>{_PUNCTUATION})")


def _word(found: re.Match[str]) -> str:
    """Return the word that was found; nothing for an elided article."""
    if found.lastgroup == "word":
        return found[0]
    return found[0].replace("'", "") if found.lastgroup == "whole" else ""


def _cut(folded: str) -> Iterator[str]:
    """Give the words of a folded text."""
    return filter(None, map(_word, _WORD.finditer(folded)))


# --- stems ------------------------------------------------------------------------------------

_stemmer = Stemmer.Stemmer("french")

_ACCENTS = (
    (re.compile(r"ee(s?)$"), r"ée\1"),
    (re.compile(r"iere(s?)$"), r"ière\1"),
    (re.compile(r"(?<=\w{3})ite(s?)$"), r"ité\1"),
)
"""The endings that Snowball's French rules only know with the accents that folding removed."""

_ACCENTED = ("ee", "ees", "iere", "ieres", "ite", "ites")

_PLURALS = {
    "enjeux": "enjeu",
    "jeux": "jeu",
    "lieux": "lieu",
    "milieux": "milieu",
    "travaux": "travail",
    "voeux": "voeu",
}
"""Common plurals that Snowball leaves apart from their singular."""


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return the root of a normalised word."""
    word = _PLURALS.get(word, word)
    if word.endswith(_ACCENTED):
        for ending, accented in _ACCENTS:
            word = ending.sub(accented, word)
    root = _stemmer.stemWord(word)
    return (root if root.isascii() else "".join(map(fold, root))) or word


STOP_WORDS = frozenset(
    """
    a ai aie aient aies ait alors as au aucun aucune aujourdhui auquel aura aurai auraient aurais
    aurait auras aurez auriez aurions aurons auront aussi autre autres aux auxquelles auxquels
    avaient avais avait avec avez aviez avions avoir avons ayant ayez ayons bien bonjour c ca car ce
    ceci cela celle celles celui cependant ces cet cette ceux chaque chez ci comme comment
    cordialement d dans de depuis des desquelles desquels devez devons doit doivent donc dont du
    duquel elle elles en encore entre es est et etaient etais etait etant ete etes etiez etions etre
    eu eue eues eurent eus eusse eussent eut eux existe existent faire fait faut fois font fumes
    furent fusse fussent fut hors ici il ils j je jusque l la laquelle le les lesquelles lesquels
    leur leurs lors lorsque lui m ma mais me meme memes merci mes mien moi moins mon n ne ni non nos
    notamment notre nous on ont or ou par parce parfois pas pendant peu peut peuvent plus plusieurs
    pour pourquoi pouvez pouvons puis puisque qu quand que quel quelle quelles quels qui quoi
    quoique s sa sans se selon sera serai seraient serais serait seras serez seriez serions serons
    seront ses seulement si sien soient sois soit sommes son sont sous souvent suis sur t ta tandis
    te tel telle telles tels tes toi ton toujours tous tout toute toutes tres tu un une unes uns
    vers via voici voila vos votre vous vu y
    """.split()  # noqa: SIM905  # a list of two hundred quoted words is no clearer
)
"""Words that say nothing of the subject; normalised."""
