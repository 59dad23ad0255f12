"""An edition on paper: two pages, whatever it says."""

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.db import Database
from core.parts import Parts
from digest.letter.decide import Contents
from digest.letter.printing import edition_pdf, shortened
from tests import rich_letter

typst = pytest.importorskip("typst", reason="the extra `print` is not installed")


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/unused.sqlite3")
    return rich_letter.rich_parts(database, FixedClock(rich_letter.PRINTED), tmp_path)


def printed(parts: Parts, contents: Contents) -> bytes:
    pdf = edition_pdf(parts, 12, contents, rich_letter.PRINTED)
    assert pdf is not None
    return pdf


def pages(pdf: bytes) -> int:
    (found,) = re.findall(rb"xmpTPg:NPages>(\d+)<", pdf)
    return int(found)


def test_it_is_a_tagged_french_pdf_with_its_links_and_the_words_of_its_pictures(
    parts: Parts,
) -> None:
    pdf = printed(parts, rich_letter.contents())
    assert pdf.startswith(b"%PDF-")
    assert b"/Lang(fr)" in pdf
    assert b"/Marked true" in pdf
    assert b"pdfuaid:part>1<" in pdf
    for link in (b"https://relais.test/lettres/12", b"https://www.legifrance.gouv.fr/loda/1"):
        assert b"/URI(" + link + b")" in pdf


@pytest.mark.parametrize("count", [5, 24, 50])
def test_it_takes_two_pages_at_most_however_much_it_says(parts: Parts, count: int) -> None:
    assert pages(printed(parts, rich_letter.contents(count))) <= 2


def test_long_summaries_are_shortened_and_every_link_stays(parts: Parts) -> None:
    whole = rich_letter.contents(24)
    items = [
        replace(item, summary="Un mot après l’autre. " * 200, url=f"https://exemple.fr/{rank}")
        for rank, item in enumerate(whole.items)
    ]
    pdf = printed(parts, replace(whole, items=tuple(items)))
    assert pages(pdf) == 2
    assert {int(n) for n in re.findall(rb"/URI\(https://exemple\.fr/(\d+)\)", pdf)} == {*range(24)}


def test_the_same_edition_gives_the_same_bytes(parts: Parts) -> None:
    assert printed(parts, rich_letter.contents()) == printed(parts, rich_letter.contents())


def test_the_instant_of_a_real_clock_is_printed_too(parts: Parts) -> None:
    contents, exact = rich_letter.contents(1), rich_letter.PRINTED.replace(microsecond=123_456)
    assert edition_pdf(parts, 12, contents, exact) == printed(parts, contents)


@pytest.mark.parametrize(
    "words",
    [
        '#panic("no")',
        "#{ while true {} }",
        ']]]) #import "/etc/passwd"',
        '"; #read("/etc/passwd") //',
        "$ x^2 $ *gras* _italique_ `code` @ref <label> \\ ~ --",
        "{{ 7 * 7 }} {% raise %}",
        "\u202e\u0000\x07 א 你好 🙂",
    ],
)
def test_what_people_write_is_never_markup(parts: Parts, words: str) -> None:
    whole = rich_letter.contents()
    said = replace(
        whole.items[0], title=words, summary=words, note=words, place=words, source=words,
        references=((words, "https://exemple.fr/"), (words, "javascript:alert(1)")),
    )  # fmt: skip
    contents = replace(whole, title=words, editorial=words, items=(said,))
    pdf = printed(parts, contents)
    assert pages(pdf) == 1
    assert b"javascript" not in pdf


def test_without_the_extra_there_is_none(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    assert edition_pdf(parts, 12, rich_letter.contents(), rich_letter.PRINTED) is None


@pytest.mark.parametrize(
    ("words", "most", "kept"),
    [
        ("Un deux trois", 13, "Un deux trois"),
        ("Le conseil délibère, puis transmet la délibération.", 26, "Le conseil délibère, puis…"),
        ("Le conseil délibère, puis transmet la délibération.", 21, "Le conseil délibère…"),
        ("Le conseil délibère", 0, ""),
        ("Le conseil délibère", 19, "Le conseil délibère"),
        ("", 0, ""),
    ],
)
def test_words_are_cut_between_two_and_say_so(words: str, most: int, kept: str) -> None:
    assert shortened(words, most) == kept
