"""Documents made readable whatever their encoding says."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watch.reading.mend import decode, mend

SENTENCE = "L’économie rurale : « 30 € » à l’été"


def text_of(document: bytes) -> str:
    return "".join(ET.fromstring(document).itertext())  # noqa: S314  # our own document


def wrapped(text: str, encoding: str, declared: str = "") -> bytes:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return f"{declaration}<a>{text}</a>".encode(encoding)


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("utf-8", "utf-8", ""),
        ("utf-8", "", ""),
        ("utf-8", "ISO-8859-1", ""),
        ("utf-8", "", "text/xml; charset=iso-8859-1"),
        ("utf-8-sig", "", ""),
        ("cp1252", "windows-1252", ""),
        ("cp1252", "ISO-8859-1", ""),
        ("cp1252", "UTF-8", ""),
        ("cp1252", "", ""),
        ("cp1252", "", 'text/xml; charset="windows-1252"'),
        ("cp1252", "no-such-encoding", ""),
        ("utf-16", "utf-16", ""),
        ("utf-16-le", "utf-16", ""),
        ("utf-16-be", "", ""),
        ("utf-32", "utf-32", ""),
    ],
)
def test_french_is_read_whatever_is_declared(
    encoding: str, declared: str, content_type: str
) -> None:
    assert text_of(mend(wrapped(SENTENCE, encoding, declared), content_type)) == SENTENCE


def test_the_header_wins_over_the_document() -> None:
    body = wrapped("Łódź", "iso-8859-2", "koi8-r")
    assert text_of(mend(body, "text/xml; charset=iso-8859-2")) == "Łódź"


def test_another_declared_encoding_is_believed() -> None:
    assert text_of(mend(wrapped("Prix : 30 €", "iso-8859-15", "iso-8859-15"))) == "Prix : 30 €"


def test_a_wrong_byte_in_utf8_spoils_nothing_else() -> None:
    assert decode("été ".encode() + "été".encode("cp1252")) == "été été"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("R&D rural", "R&D rural"),
        ("a & b &amp; c", "a & b & c"),
        ("&lt;b&gt;", "<b>"),
        ("caf&eacute;&nbsp;!", "café\u00a0!"),
        ("&nothing; &#; &#x;", "&nothing; &#; &#x;"),
        ("l&#146;accueil &#x20AC;", "l’accueil €"),
        ("a&#0;b&#31;c&#xD800;d&#9999999;e", "abcde"),
        ("a\x00b\x0bc\ufffed", "abcd"),
        ("<![CDATA[R&D <b>&eacute;</b>]]> & co", "R&D <b>&eacute;</b> & co"),
    ],
)
def test_characters_are_mended(written: str, read: str) -> None:
    assert text_of(mend(f"<a>{written}</a>".encode())) == read


def test_what_comes_before_the_document_is_dropped() -> None:
    assert text_of(mend(b'\n\n <?xml version="1.0"?>\n<a>x</a>')) == "x"


@given(
    st.binary(), st.sampled_from(["", "text/xml; charset=utf-16", "charset=utf-7", "charset=hex"])
)
def test_mending_never_fails_and_gives_utf8(body: bytes, content_type: str) -> None:
    mend(body, content_type).decode()


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"], exclude_characters="<&ÂÃâÅ")))
def test_good_text_is_left_as_it_is(text: str) -> None:
    assert text_of(mend(f"<a>{text}</a>".encode())) == text
