"""The searches that ours is read beside: tantivy as it comes, and two stemmed BM25 indexes."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

import tantivy

from bench.common.retrieval import DEPTH, Rank, Text
from core.text import stems

_MARKS = re.compile(r"[^\w\s]")


def tantivy_french(documents: Sequence[Text]) -> Rank:
    """Return tantivy with its own French stemmer, question and answer weighing the same."""
    tokenizer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    lower = tokenizer.filter(tantivy.Filter.remove_long(40)).filter(tantivy.Filter.lowercase())
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("number", stored=True)
    builder.add_text_field("question", tokenizer_name="french")
    builder.add_text_field("answer", tokenizer_name="french")
    index = tantivy.Index(builder.build())
    index.register_tokenizer("french", lower.filter(tantivy.Filter.stemmer("french")).build())
    writer = index.writer(num_threads=1)
    for number, one in enumerate(documents):
        writer.add_document(
            tantivy.Document(number=number, question=one.question, answer=one.answer)
        )
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def rank(text: str) -> Sequence[str]:
        query, _ = index.parse_query_lenient(_MARKS.sub(" ", text), ["question", "answer"])
        hits = searcher.search(query, DEPTH).hits
        return [documents[int(searcher.doc(address)["number"][0])].id for _, address in hits]

    return rank


def two_bm25(documents: Sequence[Text]) -> Rank:
    """Return two BM25 indexes of our roots, question and answer, whose scores are summed 2:1."""
    questions = _BM25([stems(one.question) for one in documents])
    answers = _BM25([stems(one.answer) for one in documents])

    def rank(text: str) -> Sequence[str]:
        words = stems(text)
        asked, told = questions.scores(words), answers.scores(words)
        total = {at: 2 * asked.get(at, 0) + told.get(at, 0) for at in {*asked, *told}}
        best = sorted(total, key=lambda at: (-total[at], at))[:DEPTH]
        return [documents[at].id for at in best]

    return rank


class _BM25:
    """Okapi BM25, with the usual k1 = 1.2 and b = 0.75."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        self._lengths = [len(text) for text in texts]
        self._mean = max(1.0, sum(self._lengths) / max(1, len(texts)))
        self._holders: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for at, text in enumerate(texts):
            for word, times in Counter(text).items():
                self._holders[word].append((at, times))

    def scores(self, words: Sequence[str]) -> dict[int, float]:
        """Return the score of each text that holds one of the words."""
        found: dict[int, float] = defaultdict(float)
        for word, weight in Counter(words).items():
            holders = self._holders.get(word, [])
            idf = math.log1p((len(self._lengths) - len(holders) + 0.5) / (len(holders) + 0.5))
            for at, times in holders:
                norm = 1.2 * (0.25 + 0.75 * self._lengths[at] / self._mean)
                found[at] += weight * idf * times * 2.2 / (times + norm)
        return found
