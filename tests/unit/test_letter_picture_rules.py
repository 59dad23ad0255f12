"""Which bytes the letter takes for a picture, and what it leaves out of them."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.letter.pictures import rules
from digest.letter.pictures.rules import Fault, Picture, examine, takes
from tests.pictures import EXIF, chunk, jpeg, png, segment


def test_a_png_is_taken_without_what_says_who_made_it() -> None:
    found = examine(png(640, 400, chunk(b"tEXt", b"Author\0Odile Vernhet")))
    assert isinstance(found, Picture)
    assert (found.media_type, found.width, found.height) == ("image/png", 640, 400)
    assert b"Odile" not in found.data
    assert examine(found.data) == found


def test_a_jpeg_is_taken_without_where_it_was_taken() -> None:
    profile = segment(0xE2, b"ICC_PROFILE\0\1\1 colours")
    data = jpeg(640, 400, EXIF, profile, segment(0xFE, b"a comment"), segment(0xE2, b"MPF\0"))
    found = examine(data)
    assert isinstance(found, Picture)
    assert (found.media_type, found.width, found.height) == ("image/jpeg", 640, 400)
    assert b"GPS" not in found.data
    assert b"comment" not in found.data
    assert b"MPF" not in found.data
    assert b"colours" in found.data
    assert examine(found.data) == found


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", Fault.FORMAT),
        (b"GIF89a and so on", Fault.FORMAT),
        (b"%PDF-1.7", Fault.FORMAT),
        (png(640, 400)[:-5], Fault.BROKEN),
        (png(640, 400)[:30], Fault.BROKEN),
        (rules.PNG, Fault.BROKEN),
        (rules.PNG + chunk(b"IHDR", b"short") + chunk(b"IEND", b""), Fault.BROKEN),
        (jpeg(640, 400)[:-2], Fault.BROKEN),
        (b"\xff\xd8\xff\xe0\x00\x01\xff\xd9", Fault.BROKEN),
        (b"\xff\xd8\xff\xda\x00\x03\x00\xff\xd9", Fault.BROKEN),
        (jpeg(640, 400).replace(b"\xff\xc0", b"\x00\xc0"), Fault.BROKEN),
        (png(199, 400), Fault.SMALL),
        (jpeg(640, 6_001), Fault.LARGE),
        (png(640, 400, chunk(b"IDAT", b"x" * 1_000_000)), Fault.HEAVY),
    ],
)
def test_what_is_no_picture_for_the_letter_says_why(data: bytes, fault: Fault) -> None:
    assert examine(data) == fault


@given(st.sampled_from([rules.PNG, rules.JPEG]), st.binary(max_size=300))
def test_no_bytes_break_the_examination(start: bytes, rest: bytes) -> None:
    assert isinstance(examine(start + rest), Picture | Fault)


PIECES = st.lists(
    st.tuples(st.sampled_from([*range(0xC0, 0xF0)]), st.binary(max_size=30)), max_size=6
)
CHUNKS = st.lists(
    st.tuples(st.sampled_from([b"IHDR", b"IDAT", b"IEND", b"tEXt"]), st.binary(max_size=30)),
    max_size=6,
)


@given(PIECES, CHUNKS)
def test_no_pieces_break_the_examination(
    pieces: list[tuple[int, bytes]], chunks: list[tuple[bytes, bytes]]
) -> None:
    whole = b"".join(segment(marker, data) for marker, data in pieces)
    assert isinstance(examine(b"\xff\xd8" + whole + b"\xff\xd9"), Picture | Fault)
    whole = b"".join(chunk(name, data) for name, data in chunks)
    assert isinstance(examine(rules.PNG + whole), Picture | Fault)


def test_a_photo_and_two_kinds_of_files_are_pictures() -> None:
    assert takes("photo", "")
    assert takes("document", "image/png")
    assert takes("document", "image/jpeg")
    assert not takes("document", "image/gif")
    assert not takes("video", "image/png")


def test_the_pictures_of_these_tests_are_whole() -> None:
    data = png(300, 200)
    assert struct.unpack(">I", data[29:33])[0] == zlib.crc32(data[12:29])
