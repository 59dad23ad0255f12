"""The figures of the search benchmark."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.common.references import tantivy_french, two_bm25
from bench.common.retrieval import Asked, Text, percentile, place, quality, read
from bench.search import SAMPLE, Options, Ours, main, options, padded, sample
from core.errors import InputError

DOCUMENTS = (
    Text("a", "Peut-on taxer les logements vacants ?", "Oui. Par délibération."),
    Text("b", "Qui peut ouvrir une crèche ?", "Toute commune. Après avis."),
)


def asked(text: str, *expected: str) -> Asked:
    return Asked(text, frozenset(expected))


def test_the_place_is_that_of_the_first_document_expected() -> None:
    assert place(["c", "b", "a"], frozenset({"a", "b"})) == 2
    assert place(["c"], frozenset({"a"})) == math.inf
    assert place([], frozenset()) == math.inf


def test_a_ranking_is_judged_by_where_the_right_answers_are() -> None:
    found = {"one": ["a"], "two": ["x", "a"], "four": ["x", "y", "z", "a"], "none": ["x"]}

    def rank(text: str) -> Sequence[str]:
        return found[text]

    got = quality(rank, [asked(text, "a") for text in found])
    assert (got.recall_1, got.recall_3, got.recall_5) == (0.25, 0.5, 0.75)
    assert got.mrr_10 == pytest.approx((1 + 1 / 2 + 1 / 4) / 4)


def test_an_eleventh_place_counts_for_nothing() -> None:
    assert quality(lambda _: [*"0123456789", "a"], [asked("q", "a")]).mrr_10 == 0


def test_no_query_gives_zeros() -> None:
    assert quality(lambda _: ["a"], []).mrr_10 == 0


@pytest.mark.parametrize(("share", "value"), [(0, 1), (0.5, 5), (0.95, 10), (1, 10)])
def test_a_percentile_is_one_of_the_values(share: float, value: int) -> None:
    assert percentile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], share) == value


def test_nothing_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="no measurement"):
        percentile([], 0.95)


@pytest.mark.parametrize("rank", [tantivy_french(DOCUMENTS), two_bm25(DOCUMENTS)])
def test_the_references_find_what_is_asked_for(rank: object) -> None:
    assert callable(rank)
    assert list(rank("les logements (vacants) ?"))[:1] == ["a"]
    assert list(rank("")) == []


def test_ours_suggests_what_answers_and_nothing_else() -> None:
    found = Ours(DOCUMENTS).suggested(
        [asked("taxe sur les logements vacants", "a"), asked("ouvrir une crèche", "b")],
        [asked("quel restaurant ce soir ?"), asked("le logement vacant")],
    )
    assert found.answerable_hit_3 == 1
    assert found.unrelated_suggested == 0.5


def test_a_base_is_padded_always_alike() -> None:
    first, again = list(padded(DOCUMENTS, 50)), list(padded(DOCUMENTS, 50))
    assert first == again
    assert first[:2] == list(DOCUMENTS)
    assert len({one.id for one in first}) == 50


def test_the_sample_network_asks_its_own_questions() -> None:
    collection = sample(SAMPLE)
    assert len(collection.queries) == len(collection.documents) > 5


def test_a_file_that_is_no_collection_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "wrong.json"
    path.write_text('{"documents": [{"id": 1}], "queries": []}', encoding="utf-8")
    with pytest.raises(InputError, match=r"wrong\.json"):
        read(path)


def test_the_command_line_says_what_to_measure() -> None:
    assert options([]) == Options(None, None, 100_000)
    assert options(["f.json", "--unrelated", "u.json", "--documents", "0"]) == Options(
        Path("f.json"), Path("u.json"), 0
    )
    assert options(["--quick", "--postgres", "--rounds", "2"]).documents == 10_000


def test_the_last_line_is_one_object_with_the_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, unrelated = tmp_path / "some.json", tmp_path / "other.json"
    documents = [
        {"id": one.id, "question": one.question, "answer": one.answer} for one in DOCUMENTS
    ]
    queries = [{"text": "taxe sur les logements vacants", "expected": ["a"], "group": "a"}]
    file.write_text(json.dumps({"documents": documents, "queries": queries}), encoding="utf-8")
    nothing = {
        "name": "n",
        "documents": [],
        "queries": [{"text": "un restaurant ?", "expected": []}],
    }
    unrelated.write_text(json.dumps(nothing), encoding="utf-8")
    main(Options(file, unrelated, 20))
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    wanted = {"recall_1": 1, "recall_3": 1, "recall_5": 1, "mrr_10": 1, "answerable_hit_3": 1}
    assert figures | wanted == figures
    assert figures["unrelated_suggested"] == 0
    assert figures["p95_ms"] > 0
    assert figures["load_documents"] == 20
