"""Looking something up in the editions that left."""

from hypothesis import given
from hypothesis import strategies as st

from core.sections import Section
from digest.letter.archive.rules import Published, find
from digest.letter.decide import Contents, Item


def item(number: int, title: str, summary: str = "", note: str = "", source: str = "") -> Item:
    place = f"watch:story:{number}"
    return Item(place, Section.LEGAL, title, summary, note=note, source=source)


def edition(number: int, *items: Item) -> Published:
    return Published(number, Contents("La lettre", "", items))


FIRST = edition(
    1,
    item(1, "Les zones France ruralités revitalisation", summary="Ce que change la loi."),
    item(2, "Un décret sur les crèches", summary="Les communes recensent les besoins."),
)
SECOND = edition(
    2,
    item(3, "Médecins", note="Lire avec la loi sur la revitalisation des zones rurales."),
    item(4, "Tiers-lieux", summary="Appel ouvert.", source="Banque des Territoires"),
)


def places(words: str) -> list[tuple[int, int]]:
    found = find([FIRST, SECOND], words, 10)
    return [(each.number, int(each.item.reference.rpartition(":")[2])) for each in found]


def test_words_are_found_by_their_roots_whatever_accents_and_plurals() -> None:
    assert places("creche") == [(1, 2)]
    assert places("DÉCRETS") == [(1, 2)]


def test_all_the_words_must_be_there() -> None:
    assert places("revitalisation zone") == [(1, 1), (2, 3)]
    assert places("revitalisation crèche") == []


def test_the_title_comes_first_then_the_newest() -> None:
    assert places("loi") == [(2, 3), (1, 1)]
    assert places("médecin") == [(2, 3)]


def test_sources_and_notes_are_searched_too() -> None:
    assert places("banque territoires") == [(2, 4)]


def test_nothing_to_look_for_finds_nothing() -> None:
    assert places("") == []
    assert places("… ! ?") == []


def test_no_more_are_given_than_asked() -> None:
    assert len(find([FIRST, SECOND], "loi", 1)) == 1


@given(st.text(max_size=300))
def test_no_words_are_too_odd_to_be_looked_up(words: str) -> None:
    assert len(find([FIRST, SECOND], words, 3)) <= 3
