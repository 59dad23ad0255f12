"""Who is expected at a half-day, in which order, under which name. Decisions only."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

SPEAKER, ANIMATOR = "speaker", "animator"
"""What somebody does beside taking part, as `Speaker.part` says it."""

PROXY, OUTSIDE, WALK_IN = "proxy", "speaker", "walk_in"
"""How an identity begins that is no party: who represents somebody (then the registration's id), a
speaker who is not of the directory (then the speaker's), who came unannounced (then their name)."""

PARTICLES = frozenset(
    {"d", "da", "de", "del", "della", "des", "di", "du", "la", "le", "van", "von"}
)
_JOINER, _VARIATIONS = "\u200d", range(0xFE00, 0xFE10)

LEAST_MINUTES = 30
"""Connected for that long within a half-day, somebody was there."""


@dataclass(frozen=True)
class Row:
    """Somebody at a half-day.

    `identity` makes them unique there; `party` is theirs when they are registered or of the
    directory. `name` is given name first. `family` is what they are sorted by: of their own name,
    or of that of whom they represent, `instead_of`. `part` is `speaker`, `animator` or empty.
    `present` is None as long as nobody noted it; `source` says how it is known.
    """

    identity: str
    party: str | None
    name: str
    family: str
    organisation: str = ""
    function: str = ""
    part: str = ""
    remote: bool = False
    instead_of: str = ""
    present: bool | None = None
    source: str = ""

    @property
    def listed(self) -> str:
        """The name as lists have it: « ROCHE Inès »; of who is represented, their own."""
        whole = " ".join(printable(self.instead_of or self.name).split())
        given = whole.removesuffix(self.family).strip()
        return f"{self.family.upper()} {given}".strip()


@dataclass(frozen=True)
class Count:
    """How many were there, were not, and of how many nobody knows."""

    present: int
    absent: int
    unknown: int


def printable(words: str) -> str:
    """Return words without pictograms: no font that prints them is sure to be there."""
    return re.sub(" {2,}", " ", "".join(c for c in words if not _pictogram(c))).strip()


def plain(name: str) -> str:
    """Return a name as names are compared: its words, no accent nor case, in one order."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(c if c.isalnum() else " " for c in decomposed if not unicodedata.combining(c))
    return " ".join(sorted(letters.split()))


def family_of(name: str) -> str:
    """Return what of a name, typed as people type theirs, is most likely the family name.

    The last words in capitals, when others are not; else the last one, with « de », « du » and
    the like before it.
    """
    words = [word for word in name.split() if any(c.isalpha() for c in word)]
    if len(words) < 2:  # noqa: PLR2004  # nothing to tell apart
        return " ".join(words)
    first = len(words) - 1
    if _capitals(words[-1]) and not _capitals(words[0]):
        while first > 1 and _capitals(words[first - 1]):
            first -= 1
    while first > 1 and words[first - 1].casefold() in PARTICLES:
        first -= 1
    return " ".join(words[first:])


def ordered(rows: Iterable[Row]) -> Sequence[Row]:
    """Return who is expected, by family name as dictionaries sort them; animators come last."""
    return sorted(rows, key=lambda row: (_rank(row), *_sorting(row)))


def count(rows: Iterable[Row]) -> Count:
    """Count those who were there."""
    noted = [row.present for row in rows]
    return Count(noted.count(True), noted.count(False), noted.count(None))


def walk_in(name: str) -> str:
    """Return the identity of somebody who came unannounced."""
    return f"{WALK_IN}:{plain(name)}"


def matching(name: str, rows: Iterable[Row]) -> Row | None:
    """Return who has that name among those expected, were it typed otherwise; None when several."""
    return by_name(rows).get(plain(name))


def by_name(rows: Iterable[Row]) -> Mapping[str, Row | None]:
    """Return people by their names as names are compared; None for a name that several have."""
    found: dict[str, Row | None] = {}
    for row in rows:
        key = plain(row.name)
        found[key] = None if key in found else row
    return found


def nearest(name: str, rows: Iterable[Row], most: int = 3) -> Sequence[Row]:
    """Return who could be behind a name that is nobody's exactly: those who share most words."""
    words = set(plain(name).split())
    scored = [(len(words & set(plain(row.name).split())), row) for row in rows]
    close = [(score, row) for score, row in scored if score]
    return [row for _, row in sorted(close, key=lambda each: (-each[0], *_sorting(each[1])))][:most]


def attended(
    rows: Mapping[int, Mapping[str, bool]], order: Sequence[int]
) -> Mapping[str, tuple[int, ...]]:
    """Return the half-days (ids, in `order`) at which each party was, of what is noted for each."""
    halves: dict[str, list[int]] = {}
    for half_day in order:
        for party, present in rows.get(half_day, {}).items():
            if present:
                halves.setdefault(party, []).append(half_day)
    return {party: tuple(ids) for party, ids in halves.items()}


def _pictogram(character: str) -> bool:
    if character == _JOINER or ord(character) in _VARIATIONS:
        return True
    symbol = unicodedata.category(character) in {"So", "Sk", "Cn", "Co"}
    return symbol and character > "\u2000"  # « ° » and « © » are letters' company


def _capitals(word: str) -> bool:
    return word.isupper() and len(word.strip(".")) > 1


def _rank(row: Row) -> int:
    return {"": 0, SPEAKER: 1, ANIMATOR: 2}.get(row.part, 0)


def _sorting(row: Row) -> tuple[str, str, str]:
    return _folded(row.family), _folded(row.name), row.identity


def _folded(words: str) -> str:
    decomposed = unicodedata.normalize("NFKD", words.casefold())
    return "".join(c for c in decomposed if c.isalnum() or c == " ")
