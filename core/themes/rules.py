"""Which themes a text speaks of, and the words that decided.

A theme has words and phrases, compared by their roots, and exclusions: a passage that matches an
exclusion counts for nothing in that theme (« accueil du jeune enfant » says nothing of the
welcome of newcomers). An expression in capitals (AMI, PLIE) is an acronym: only capitals match it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.text import Token, tokenise

GAP = 4
"""How far the next word of a phrase may stand: up to three stop words come in between."""


@dataclass(frozen=True)
class ThemeWords:
    """A theme as it is matched: its code, what speaks of it, what does not."""

    code: str
    words: tuple[str, ...]
    exclusions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    """A theme that a text speaks of. `evidence`: the words that decided, as they were written."""

    code: str
    score: int
    evidence: tuple[str, ...]


def match(text: str, themes: Iterable[ThemeWords]) -> tuple[Match, ...]:
    """Return the themes of `text`, the one with most to say first, then in the given order.

    A theme scores, for each of its expressions that occurs, as many points as the expression
    has words that carry a meaning: a phrase weighs more than a word.
    """
    tokens = tokenise(text)
    written = tuple(text[token.start : token.end] for token in tokens)
    matches = [_match(text, tokens, written, theme) for theme in themes]
    found = [one for one in matches if one.score]
    return tuple(sorted(found, key=lambda one: -one.score))


def _match(text: str, tokens: Sequence[Token], written: Sequence[str], theme: ThemeWords) -> Match:
    words, exclusions = _compiled(theme)
    excluded = {i for e in exclusions for span in _occurrences(e, tokens, written) for i in span}
    score, evidence = 0, []
    for expression in words:
        spans = _occurrences(expression, tokens, written)
        kept = [span for span in spans if excluded.isdisjoint(span)]
        score += len(expression) if kept else 0
        evidence += [(tokens[span[0]].start, tokens[span[-1]].end) for span in kept]
    shown = [text[start:end] for start, end in _widest(evidence)]
    return Match(theme.code, score, tuple(dict.fromkeys(shown)))


@dataclass(frozen=True)
class _Word:
    """A word of an expression: its root, and whether it must be written in capitals."""

    stem: str
    acronym: bool

    def fits(self, token: Token, written: str) -> bool:
        return token.stem == self.stem and (not self.acronym or written.isupper())


_Expression = tuple[_Word, ...]


@lru_cache(maxsize=1024)
def _compiled(theme: ThemeWords) -> tuple[tuple[_Expression, ...], tuple[_Expression, ...]]:
    return tuple(map(_expression, theme.words)), tuple(map(_expression, theme.exclusions))


def _expression(written: str) -> _Expression:
    return tuple(
        _Word(token.stem, _is_acronym(written[token.start : token.end]))
        for token in tokenise(written)
    )


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and word.isupper()


def _occurrences(
    expression: _Expression, tokens: Sequence[Token], written: Sequence[str]
) -> Iterator[range]:
    """Give the indices of the tokens of each place where an expression occurs."""
    length = len(expression)
    if not length:
        return
    for first in range(len(tokens) - length + 1):
        span = range(first, first + length)
        fits = all(w.fits(tokens[i], written[i]) for w, i in zip(expression, span, strict=True))
        if fits and all(tokens[i + 1].position - tokens[i].position <= GAP for i in span[:-1]):
            yield span


def _widest(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Order spans as they stand in the text, without those inside another."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(set(spans), key=lambda span: (span[0], -span[1])):
        if not kept or end > kept[-1][1]:
            kept.append((start, end))
    return kept
