"""Whether two announcements are one piece of news, and which story an item tells.

An announcement is compared by its signature. Facts that differ forbid; then either one title says
what the other says, or the summary was reprinted under another title. The figures that these
rules and thresholds were chosen on are in `docs/benchmarks.md` (`python -m bench.stories`).
"""

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta

from watch.decide import numbers_in
from watch.stories.facts import HIRED, IS_OFFICIAL, ORDER, Fact, of_kind
from watch.stories.signature import COMMON_WORDS, Signature

STORY_WINDOW = timedelta(days=7)
"""How far apart two sources may announce the same thing."""

THRESHOLD = 0.8
"""What part of each title the other announcement must tell, at least."""

LEAST_SHARED = 3
"""How many words and facts two titles share, at least."""

LEAST_BARE = 5
"""How many when they share neither a name nor a number: « Repas des aînés du village »."""

LEAST_OF_TEXT = 2
"""How many when they name one legal text by its kind and number."""

LEAST_TOLD = 0.6
"""What part of one title both tell at least when the summary is the same: it is not of the site."""

LEAST_SUMMARY = 15
"""A summary of fewer words is not recognised under another title."""

MOST_OWN = 2
"""How many words one of two summaries may have for itself: « Lire la suite »."""


def likeness(a: Signature, b: Signature) -> float:
    """Return how much two announcements are one piece of news, from 0 to 1: 0 when they cannot be.

    The same whichever comes first.
    """
    if not a.title or not b.title:
        return 0.0
    score = _score(a, b)
    return score if score and not clash(a, b) else 0.0


def _score(a: Signature, b: Signature) -> float:
    if _is_reprinted(a, b):
        return 1.0
    if HIRED in a.facts:
        return 0.0
    if _is_same_text(a, b):
        return float(_tell_it(a, b))
    own = len(a.title ^ b.title)
    if _are_two(a, b) or _shared(a, b) < _enough(a, b) + own:
        return 0.0
    return 1 - own / max(len(a.title), len(b.title))


def _shared(a: Signature, b: Signature) -> int:
    """Return how many words two titles share that not any town could have said."""
    return len((a.title & b.title) - COMMON_WORDS)


def _tell_it(a: Signature, b: Signature) -> bool:
    """Tell whether two announcements of one legal text say the same of it.

    One may tell less than the other, which is then the text itself: more words are a comment.
    """
    own_a, own_b = _own(a, b), _own(b, a)
    if not own_a and not own_b:
        return _shared(a, b) >= (LEAST_OF_TEXT if ORDER in a.facts else 1)
    longer = a if own_a else b
    both = own_a and own_b
    return not both and IS_OFFICIAL in longer.facts and _shared(a, b) >= LEAST_OF_TEXT


def _own(a: Signature, b: Signature) -> frozenset[int]:
    """Return the words of a title that another announcement does not say."""
    return a.title.difference(b.title, b.summary)


def _are_two(a: Signature, b: Signature) -> bool:
    """Tell whether two titles each say something of their own, or are those of two legal texts."""
    if IS_OFFICIAL in a.facts & b.facts:
        return a.title != b.title
    return bool(a.title - b.title and b.title - a.title)


def _enough(a: Signature, b: Signature) -> int:
    """Return how many words two titles must share: more when nothing else tells them apart.

    A name, a number, a legal text does; a year is as good as a word.
    """
    facts = a.facts & b.facts
    types = {each >> 28 for each in facts}
    names = ((a.named | b.named) & a.title & b.title) - COMMON_WORDS
    if names or types & {Fact.REFERENCE, Fact.NUMBER}:
        return LEAST_SHARED
    if types & {Fact.KIND} and (ORDER not in facts or types & {Fact.DATE}):
        return LEAST_SHARED
    return LEAST_BARE - len(types & {Fact.YEAR})


def _is_same_text(a: Signature, b: Signature) -> bool:
    """Tell whether two announcements are of one legal text, by its kind and its number."""
    if not of_kind(a.facts & b.facts, Fact.KIND):
        return False
    return bool(of_kind((a.facts | a.more) & (b.facts | b.more), Fact.REFERENCE))


