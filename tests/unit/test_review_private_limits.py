"""Limits of the channel and of what figures may tell, from values alone."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.entrance.rules import parse_name
from bot.figures.rules import hidden
from core.chat import Button, Text
from core.posts import MOST_BUTTONS, callback_data, render_keyboard
from core.reference import Reference
from core.render import Renderer
from tests.parts import COMMON

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def _button(number: int) -> Button:
    label = Text("chat/network.html", "name_button", {"name": f"Territoire {number}"})
    return Button(label, "network.propose", Reference("network", "territory", str(number)))


def test_a_keyboard_that_is_too_long_keeps_its_beginning_and_its_way_out() -> None:
    rows = tuple((_button(number),) for number in range(150))
    shown = render_keyboard(Renderer(COMMON), rows)
    assert sum(map(len, shown)) == MOST_BUTTONS == 100
    assert shown[0][0].label == "Territoire 0"
    assert shown[98][0].label == "Territoire 98"
    assert shown[-1][0].label == "Territoire 149"


def test_a_keyboard_that_fits_is_left_as_it_is() -> None:
    rows = tuple((_button(number), _button(number)) for number in range(50))
    assert sum(map(len, render_keyboard(Renderer(COMMON), rows))) == 100


def test_what_is_wrong_with_a_button_quotes_nobody() -> None:
    label = Text("chat/hotline.html", "place_button", {"extract": "Claire Vidal demande"})
    with pytest.raises(ValueError, match=r"a button needs an action and a reference: ''") as found:
        callback_data(Button(label))
    assert "Claire" not in str(found.value)


def test_the_characters_of_a_name_that_nobody_sees_are_dropped() -> None:
    assert parse_name("Claire\u202e ladiV\u0007\u200b", NOW) == "Claire ladiV"


@given(
    st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), st.integers(1, 30), max_size=9),
    st.integers(0, 9),
)
def test_what_is_hidden_cannot_be_worked_out_from_the_total(
    counts: dict[str, int], smallest: int
) -> None:
    cells = tuple(sorted(counts.items(), key=lambda cell: (-cell[1], cell[0])))
    shown = hidden(cells, smallest)
    missing = [counts[name] for name, count in shown if count is None]
    assert all(count is None or count >= smallest for _, count in shown)
    if missing and len(missing) < len(cells):
        assert len(missing) > 1
        assert sum(missing) >= smallest, "a small sum tells about as much as a small count"


def test_two_small_counts_hide_a_third_when_their_sum_would_tell_them() -> None:
    cells = (("Orsanne", 9), ("Brune", 6), ("Lestoire", 1), ("Chambrelle", 1))
    assert hidden(cells, 5) == (
        ("Orsanne", 9),
        ("Brune", None),
        ("Lestoire", None),
        ("Chambrelle", None),
    )
