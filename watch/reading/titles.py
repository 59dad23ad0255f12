"""Titles as people can read them."""

import re
import unicodedata

from core.text import normalise, words

MOST_TITLE = 500
MOST_PUBLIC_TITLE = 160
SHORT = 60
"""A description shorter than this says more beside the kind of document it is."""

_CODE = re.compile(r"\S*\d{4,}\S*|https?://\S+")
_MAY_HOLD_A_CODE = re.compile(r"\d{4}|://")
_WORD = re.compile(r"[^\W\d_]{2,}")
_NOTE_CALL = re.compile(r"\s*\(1\)$")
_ACRONYMS = {"cese": "CESE"}
_KINDS_AND_NOISE = frozenset(
    (
        *("actualite", "actualites", "actu", "annonce", "annonces", "arrete", "article", "avenant"),
        *("avis", "breve", "brochure", "cese", "circulaire", "communique", "convention"),
        *("decision", "decret", "deliberation", "directive", "diverses", "document", "documents"),
        *("information", "informations", "item", "liste", "loi", "news", "no", "none", "null"),
        *("ordonnance", "parlementaires", "post", "publication", "rapport", "reglement", "sans"),
        *("tableau", "title", "titre", "untitled"),
    )
)
"""What a title may be made of and still say nothing: kinds of document, and « sans titre »."""


def clean_text(text: str) -> str:
    """Return text on one line, without control, invisible or half characters."""
    if not text.replace("\u00a0", " ").isprintable():  # most texts are, and this asks quickly
        text = text.translate(_SHOWN)
    return _SPACES.sub(" ", text).strip()


class _Shown(dict[int, str]):
    """What is shown of a character, by its code, for `str.translate`."""

    def __missing__(self, code: int) -> str:
        shown = _shown(chr(code))
        if code < _COMMON:
            self[code] = shown
        return shown


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    joins = character == "\u200d"
    return "" if category in {"Cf", "Cs", "Cn"} and not joins else character


_COMMON = 0x3000
_SHOWN = _Shown()
_SPACES = re.compile(" {2,}")


def without_note_call(title: str) -> str:
    """Return a title without the « (1) » that the Journal officiel puts after laws."""
    return _NOTE_CALL.sub("", title) if title.endswith("(1)") else title


def best_title(title: str, description: str) -> str:
    """Return the title, or what the description says when the title says nothing.

    A title says nothing when, without its codes, only kinds of document are left (« ARRETE -
    JORFTEXT000042648781 »). Such a kind is put before a description that is short.
    """
    if not description or not says_nothing(title):
        return without_note_call(title)
    kind = kind_of(title)
    if kind and len(description) < SHORT and normalise(kind) not in normalise(description):
        return f"{kind}\u00a0: {description}"
    return shorten(without_note_call(description), MOST_TITLE)


def public_title(title: str, *, reproducible: bool) -> str:
    """Return a title as the public reads it: never a whole text of a source that keeps its rights.

    Some sources have no titles, and the beginning of what they say stands for one.
    """
    return title if reproducible else shorten(title, MOST_PUBLIC_TITLE)


def says_nothing(title: str) -> bool:
    """Tell whether a title has no word of its own."""
    found = words(_without_codes(title))
    return all(run in _KINDS_AND_NOISE for word in found for run in _WORD.findall(word))


def kind_of(title: str) -> str:
    """Return the kind of document that a title without codes names: « Informations diverses »."""
    found = re.findall(r"[^\W\d_]+", _without_codes(title).lower())
    kind = " ".join(_ACRONYMS.get(word, word) for word in found)
    return kind[:1].upper() + kind[1:]


def _without_codes(title: str) -> str:
    title = title.replace("_", " ")
    return _CODE.sub(" ", title) if _MAY_HOLD_A_CODE.search(title) else title


def shorten(text: str, most: int) -> str:
    """Return text of at most `most` characters, cut between words."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:.–-") + "…"
