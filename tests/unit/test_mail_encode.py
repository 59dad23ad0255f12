"""Text on the wire of mail: whatever goes in comes out, and nothing breaks out."""

import quopri
import re
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import InputError
from core.mail.encode import address, header, mailbox, one_line, quote, quote_open

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)
ONE_LINE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=200)
BREAKS = ["\n", "\r", "\r\n", "\0", "\x1b", "\x85", "\u2028", "\u2029"]


def unfolded(raw: bytes) -> str:
    return re.sub(r"\r\n(?=[ \t])", "", raw.decode("ascii"))


@given(ANY_TEXT)
@example("a" * 76)
@example("é" * 76)
@example("a" * 75 + " ")
@example("From me\n.\n..\nspace \n\ttab\t\n=3D= =")
def test_quoted_text_comes_back(text: str) -> None:
    encoded = quote(text)
    assert all(len(line) <= 76 for line in encoded.split(b"\r\n"))
    assert encoded.isascii()
    expected = text.replace("\r\n", "\n").replace("\r", "\n")
    assert quopri.decodestring(encoded).decode() == expected.replace("\n", "\r\n")


@given(ANY_TEXT, ANY_TEXT)
@example("a" * 76, "")
@example("a\n", "\nb")
@example("", "")
def test_an_open_piece_is_followed_by_any_other(first: str, second: str) -> None:
    encoded = quote_open(first) + quote(second)
    assert all(len(line) <= 76 for line in encoded.split(b"\r\n"))
    assert quopri.decodestring(encoded) == quopri.decodestring(quote(first + "|")).removesuffix(
        b"|"
    ) + quopri.decodestring(quote(second))


@pytest.mark.parametrize("line_break", BREAKS)
def test_what_spans_lines_is_no_header(line_break: str) -> None:
    with pytest.raises(InputError) as caught:
        header("Subject", f"Lettre{line_break}Bcc: everyone@example.org")
    assert caught.value.hint == "write it on one line"


def test_one_line_is_trimmed() -> None:
    assert one_line("name", "  Zoé ") == "Zoé"


def test_a_short_plain_subject_stays_readable() -> None:
    assert header("Subject", "Lettre 12 : aides") == b"Subject: Lettre 12 : aides\r\n"


@given(ONE_LINE)
@example("L’été à la campagne : la rencontre du 4 février est reportée, " * 8)
@example("=?utf-8?q?not_mine?=")
@example("x" * 900)
def test_any_subject_comes_back(subject: str) -> None:
    raw = header("Subject", subject)
    assert raw.endswith(b"\r\n")
    assert all(len(line) <= 78 for line in raw.split(b"\r\n"))
    assert all(len(word) <= 75 for word in re.findall(rb"=\?\S+\?=", raw))
    name, _, value = unfolded(raw.removesuffix(b"\r\n")).partition(": ")
    assert name == "Subject"
    assert str(make_header(decode_header(value))) == subject.strip()


@given(ONE_LINE)
@example('Zoé "la chef" Lestrade, (maire)')
@example('Dupont, "Jean"')
@example("Communauté de communes des Hauts de Lestoire et des Vallées de la Brune-Claire")
@example("=?utf-8?q?not_mine?=")
def test_any_display_name_comes_back_with_its_address(name: str) -> None:
    written = mailbox("zoe@orsanne.example", name)
    assert written.isascii()
    assert all(len(line) <= 120 for line in written.split("\r\n"))
    shown, spec = parseaddr(unfolded(written.encode()))
    assert spec == "zoe@orsanne.example"
    assert str(make_header(decode_header(shown))) == name.strip()


@pytest.mark.parametrize("line_break", BREAKS)
def test_a_name_cannot_add_a_header(line_break: str) -> None:
    with pytest.raises(InputError):
        mailbox("zoe@orsanne.example", f"Zoé{line_break}Bcc: everyone@example.org")


@pytest.mark.parametrize(
    "email",
    [
        "",
        "zoe",
        "@orsanne.example",
        "zoe@",
        "zoe@orsanne.example\r\nBcc: x@example.org",
        "zoe@orsanne.example\n",
        "zoe @orsanne.example",
        "zoe@orsanne.example> SIZE=1",
        "<zoe@orsanne.example>",
        "zoe@orsanne.example, yan@orsanne.example",
        "zoé@orsanne.example",
        "zoe@" + "é" * 80 + ".example",
        "z" * 250 + "@x.example",
        "zoe@a@orsanne.example",
    ],
)
def test_what_smtp_cannot_carry_is_no_address(email: str) -> None:
    with pytest.raises(InputError) as caught:
        address(email)
    assert "zo" not in caught.value.what


@pytest.mark.parametrize(
    ("email", "written"),
    [
        ("zoe.o'brien+lettre@orsanne.example", "zoe.o'brien+lettre@orsanne.example"),
        ("info@bücher.example", "info@xn--bcher-kva.example"),
        ("postmaster@[127.0.0.1]", "postmaster@[127.0.0.1]"),
    ],
)
def test_addresses_are_written_in_ascii(email: str, written: str) -> None:
    assert address(email) == written
