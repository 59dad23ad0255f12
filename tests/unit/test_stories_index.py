"""Finding recent stories by what their words share."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from watch.reading.records import Item
from watch.stories.decide import THRESHOLD, likeness
from watch.stories.index import MOST_LISTED, StoryIndex
from watch.stories.signature import sign
from watch.understanding.records import Understanding

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DECREE = "Décret n° 2026-812 relatif aux aides pour l'électrification rurale"
OTHER = "Électrification rurale : le décret sur les aides"


def signed(title: str, summary: str = "") -> bytes:
    return sign(Item("", "", title, summary), Understanding()).packed()


def found(index: StoryIndex, title: str, source: int = 2, summary: str = "") -> list[int]:
    return sorted(each.story_id for each in index.candidates(signed(title, summary), source))


@pytest.fixture
def index() -> StoryIndex:
    index = StoryIndex()
    index.put(5, signed(DECREE), [1], NOW)
    return index


def test_a_story_is_found_by_other_sources_than_its_own(index: StoryIndex) -> None:
    assert found(index, OTHER) == [5]
    assert found(index, OTHER, source=1) == []
    index.put(5, signed(DECREE), [2], NOW)
    assert (found(index, OTHER), found(index, OTHER, source=3)) == ([], [5])
    assert len(index) == 1


def test_a_story_is_known_by_what_it_says_now(index: StoryIndex) -> None:
    index.put(5, signed("Ouverture d'une pharmacie coopérative à Vernusse"), [], NOW)
    assert found(index, OTHER) == []
    assert found(index, "Une pharmacie coopérative ouvre à Vernusse") == [5]


def test_days_that_are_over_are_forgotten(index: StoryIndex) -> None:
    index.forget(NOW)
    assert found(index, OTHER) == [5]
    index.forget(NOW + timedelta(days=1))
    assert (len(index), found(index, OTHER)) == (0, [])


def test_what_has_no_signature_is_never_found(index: StoryIndex) -> None:
    index.put(6, b"", [1], NOW)
    assert list(index.candidates(b"", 2)) == []
    assert len(index) == 2


def test_a_word_that_everybody_says_lists_no_more_than_so_many() -> None:
    index = StoryIndex()
    for number in range(3 * MOST_LISTED):
        index.put(number, signed(DECREE), [1], NOW)
    assert MOST_LISTED <= len(found(index, OTHER)) <= 2 * MOST_LISTED


def test_whatever_is_alike_is_found() -> None:
    """The lists lose nothing: they find what comparing every pair would."""
    chance = random.Random(4)  # noqa: S311  # the same words each time
    words = [f"mot{number}" for number in range(60)]
    titles = [" ".join(chance.sample(words, chance.randint(5, 8))) for _ in range(150)]
    titles += [f"{title} {chance.choice(words)}" for title in titles if chance.random() < 0.5]
    texts = [" ".join(chance.sample(words, 25)) for _ in range(12)]
    said = [(title, chance.choice(texts)) for title in titles]
    said += [(DECREE, ""), ("Décret : électrification rurale", "Le n° 2026-812"), (OTHER, "")]
    signatures = [sign(Item("", "", *each), Understanding()) for each in said]
    index = StoryIndex()
    for number, signature in enumerate(signatures):
        index.put(number, signature.packed(), [number], NOW + timedelta(days=number % 3))
    pairs = 0
    for number, signature in enumerate(signatures):
        candidates = index.candidates(signature.packed(), number)
        alike = {
            other
            for other, each in enumerate(signatures)
            if other != number and likeness(signature, each) >= THRESHOLD
        }
        assert {each.story_id for each in candidates} == alike
        pairs += len(alike)
    assert pairs > 50


def test_a_story_that_was_not_committed_is_dropped_and_its_number_may_serve_again(
    index: StoryIndex,
) -> None:
    index.drop([5, 6])
    assert found(index, OTHER) == []
    assert len(index) == 0
    index.put(5, signed("Ouverture d'une pharmacie coopérative à Vernusse"), [1], NOW)
    assert found(index, OTHER) == []
    assert found(index, "Une pharmacie coopérative ouvre à Vernusse") == [5]
