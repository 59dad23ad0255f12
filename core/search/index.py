"""An index of validated answers, in memory: made from what it is given, never changed.

To bring it up to date, make another one in a thread and put it in its place.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType

import tantivy
from tantivy import Occur, Query

from core.search import rules
from core.search.acronyms import Acronyms, explained, without_dots
from core.search.lexicon import COURTESY, SYNONYMS, intents
from core.search.spelling import Spelling
from core.text import STOP_WORDS, stem, stems, words

SUGGESTION_THRESHOLD = 0.5
"""The confidence from which an answer is worth showing to somebody who asked something."""

_WEIGHTS = {"question": 2.0, "answer": 1.3, "theme": 0.5}
_INTENT = 0.7
_LONGEST = 4096
"""Characters of a question that are read."""

_MOST_WORDS = 32
"""Different words of a question that are searched for: the rarest."""

_MOST_GUESSED = 8
"""Unknown words of a question that are looked up among those spelt nearly the same."""

_SAMPLE = 200
"""Questions of the base that are searched for to know what a whole match scores."""

_NO_ACRONYM: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Document:
    """A validated answer as it is searched. `variants`: other formulations of its question."""

    id: int
    question: str
    answer: str
    variants: tuple[str, ...] = ()
    theme: str = ""


@dataclass(frozen=True)
class Hit:
    """A document found.

    `score` ranks the hits of one query. `confidence`, from 0 to 1, compares between queries.
    """

    id: int
    score: float
    confidence: float


class SearchIndex:
    """Finds the validated answers that a question resembles.

    `acronyms` gives for each acronym what it stands for; those that the answers explain are
    learned. Never changes once made: threads may share it. It takes the processor for a while to
    make one (half a minute for 100,000 answers): do it in a thread.
    """

    def __init__(
        self, documents: Iterable[Document], acronyms: Mapping[str, str] = _NO_ACRONYM
    ) -> None:
        ordered = sorted(documents, key=lambda document: document.id)
        self._documents = len(ordered)
        texts = (text for one in ordered for text in (one.question, *one.variants, one.answer))
        self._acronyms = Acronyms([*acronyms.items(), *explained(texts)])
        self._holding: Counter[str] = Counter()
        self._holding_in: Mapping[str, Counter[str]] = {field: Counter() for field in _WEIGHTS}
        self._index = _empty()
        self._written = self._fill(ordered)
        self._vocabulary = sorted(self._holding)
        self._spelling = Spelling(self._written)
        self._base = rules.Base(self._documents, rules.whole_match(self._sampled(ordered)))

    def _fill(self, documents: Iterable[Document]) -> Mapping[str, int]:
        """Write the documents, and return how often each word was written."""
        written: Counter[str] = Counter()
        writer = self._index.writer(num_threads=1)
        for document in documents:
            answer = self._read(document.answer, written)
            theme = stems(document.theme)
            asked: list[str] = []
            for formulation in (document.question, *document.variants):
                question = self._read(formulation, written)
                asked += question
                writer.add_document(
                    tantivy.Document(
                        id=document.id,
                        question=" ".join(question),
                        answer=" ".join(answer),
                        theme=" ".join(theme),
                        intent=" ".join(intents(formulation)),
                    )
                )
            self._count(question=asked, answer=answer, theme=theme)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        return written

    def _count(self, **fields: Iterable[str]) -> None:
        """Count an answer among those that hold each word, in each field and anywhere."""
        held = {field: set(roots) for field, roots in fields.items()}
        for field, roots in held.items():
            self._holding_in[field].update(roots)
        self._holding.update(set().union(*held.values()))

    def _read(self, text: str, written: Counter[str]) -> tuple[str, ...]:
        found = tuple(words(without_dots(text)))
        written.update(found)
        return self._acronyms.read(found)

    def search(self, query: str, limit: int = 10) -> tuple[Hit, ...]:
        """Return the documents that resemble `query` most, best first; none if nothing does."""
        found, worth = self._ranked(query, limit)
        return tuple(
            Hit(number, score, rules.confidence(score, worth, self._base))
            for number, score in found
        )

    def suggest(
        self, query: str, limit: int = 3, least: float = SUGGESTION_THRESHOLD
    ) -> tuple[Hit, ...]:
        """Return the documents worth showing for `query`, best first: none rather than noise."""
        return tuple(hit for hit in self.search(query, limit) if hit.confidence >= least)

    def _sampled(self, documents: Sequence[Document]) -> list[tuple[float, float]]:
        """Return the score and the worth of some of the questions, spread over the base."""
        step = max(1, len(documents) // _SAMPLE)
        ranked = (self._ranked(one.question, 1) for one in documents[::step])
        return [(found[0][1], worth) for found, worth in ranked if found]

    def _ranked(self, query: str, limit: int) -> tuple[list[tuple[int, float]], float]:
        """Return ids and scores, best first, and the worth of what is asked for."""
        read = query[:_LONGEST]
        concepts = self._concepts(read)
        found = self._found(concepts, intents(read), limit) if limit > 0 else []
        return found, sum(concept.worth for concept in concepts)

    def _concepts(self, query: str) -> Sequence[rules.Concept]:
        """Return what is asked for, the rarest first."""
        asked_for = (word for word in words(without_dots(query)) if word not in COURTESY)
        read = rules.rejoined(asked_for, self._written)
        guesses = self._guesses(read)
        likeliest = [guesses.get(word, (word,))[0] for word in read]
        guessed = {stem(several[0]): several for several in guesses.values()}
        roots = dict.fromkeys(self._acronyms.read(likeliest))
        concepts = [self._concept(root, guessed.get(root, ())) for root in roots]
        return sorted(concepts, key=lambda concept: -concept.worth)[:_MOST_WORDS]

    def _guesses(self, read: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """Return for unknown words the known words that they may stand for, likeliest first."""
        unknown = (word for word in dict.fromkeys(read) if not self._knows(word))
        found = {word: self._spelling.nearest(word) for word in islice(unknown, _MOST_GUESSED)}
        return {word: nearest for word, nearest in found.items() if nearest}

    def _knows(self, word: str) -> bool:
        return word in self._written or word in STOP_WORDS or stem(word) in self._holding

    def _concept(self, root: str, guesses: Sequence[str]) -> rules.Concept:
        """Return what to look for in the place of a root, guessed from an unknown word or not."""
        near = rules.kin(root, self._vocabulary)
        roots = rules.alternatives(root, SYNONYMS.get(root, ()), near, self._holding)
        if guesses:
            return rules.guessed(roots, map(stem, guesses), self._documents)
        return rules.Concept(roots, rules.rarity(self._holding[root], self._documents))

    def _found(
        self, concepts: Sequence[rules.Concept], asked: Iterable[str], limit: int
    ) -> list[tuple[int, float]]:
        searcher = self._index.searcher()
        clauses = [
            (Occur.Should, terms[0] if len(terms) == 1 else Query.disjunction_max_query(terms))
            for concept in concepts
            for field in _WEIGHTS
            if (terms := self._terms(searcher, field, concept.roots))
        ]
        if not clauses:
            return []
        both = [(Occur.Must, Query.boolean_query(clauses))]
        both += [(Occur.Should, self._term("intent", name, _INTENT)) for name in asked]
        wanted = limit
        while True:
            hits = searcher.search(Query.boolean_query(both), wanted, count=False).hits
            best: dict[int, float] = {}
            for score, address in hits:
                best.setdefault(int(searcher.doc(address)["id"][0]), float(score))
            if len(best) >= limit or len(hits) < wanted:
                break
            wanted *= 4
        return sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]

    def _terms(
        self, searcher: tantivy.Searcher, field: str, roots: Mapping[str, float]
    ) -> list[Query]:
        """Return what to look for in a field.

        tantivy counts formulations where we count answers: an answer often asked for would make
        its own words common, were it not put right here.
        """
        found = []
        for root, worth in roots.items():
            if holding := self._holding_in[field][root]:
                ours = rules.rarity(holding, self._documents)
                theirs = rules.rarity(searcher.doc_freq(field, root), searcher.num_docs)
                found.append(self._term(field, root, _WEIGHTS[field] * worth * ours / theirs))
        return found

    def _term(self, field: str, word: str, weight: float) -> Query:
        return Query.boost_query(Query.term_query(self._index.schema, field, word, "freq"), weight)


def _empty() -> tantivy.Index:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", stored=True)
    for name in (*_WEIGHTS, "intent"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    return tantivy.Index(builder.build())
