"""The HTML that Telegram reads, its entities in UTF-16 units, and its refusals."""

import html
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relais.sandbox.bot_api.formatting import (
    Formatted,
    MarkupError,
    detect,
    parse_html,
    tidy,
    to_html,
    units,
)


def entity(kind: str, offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain", "plain", []),
        ("<b>gras</b> et <i>penché</i>", "gras et penché", ["bold 0 4", "italic 8 6"]),
        ("<strong>a</strong><em>b</em>", "ab", ["bold 0 1", "italic 1 1"]),
        ("<u>a</u><ins>b</ins>", "ab", ["underline 0 1", "underline 1 1"]),
        ("<s>a</s><del>b</del>", "ab", ["strikethrough 0 1", "strikethrough 1 1"]),
        ("<b>un <i>deux</i></b>", "un deux", ["bold 0 7", "italic 3 4"]),
        ("<code>x &lt; y</code>", "x < y", ["code 0 5"]),
        ("<blockquote>dit</blockquote>", "dit", ["blockquote 0 3"]),
        ("<blockquote expandable>dit</blockquote>", "dit", ["expandable_blockquote 0 3"]),
        ('<span class="tg-spoiler">s</span>', "s", ["spoiler 0 1"]),
        ("👍 <b>oui</b>", "👍 oui", ["bold 3 3"]),
        ("&amp;&quot;&#233;&#xe9;&nbsp;", '&"éé&nbsp;', []),
        ("<B>a</B>", "a", ["bold 0 1"]),
        ("<b></b>vide", "vide", []),
        ("<b>a</>", "a", ["bold 0 1"]),
        ("&#0;&#xD800;", "&#0;&#xD800;", []),
    ],
)
def test_html_becomes_text_and_entities(source: str, text: str, entities: list[str]) -> None:
    formatted = parse_html(source)
    assert formatted.text == text
    shown = [f"{e['type']} {e['offset']} {e['length']}" for e in formatted.entities]
    assert shown == entities


def test_a_link_keeps_its_address() -> None:
    formatted = parse_html('<a href="https://exemple.fr/?a=1&amp;b=2">ici</a>')
    assert formatted.entities == (entity("text_link", 0, 3, url="https://exemple.fr/?a=1&b=2"),)


def test_a_link_that_is_none_is_dropped_without_a_word() -> None:
    assert parse_html('<a href="nulle part">ici</a>') == Formatted("ici")


def test_a_link_without_an_address_is_its_own() -> None:
    assert parse_html("<a>exemple.fr</a>").entities[0]["url"] == "exemple.fr"


def test_a_language_belongs_to_the_block_of_code() -> None:
    formatted = parse_html('<pre><code class="language-python">x = 1</code></pre>')
    assert formatted.entities == (entity("pre", 0, 5, language="python"),)


def test_a_custom_emoji_keeps_its_number() -> None:
    formatted = parse_html('<tg-emoji emoji-id="53">👍</tg-emoji>')
    assert formatted.entities == (entity("custom_emoji", 0, 2, custom_emoji_id="53"),)


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("<b>gras", 'Can\'t find end tag corresponding to start tag "b"'),
        ("été </b>", "Unexpected end tag at byte offset 6"),
        (
            "<b><i>x</b></i>",
            'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"',
        ),
        ("é<div>x</div>", 'Unsupported start tag "div" at byte offset 2'),
        ("a < b > c", 'Unsupported start tag "" at byte offset 2'),
        ("a < b", "Unclosed start tag at byte offset 2"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<br>", 'Unsupported start tag "br" at byte offset 0'),
    ],
)
def test_what_telegram_refuses(source: str, complaint: str) -> None:
    with pytest.raises(MarkupError) as caught:
        parse_html(source)
    assert str(caught.value) == complaint


@given(st.text())
def test_escaped_text_comes_back_as_it_was(text: str) -> None:
    if "\ud800" <= max(text, default="") <= "\udfff":
        return
    assert parse_html(html.escape(text, quote=False)) == Formatted(text)


PIECES = st.recursive(
    st.text(alphabet="ab é👍<&", min_size=1, max_size=5).map(lambda t: html.escape(t, quote=False)),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
        st.sampled_from(["b", "i", "u", "s", "blockquote"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=8,
)


@given(st.lists(PIECES, min_size=1, max_size=4).map("".join))
def test_what_is_shown_reads_back_as_the_same(source: str) -> None:
    formatted = parse_html(source)
    again = parse_html(to_html(formatted))
    assert again.text == formatted.text
    assert covered(again) == covered(formatted)


def covered(formatted: Formatted) -> set[tuple[str, int]]:
    return {
        (e["type"], place)
        for e in formatted.entities
        for place in range(e["offset"], e["offset"] + e["length"])
    }


@given(st.text(max_size=20), st.lists(st.tuples(st.integers(-5, 30), st.integers(-5, 30))))
def test_entities_never_leave_the_text(text: str, spans: list[tuple[int, int]]) -> None:
    given_ = Formatted(text, tuple(entity("bold", offset, length) for offset, length in spans))
    kept = tidy(given_)
    assert kept.text == text.strip()
    for e in kept.entities:
        assert e["offset"] >= 0
        assert e["length"] > 0
        assert e["offset"] + e["length"] <= units(kept.text)


def test_white_space_around_goes_and_entities_follow() -> None:
    assert tidy(Formatted("  oui ", (entity("bold", 0, 6),))) == Formatted(
        "oui", (entity("bold", 0, 3),)
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/start abc", ["bot_command 0 6"]),
        ("/aide@relais_bot oui", ["bot_command 0 16"]),
        ("le 1/2 et/ou", []),
        ("voir https://exemple.fr/a, merci", ["url 5 20"]),
        ("écrire à ana@exemple.fr.", ["email 9 14"]),
        ("merci @relais_bot", ["mention 6 11"]),
    ],
)
def test_what_telegram_finds_by_itself(text: str, found: list[str]) -> None:
    entities = detect(Formatted(text)).entities
    assert [f"{e['type']} {e['offset']} {e['length']}" for e in entities] == found


def test_nothing_is_found_inside_code() -> None:
    assert [e["type"] for e in detect(parse_html("<code>/start</code>")).entities] == ["code"]


def test_what_is_shown_runs_no_script() -> None:
    formatted = Formatted(
        "<script>x</script>", (entity("text_link", 0, 8, url='javascript:alert("x")'),)
    )
    assert to_html(formatted) == "&lt;script&gt;x&lt;/script&gt;"


def test_links_are_shown_as_links() -> None:
    assert to_html(detect(Formatted("https://a.fr/?x=1&y"))) == (
        '<a href="https://a.fr/?x=1&amp;y" rel="noreferrer">https://a.fr/?x=1&amp;y</a>'
    )
