"""Which themes a text speaks of, and the words that decided.

A theme has words and phrases, compared by their roots, and exclusions: a passage that matches an
exclusion counts for nothing in that theme (« accueil du jeune enfant » says nothing of the
welcome of newcomers). An expression in capitals (AMI, PLIE) is an acronym: only capitals match it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice

from core.text import Token, stems, tokenise, words

GAP = 4
"""How far the next word of a phrase may stand: up to three stop words come in between."""


_NEAR = 60
"""Characters within which the plain words of an expression follow its telling one."""


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
    known = _compiled(tuple(themes))
    if not known.may_occur(stems(text)):
        return ()
    tokens = tokenise(text)
    found: dict[int, _Found] = defaultdict(_Found)
    for expression, span in _occurrences(known.by_first, tokens, text):
        found[expression.theme].take(expression, span)
    matches = [_match(text, tokens, known.codes[theme], found[theme]) for theme in sorted(found)]
    return tuple(sorted((one for one in matches if one.score), key=lambda one: -one.score))


class _Found:
    """Where the expressions of a theme, and its exclusions, occur."""

    def __init__(self) -> None:
        self.spans: dict[_Expression, list[range]] = defaultdict(list)
        self.excluded: set[int] = set()

    def take(self, expression: "_Expression", span: range) -> None:
        if expression.excludes:
            self.excluded.update(span)
        else:
            self.spans[expression].append(span)


def _match(text: str, tokens: Sequence[Token], code: str, found: _Found) -> Match:
    score, evidence = 0, []
    for expression, spans in found.spans.items():
        kept = [span for span in spans if found.excluded.isdisjoint(span)]
        score += len(expression.words) if kept else 0
        evidence += [(tokens[span[0]].start, tokens[span[-1]].end) for span in kept]
    shown = [text[start:end] for start, end in _widest(evidence)]
    return Match(code, score, tuple(dict.fromkeys(shown)))


@dataclass(frozen=True, eq=False, slots=True)
class _Word:
    """A word of an expression: its root, and whether it must be written in capitals."""

    stem: str
    acronym: bool

    def fits(self, token: Token, text: str) -> bool:
        if token.stem != self.stem:
            return False
        return not self.acronym or text[token.start : token.end].isupper()


@dataclass(frozen=True, eq=False)
class _Expression:
    """An expression of a theme (its place among them), or one that excludes; known by itself.

    `after`: of an expression with a single telling word, the plain words that must follow it, so
    that « service fait » is not any service.
    """

    theme: int
    words: tuple[_Word, ...]
    excludes: bool
    after: tuple[str, ...]

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """The roots of its words."""
        return tuple(word.stem for word in self.words)


@dataclass(frozen=True)
class _Compiled:
    """Themes as they are looked for: expressions by the root that they begin with."""

    codes: tuple[str, ...]
    by_first: Mapping[str, Sequence[_Expression]]

    def may_occur(self, roots: tuple[str, ...]) -> bool:
        """Tell whether the roots of an expression follow one another: quicker than where."""
        return any(
            roots[first : first + len(expression.stems)] == expression.stems
            for first, root in enumerate(roots)
            for expression in self.by_first.get(root, ())
        )


@lru_cache(maxsize=16)
def _compiled(themes: tuple[ThemeWords, ...]) -> _Compiled:
    by_first: dict[str, list[_Expression]] = defaultdict(list)
    for place, theme in enumerate(themes):
        written = [(each, False) for each in theme.words]
        written += [(each, True) for each in theme.exclusions]
        for each, excludes in written:
            if found := _words(each):
                expression = _Expression(place, found, excludes, _plain_words_after(each))
                by_first[found[0].stem].append(expression)
    return _Compiled(tuple(theme.code for theme in themes), by_first)


def _words(written: str) -> tuple[_Word, ...]:
    return tuple(
        _Word(token.stem, _is_acronym(written[token.start : token.end]))
        for token in tokenise(written)
    )


def _plain_words_after(written: str) -> tuple[str, ...]:
    tokens = tokenise(written)
    return tuple(words(written[tokens[0].end :])) if len(tokens) == 1 else ()


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and word.isupper()


def _occurrences(
    by_first: Mapping[str, Sequence[_Expression]], tokens: Sequence[Token], text: str
) -> Iterator[tuple[_Expression, range]]:
    """Give each expression that occurs, with the indices of its tokens."""
    for first, token in enumerate(tokens):
        for expression in by_first.get(token.stem, ()):
            last = first + len(expression.words)
            span = tokens[first:last]
            if _fits(expression, span, text) and _is_followed(expression, span, text):
                yield expression, range(first, last)


def _fits(expression: _Expression, tokens: Sequence[Token], text: str) -> bool:
    """Tell whether tokens are the words of an expression, each close to the one before."""
    if len(tokens) < len(expression.words):
        return False
    position = tokens[0].position
    for word, token in zip(expression.words, tokens, strict=True):
        if token.position - position > GAP or not word.fits(token, text):
            return False
        position = token.position
    return True


def _is_followed(expression: _Expression, span: Sequence[Token], text: str) -> bool:
    if not expression.after:
        return True
    rest = text[span[-1].end :][:_NEAR]
    return tuple(islice(words(rest), len(expression.after))) == expression.after


def _widest(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Order spans as they stand in the text, without those inside another."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(set(spans), key=lambda span: (span[0], -span[1])):
        if not kept or end > kept[-1][1]:
            kept.append((start, end))
    return kept
