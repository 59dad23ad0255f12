"""What animators do to the items of an edition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sections import Section
from digest.letter.decide import Item
from digest.letter.desk import rules


def item(number: int, section: Section = Section.LEGAL) -> Item:
    return Item(f"watch:story:{number}", section, f"Sujet {number}")


ITEMS = (item(1), item(2), item(3), item(4, Section.AGENDA))


def names(items: tuple[Item, ...]) -> list[str]:
    return [each.title.removeprefix("Sujet ") for each in items]


def test_an_item_moves_within_its_section_and_stops_at_its_ends() -> None:
    assert names(rules.moved(ITEMS, 1, -1)) == ["2", "1", "3", "4"]
    assert names(rules.moved(ITEMS, 1, 1)) == ["1", "3", "2", "4"]
    assert rules.moved(ITEMS, 0, -1) == ITEMS
    assert rules.moved(ITEMS, 2, 1) == ITEMS, "the next section is not entered"
    assert rules.moved(ITEMS, 3, 1) == ITEMS


def test_an_item_becomes_the_first_of_its_section() -> None:
    assert names(rules.first(ITEMS, 2)) == ["3", "1", "2", "4"]
    assert rules.first(ITEMS, 3) == ITEMS


def test_an_item_goes_to_the_end_of_another_section() -> None:
    there = rules.to_section(ITEMS, 0, Section.AGENDA)
    assert names(there) == ["2", "3", "4", "1"]
    assert there[-1].section is Section.AGENDA
    assert names(rules.to_section(ITEMS, 3, Section.HEADLINES)) == ["4", "1", "2", "3"]


def test_an_item_is_taken_out_and_comes_back_once() -> None:
    left = rules.dropped(ITEMS, 1)
    assert names(left) == ["1", "3", "4"]
    assert names(rules.added(left, ITEMS[1])) == ["1", "3", "2", "4"]
    assert len(rules.added(ITEMS, ITEMS[1])) == 4


def test_only_the_item_that_is_edited_changes() -> None:
    changed = rules.edited(ITEMS, "watch:story:2", title="Mieux dit", note="À lire.")
    assert (changed[1].title, changed[1].note) == ("Mieux dit", "À lire.")
    assert [each for each in changed if each not in ITEMS] == [changed[1]]


def test_composing_again_leaves_out_what_was_taken_out_and_keeps_what_was_written() -> None:
    by_hand = Item(rules.free_reference(12, 3), Section.AGENDA, "À la main")
    again = rules.recomposed([item(1), item(2), item(9)], [by_hand, item(1)], [item(2)])
    assert [each.title for each in again] == ["Sujet 1", "Sujet 9", "À la main"]
    assert rules.by_hand(by_hand.reference)
    assert not rules.by_hand(ITEMS[0].reference)


@given(
    st.lists(st.sampled_from(list(Section)), min_size=1, max_size=12),
    st.data(),
)
def test_whatever_moves_nothing_is_lost_and_sections_keep_their_order(
    sections: list[Section], data: st.DataObject
) -> None:
    items = rules.ordered([item(n, section) for n, section in enumerate(sections)])
    place = data.draw(st.integers(0, len(items) - 1))
    wanted = data.draw(st.sampled_from(list(Section)))
    for found in (
        rules.moved(items, place, -1),
        rules.moved(items, place, 1),
        rules.first(items, place),
        rules.to_section(items, place, wanted),
    ):
        assert {each.reference for each in found} == {each.reference for each in items}
        assert found == rules.ordered(found)


@pytest.mark.parametrize(
    ("text", "many", "wanted"),
    [
        ("12-3", 2, (12, 3)),
        ("12-3-4", 3, (12, 3, 4)),
        ("12", 2, None),
        ("12--3", 2, None),
        ("12-x", 2, None),
        ("12-³", 2, None),
        ("12-1234567890", 2, None),
    ],
)
def test_a_button_carries_numbers_and_nothing_else(
    text: str, many: int, wanted: tuple[int, ...] | None
) -> None:
    assert rules.numbers(text, many) == wanted


def test_items_are_listed_by_pages() -> None:
    assert [rules.page_of(place) for place in (0, 19, 20)] == [0, 0, 1]
    assert [rules.pages(count) for count in (0, 20, 21)] == [1, 1, 2]
