"""What Telegram would refuse because of its buttons leaves with fewer of them."""

from structlog.testing import capture_logs

from bot.telegram.posting import BUTTONS, markup
from core.chat import PostButton


def test_rows_beyond_a_hundred_buttons_are_left_out() -> None:
    keyboard = [[PostButton(str(row), data="a:b:c:1:0")] * 3 for row in range(50)]
    with capture_logs() as said:
        made = markup(keyboard)
    assert made is not None
    assert [len(row) for row in made.inline_keyboard] == [3] * 33
    assert [(line["event"], line["buttons"]) for line in said] == [("keyboard_shortened", 150)]


def test_a_hundred_buttons_are_all_there() -> None:
    made = markup([[PostButton("x", data="a:b:c:1:0")]] * BUTTONS)
    assert made is not None
    assert len(made.inline_keyboard) == BUTTONS
    assert markup(()) is None