def _is_reprinted(a: Signature, b: Signature) -> bool:
    """Tell whether two summaries are one, but for what was added or cut at the end of one.

    One of the titles must say the same, lest a site should say so under everything.
    """
    length = min(len(a.summary), len(b.summary))
    if length < LEAST_SUMMARY:
        return False
    least = min(len(_own(a, b)) / len(a.title), len(_own(b, a)) / len(b.title))
    own_a = set(a.summary[:length]).difference(b.summary)
    own_b = set(b.summary[:length]).difference(a.summary)
    if least > 1 - LEAST_TOLD or (own_a and own_b):
        return False
    return len(own_a) + len(own_b) <= MOST_OWN


# --- what forbids -----------------------------------------------------------------------------


def clash(a: Signature, b: Signature) -> bool:
    """Tell whether the facts of two announcements forbid that they be one."""
    return _titles_clash(a.facts, b.facts) or _texts_clash(a, b)


def _titles_clash(a: frozenset[int], b: frozenset[int]) -> bool:
    """Tell whether two titles name others of a series, other texts, other numbers."""
    if a == b:
        return False
    if any(of_kind(a, kind) != of_kind(b, kind) for kind in (Fact.SERIES, Fact.EVENT)):
        return True
    if _apart(of_kind(a, Fact.KIND), of_kind(b, Fact.KIND)):
        return True
    return any(not _is_within(of_kind(a, kind), of_kind(b, kind)) for kind in _NUMBERED)


_NUMBERED = (
    Fact.REFERENCE,
    Fact.ARTICLE,
    Fact.YEAR,
    Fact.DATE,
    Fact.NUMBER,
    Fact.PERIOD,
)


def _texts_clash(a: Signature, b: Signature) -> bool:
    """Tell whether two announcements, titles and summaries, are of other texts, places or people.

    Years of publication are in many summaries: they count where a title has none.
    """
    whole_a, whole_b = a.facts | a.more, b.facts | b.more
    kinds = [
        Fact.REFERENCE,
        Fact.ARTICLE,
        Fact.JORF,
        Fact.NOR,
        Fact.DEPARTMENT,
        Fact.REGION,
        Fact.CLOSING,
    ]
    if not (of_kind(a.facts, Fact.YEAR) and of_kind(b.facts, Fact.YEAR)):
        kinds.append(Fact.YEAR)
    if any(_apart(of_kind(whole_a, kind), of_kind(whole_b, kind)) for kind in kinds):
        return True
    return bool(a.names.difference(b.title, b.summary) and b.names.difference(a.title, a.summary))


def _apart(a: AbstractSet[int], b: AbstractSet[int]) -> bool:
    return bool(a and b and a.isdisjoint(b))


def _is_within(a: AbstractSet[int], b: AbstractSet[int]) -> bool:
    return a <= b or b <= a


# --- which story ------------------------------------------------------------------------------

SAME_LINK = 2.0
"""The score of a story that has the very link of an item: above any likeness."""


@dataclass(frozen=True)
class Candidate:
    """A story that an item may tell: how much so, and the sources that told it already."""

    story_id: int
    score: float
    sources: tuple[int, ...]


def choose_stories(
    candidates: Sequence[Sequence[Candidate]], source_id: int
) -> tuple[int | None, ...]:
    """Return for each item of a document the story that it joins, if there is one.

    One source never joins its own stories: texts of the same name are different texts there
    (« Arrêté du 30 novembre 2020 portant nomination »). So a story takes one item of a document,
    the one most like it; and an item that is as much like two stories of one source joins none.
    """
    firsts = [_most_alike(some, source_id) for some in candidates]
    best: dict[int, float] = {}
    times: Counter[tuple[int, float]] = Counter()
    for first in filter(None, firsts):
        best[first.story_id] = max(best.get(first.story_id, 0.0), first.score)
        times[first.story_id, first.score] += 1
    return tuple(
        first.story_id
        if first and first.score == best[first.story_id] and times[first.story_id, first.score] == 1
        else None
        for first in firsts
    )


def _most_alike(candidates: Sequence[Candidate], source_id: int) -> Candidate | None:
    others = [each for each in candidates if source_id not in each.sources]
    score = max((each.score for each in others), default=0.0)
    firsts = sorted(
        (each for each in others if each.score == score), key=lambda each: each.story_id
    )
    told_by = Counter(source for each in firsts for source in each.sources)
    if not firsts or max(told_by.values(), default=0) > 1:
        return None
    return firsts[0]


def may_be_the_page(title: str, before: str) -> bool:
    """Tell whether an item may be the page that another source told at the same address.

    Not when the title names other numbers: « Appel à projets 2027 » where that of 2026 was.
    """
    numbers, others = numbers_in(title), numbers_in(before)
    return not (numbers and others and numbers != others)
