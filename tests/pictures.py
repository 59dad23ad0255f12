"""Small pictures made here, for tests: real PNGs, and JPEGs that have the shape of one."""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(name: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG."""
    check = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + check


def png(width: int, height: int, *more: bytes) -> bytes:
    """Return a green PNG that any reader opens; `more` are chunks that it also holds."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    lines = (b"\0" + b"\x1d\x5c\x43" * width) * height
    drawn = chunk(b"IDAT", zlib.compress(lines, 9))
    return SIGNATURE + chunk(b"IHDR", header) + b"".join(more) + drawn + chunk(b"IEND", b"")


def segment(marker: int, data: bytes) -> bytes:
    """Return a segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


EXIF = segment(0xE1, b"Exif\0\0 and its GPS position")


def jpeg(width: int, height: int, *more: bytes) -> bytes:
    """Return what has the shape of a JPEG; `more` are segments that it also holds."""
    frame = segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00")
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\x34"
    start = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    return b"\xff\xd8" + start + b"".join(more) + frame + scan + b"\xff\xd9"
