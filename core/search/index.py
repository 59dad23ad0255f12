"""An index of validated answers, in memory: made from what it is given, never changed.

To bring it up to date, make another one in a thread and put it in its place.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import tantivy

from core.text import stems

SUGGESTION_THRESHOLD = 0.5
"""The confidence from which an answer is worth showing to somebody who asked something."""

_WEIGHTS = {"question": 2.0, "answer": 1.0, "theme": 0.5}


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

    `acronyms` gives for each acronym what it stands for. Never changes once made: threads may
    share it. Takes the processor for a while when it is made: call it in a thread.
    """

    def __init__(
        self, documents: Iterable[Document], acronyms: Mapping[str, str] | None = None
    ) -> None:
        self._acronyms = acronyms or {}
        builder = tantivy.SchemaBuilder()
        builder.add_integer_field("id", stored=True)
        for name in _WEIGHTS:
            builder.add_text_field(name, tokenizer_name="whitespace")
        self._index = tantivy.Index(builder.build())
        writer = self._index.writer(num_threads=1)
        self._stems: dict[int, frozenset[str]] = {}
        for document in documents:
            question = stems("\n\n".join((document.question, *document.variants)))
            answer = stems(document.answer)
            self._stems[document.id] = frozenset((*question, *answer))
            writer.add_document(
                tantivy.Document(
                    id=document.id,
                    question=" ".join(question),
                    answer=" ".join(answer),
                    theme=" ".join(stems(document.theme)),
                )
            )
        writer.commit()
        self._index.reload()

    def search(self, query: str, limit: int = 10) -> tuple[Hit, ...]:
        """Return the documents that resemble `query` most, best first; none if nothing does."""
        words = tuple(dict.fromkeys(stems(query)))[:64]
        if not words or limit < 1:
            return ()
        searcher = self._index.searcher()
        asked = tantivy.Query.boolean_query(
            [
                (
                    tantivy.Occur.Should,
                    tantivy.Query.boost_query(
                        tantivy.Query.term_query(self._index.schema, name, word, "freq"), weight
                    ),
                )
                for word in words
                for name, weight in _WEIGHTS.items()
            ]
        )
        hits = []
        for score, address in searcher.search(asked, limit).hits:
            number: int = searcher.doc(address)["id"][0]
            found = sum(word in self._stems[number] for word in words) / len(words)
            hits.append(Hit(number, score, found))
        return tuple(hits)

    def suggest(
        self, query: str, limit: int = 3, least: float = SUGGESTION_THRESHOLD
    ) -> tuple[Hit, ...]:
        """Return the documents worth showing for `query`, best first: none rather than noise."""
        return tuple(hit for hit in self.search(query, limit) if hit.confidence >= least)
