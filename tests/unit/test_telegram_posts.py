"""What buttons carry, and how posts survive their storage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.changing import Target, shown_at
from bot.telegram.forms import chosen
from bot.telegram.gateway import fitting, marked
from bot.telegram.lengths import length
from core.chat import Button, Field, File, Post, PostButton, Text
from core.posts import Pressed, callback_data, parse_callback, render_keyboard, render_post
from core.reference import NotARowError, Reference
from core.render import Renderer
from tests.parts import COMMON

STORY = Reference("watch", "story", "12")
LABEL = Text("chat/common.html", "cancel_button")
words = st.text(alphabet="abcdefghij-_0123456789", min_size=1, max_size=12)


def test_a_button_carries_action_reference_and_version() -> None:
    assert callback_data(Button(LABEL, "keep", STORY, 3)) == "keep:watch:story:12:3"


@given(words, words, words, words, st.integers(0, 10**6))
def test_what_a_button_carries_is_read_back(
    action: str, room: str, kind: str, identity: str, version: int
) -> None:
    button = Button(LABEL, action, Reference(room, kind, identity), version)
    assert parse_callback(callback_data(button)) == Pressed(
        action, Reference(room, kind, identity), version
    )


@pytest.mark.parametrize("identity", ["mine", "²", "٣", "-1", "1 ", "9" * 10, "9" * 5000])
def test_what_is_no_row_is_told_from_a_defect(identity: str) -> None:
    with pytest.raises(NotARowError):
        _ = Reference("watch", "story", identity).number
    assert Reference("watch", "story", "012").number == 12


@pytest.mark.parametrize("index", ["", "²", "1", "00", "9" * 5000])
def test_a_forged_choice_is_none_of_the_form_s(index: str) -> None:
    field = Field("kind", LABEL, lambda text, _now: text, ((Button(LABEL, "atelier"),),))
    choice = Pressed("choose", Reference("chat", "choice", f"7-{index}"), 1)
    assert chosen(field, choice) is None
    assert chosen(field, Pressed("choose", Reference("chat", "choice", "7-0"), 1)) == "atelier"


@given(st.text(max_size=70))
def test_a_forged_press_never_raises(data: str) -> None:
    parse_callback(data)


@pytest.mark.parametrize(
    "data", ["", "keep", "keep:watch:story:12", "keep:watch:story:12:x", ":a:b:c:1", "k:a:b:1"]
)
def test_a_press_that_cannot_be_read_is_none(data: str) -> None:
    assert parse_callback(data) is None


@pytest.mark.parametrize(
    "button",
    [
        Button(LABEL),
        Button(LABEL, "keep"),
        Button(LABEL, "ke:ep", STORY),
        Button(LABEL, "keep", Reference("watch", "story", "é" * 30)),
    ],
)
def test_a_button_that_cannot_be_carried_is_a_mistake_in_the_code(button: Button) -> None:
    with pytest.raises(ValueError, match="a button"):
        callback_data(button)


def test_a_keyboard_is_rendered_with_its_links() -> None:
    renderer = Renderer(COMMON)
    keyboard = ((Button(LABEL, "keep", STORY), Button(LABEL, url="https://relais.test")),)
    assert render_keyboard(renderer, keyboard) == (
        (
            PostButton("Annuler", data="keep:watch:story:12:0"),
            PostButton("Annuler", url="https://relais.test"),
        ),
    )


def test_a_post_survives_its_storage() -> None:
    post = Post(
        "file",
        "voici",
        entities=({"type": "bold", "offset": 0, "length": 2},),
        keyboard=((PostButton("Garder", data="keep:watch:story:12:0"),),),
        file=File("photo", "F1", "U1"),
    )
    assert Post.decode(post.content().body) == post
    copy = Post("copy", copy_from=(-100, 7))
    assert Post.decode(copy.content().body) == copy


def test_a_rendered_post_is_html() -> None:
    post = render_post(Renderer(COMMON), Text("chat/common.html", "nothing_to_cancel"))
    assert post == Post("text", "Il n’y a rien à annuler.")


def test_a_repeated_text_says_so_first() -> None:
    assert marked(Post("text", "Bonjour"), "(renvoyé)").text == "<i>(renvoyé)</i>\nBonjour"


def test_a_repeated_text_with_its_own_formatting_says_so_last_and_moves_no_offset() -> None:
    post = Post("text", "Bonjour", entities=({"type": "bold", "offset": 0, "length": 7},))
    assert marked(post, "(renvoyé)").text == "Bonjour\n\n(renvoyé)"
    assert marked(post, "(renvoyé)").entities == post.entities


def test_a_repeated_file_without_words_says_so_all_the_same() -> None:
    post = Post("file", file=File("photo", "F", "U"))
    assert marked(post, "(renvoyé)").text == "<i>(renvoyé)</i>"


def test_a_repeated_copy_says_so_by_a_button() -> None:
    post = marked(Post("copy", copy_from=(1, 2)), "(renvoyé)")
    (button,) = post.keyboard[-1]
    assert button.label == "(renvoyé)"
    assert parse_callback(button.data) is not None


@pytest.mark.parametrize(
    "post",
    [
        Post("text", "x" * 4090),
        Post("text", "x" * 4090, entities=()),
        Post("file", "x" * 1020, entities=(), file=File("photo", "F", "U")),
    ],
)
def test_a_repeated_text_without_room_for_the_mark_says_so_by_a_button(post: Post) -> None:
    repeated = marked(post, "(renvoyé)")
    assert repeated.text == post.text
    assert repeated.keyboard[-1][0].label == "(renvoyé)"


def test_a_text_that_is_too_long_is_shortened_rather_than_refused_for_ever() -> None:
    shortened = fitting(Post("text", "<b>" + "mot " * 2000 + "</b>"))
    assert length(shortened.text) <= 4096
    assert shortened.text.endswith("</b> …")
    caption = fitting(Post("edit", "mot " * 500, file=File("photo", "F", "U")))
    assert length(caption.text) <= 1024
    relayed = Post("text", "x" * 5000, entities=())
    assert fitting(relayed) == relayed, "a person's words are never shortened"
    assert fitting(Post("text", "Bonjour")) == Post("text", "Bonjour")


@pytest.mark.parametrize(
    ("external_id", "target"),
    [
        ("-100:7", Target(-100, 7)),
        ("5:7", Target(5, 7)),
        ("topic:-100:7", Target(-100, 7, topic=True)),
        *((text, None) for text in ("", "7", "a:7", "-100:", "topic:7", "-100:7:8", "<mail@x>")),
    ],
)
def test_what_a_delivery_became_is_read_back(external_id: str, target: Target | None) -> None:
    assert shown_at(external_id) == target
    assert target is None or str(target) == external_id


def test_a_repeated_topic_says_so_in_its_name_which_stays_short_enough() -> None:
    assert marked(Post("topic", "Question n° 1"), "(renvoyé)").text == "Question n° 1 (renvoyé)"
    assert len(marked(Post("topic", "x" * 128), "(renvoyé)").text) == 128
