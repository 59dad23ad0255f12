"""Chat HTML cut into messages that Telegram takes: nothing lost, every tag closed."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.lengths import TEXT, length, shorten, split

SMALL = 24

words = st.text(alphabet="abcé ’\n🎈&<>", max_size=12).map(html.escape)
tags = st.sampled_from(["b", "i", 'a href="https://relais.test/?a=1&amp;b=2"'])


def inside(content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def wrap(pair: tuple[str, list[str]]) -> str:
        return f"<{pair[0]}>{''.join(pair[1])}</{pair[0].split()[0]}>"

    return st.tuples(tags, st.lists(content, max_size=4)).map(wrap)


documents = st.lists(st.recursive(words, inside, max_leaves=20), max_size=12).map("".join)


def shown(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", text))


def balanced(text: str) -> bool:
    stack: list[str] = []
    for closing, name in re.findall(r"<(/?)(\w+)[^>]*>", text):
        if not closing:
            stack.append(name)
        elif not stack or stack.pop() != name:
            return False
    return not stack


@given(documents)
def test_nothing_is_lost_nothing_is_too_long_every_tag_is_closed(document: str) -> None:
    pieces = split(document, SMALL)
    assert all(length(piece) <= SMALL for piece in pieces)
    assert all(balanced(piece) for piece in pieces)
    together = "".join(shown(piece) for piece in pieces)
    assert "".join(together.split()) == "".join(shown(document).split())


@given(documents)
def test_what_is_shortened_fits(document: str) -> None:
    assert length(shorten(document, SMALL)) <= SMALL
    assert balanced(shorten(document, SMALL))


@pytest.mark.parametrize(
    ("text", "units"), [("abc", 3), ("<b>a</b>&amp;b", 3), ("🎈", 2), ("a < b", 5), ("é\n", 2)]
)
def test_length_is_counted_as_telegram_does(text: str, units: int) -> None:
    assert length(text) == units


def test_a_short_text_is_left_as_it_is() -> None:
    assert split(" <b>Bonjour</b>\n") == [" <b>Bonjour</b>\n"]
    assert shorten("Bonjour") == "Bonjour"


def test_a_long_text_is_cut_between_paragraphs_and_its_formatting_goes_on() -> None:
    paragraph = "mot " * 300
    first, second = split(f"<b>{paragraph}\n\n{paragraph}\n\n{paragraph}\n\n{paragraph}</b>")
    assert first == "<b>" + "\n\n".join([paragraph] * 3) + "\n\n</b>"
    assert second == f"<b>{paragraph}</b>"
    assert length(first) <= TEXT


def test_an_endless_word_is_cut_all_the_same() -> None:
    assert [length(piece) for piece in split("x" * 50, SMALL)] == [24, 24, 2]


def test_what_is_shortened_says_so() -> None:
    assert shorten("un deux trois quatre cinq", 16) == "un deux trois …"
