"""The search of validated answers."""

from core.search import Document, SearchIndex


def test_an_answer_is_found_by_other_words_of_its_question() -> None:
    index = SearchIndex(
        [
            Document(1, "Les exonérations ZRR existent-elles encore ?", "Elles ont pris fin."),
            Document(2, "Qui peut ouvrir une crèche ?", "Toute commune."),
        ]
    )
    assert [hit.id for hit in index.search("exoneration zrr")] == [1]
