"""Simple HTML is read at once, and reads as if it had been laid out."""

from hypothesis import given
from hypothesis import strategies as st

from watch.reading.normalise import _laid_out, plain_text
from watch.reading.titles import clean_text

PIECES = (
    *("a", "b.", "é", " ", "\n", "\u00a0", "\u200b", "<br>", "<br />", '<img src="x" alt="y">'),
    *(
        "&nbsp;",
        "&amp;",
        "&lt;",
        "&#39;",
        "&eacute",
        "&notit;",
        "&amp;amp;",
        "&amp;nbsp;",
        "&",
        ">",
    ),
)
ATTRIBUTES = st.sampled_from(("", " class='x'", ' href="https://a.fr/?a=1&amp;b"', " title='\"'"))


def _inside(inner: st.SearchStrategy[str], *names: str) -> st.SearchStrategy[str]:
    return st.builds(
        lambda name, attributes, words: f"<{name}{attributes}>{words}</{name}>",
        st.sampled_from(names),
        ATTRIBUTES,
        st.lists(inner, max_size=5).map("".join),
    )


INLINE = st.recursive(
    st.sampled_from(PIECES),
    lambda inner: inner | _inside(inner, "a", "b", "code", "em", "i", "strong", "sup", "u", "B"),
    max_leaves=8,
)
FRAGMENTS = st.lists(INLINE | _inside(INLINE, "p", "div", "h2"), max_size=6).map("".join)


@given(FRAGMENTS)
def test_simple_html_reads_as_if_it_were_laid_out(fragment: str) -> None:
    assert plain_text(fragment) == clean_text(_laid_out(fragment))


def test_lists_and_whatever_is_not_simple_are_laid_out() -> None:
    assert plain_text("<ul><li>un</li><li>deux</li></ul>") == "* un * deux"
    assert plain_text("<b>un</b><script>x('<b>')</script>") == "un"
    assert plain_text("un <!-- <b>note</b> --> deux") == "un deux"
