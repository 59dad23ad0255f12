"""Whether bytes are a picture that the letter can carry: decisions only.

Formats after the PNG specification (W3C, third edition, §5) and JPEG (ITU-T T.81, annex B).
"""

import enum
import struct
from collections.abc import Iterator
from dataclasses import dataclass

MOST_BYTES = 1_000_000
"""What a picture may weigh in a mail."""

LEAST_SIDE, MOST_SIDE = 200, 6_000
"""In pixels: smaller is a pictogram, larger does not open everywhere."""

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
KEPT_CHUNKS = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT"}
)
"""The chunks of a PNG that make the picture; others say where and by whom it was made."""

HEADER = 25
"""The bytes of the first chunk of a PNG, its length, name and check included."""

SIZES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""The markers of JPEG that give width and height (start of frame)."""

APP2, APP14, APPLICATION, COMMENT, SCAN = 0xE2, 0xEE, range(0xE0, 0xF0), 0xFE, 0xDA


class Fault(enum.StrEnum):
    """Why bytes are no picture for the letter."""

    FORMAT = "picture_format"
    BROKEN = "picture_broken"
    HEAVY = "picture_heavy"
    SMALL = "picture_small"
    LARGE = "picture_large"


@dataclass(frozen=True)
class Picture:
    """A picture ready to be kept: without what says where, when and by whom it was taken."""

    data: bytes
    media_type: str
    width: int
    height: int


def examine(data: bytes) -> Picture | Fault:
    """Return the picture that bytes hold, PNG or JPEG, or what is wrong with them."""
    try:
        picture = _png(data) if data.startswith(PNG) else _jpeg(data)
    except (ValueError, struct.error):
        return Fault.BROKEN
    if picture is None:
        return Fault.FORMAT
    if min(picture.width, picture.height) < LEAST_SIDE:
        return Fault.SMALL
    if max(picture.width, picture.height) > MOST_SIDE:
        return Fault.LARGE
    return Fault.HEAVY if len(picture.data) > MOST_BYTES else picture


def _png(data: bytes) -> Picture:
    chunks = list(_chunks(data))
    if not chunks or chunks[0][0] != b"IHDR" or chunks[-1][0] != b"IEND":
        raise ValueError("not a whole PNG")
    if len(chunks[0][1]) != HEADER:
        raise ValueError("not a header")
    width, height = struct.unpack(">II", chunks[0][1][8:16])
    kept = b"".join(whole for name, whole in chunks if name in KEPT_CHUNKS)
    return Picture(PNG + kept, "image/png", width, height)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(PNG)
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        whole = data[at : at + 12 + length]
        if len(whole) < 12 + length:
            raise ValueError("cut short")
        yield whole[4:8], whole
        if whole[4:8] == b"IEND":
            return
        at += len(whole)


def _jpeg(data: bytes) -> Picture | None:
    if not data.startswith(JPEG):
        return None
    if not data.rstrip(b"\0").endswith(b"\xff\xd9"):
        raise ValueError("cut short")
    kept, width, height = [b"\xff\xd8"], 0, 0
    for marker, whole in _segments(data):
        if marker in SIZES:
            height, width = struct.unpack(">HH", whole[5:9])
        if _of_the_picture(marker, whole):
            kept.append(whole)
    if not width:
        raise ValueError("no size")
    return Picture(b"".join(kept), "image/jpeg", width, height)


def _of_the_picture(marker: int, whole: bytes) -> bool:
    """Say whether a segment makes the picture: colour profiles do, EXIF, XMP and words do not."""
    if marker == APP2:
        return whole[4:].startswith(b"ICC_PROFILE")
    return marker == APP14 or (marker not in APPLICATION and marker != COMMENT)


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Give each segment up to the scan, which comes last with all that follows it."""
    at = 2
    while True:
        marks, marker, length = struct.unpack(">BBH", data[at : at + 4])
        if marks != 0xFF or length < 2:  # noqa: PLR2004  # the length counts its own two bytes
            raise ValueError("not a segment")
        if marker == SCAN:
            yield marker, data[at:]
            return
        yield marker, data[at : at + 2 + length]
        at += 2 + length


EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg"}


def takes(kind: str, mime_type: str) -> bool:
    """Say whether a file sent in chat can be such a picture."""
    return kind == "photo" or (kind == "document" and mime_type in EXTENSIONS)
