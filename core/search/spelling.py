"""The words of the answers, found by what was typed in their place."""

from collections.abc import Mapping

import tantivy

from core.search.rules import edits_allowed

_LOOKED_AT = 20
_MOST = 3


class Spelling:
    """Finds known words at one or two typing errors from an unknown one."""

    def __init__(self, words: Mapping[str, int]) -> None:
        """`words`: how often each known word, normalised, was written."""
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("word", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_integer_field("count", fast=True)
        self._schema = builder.build()
        index = tantivy.Index(self._schema)
        writer = index.writer(num_threads=1)
        for word, count in sorted(words.items()):
            if edits_allowed(word):
                writer.add_document(tantivy.Document(word=word, count=count))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._searcher = index.searcher()

    def nearest(self, word: str) -> tuple[str, ...]:
        """Return up to three known words that `word` was meant to be: the nearest, often used."""
        for edits in range(1, edits_allowed(word) + 1):
            query = tantivy.Query.fuzzy_term_query(self._schema, "word", word, edits)
            found = self._searcher.search(query, _LOOKED_AT, order_by_field="count").hits
            words = [str(self._searcher.doc(address)["word"][0]) for _, address in found]
            if near := [other for other in words if other[0] == word[0]] or words:
                return tuple(near[:_MOST])
        return ()
