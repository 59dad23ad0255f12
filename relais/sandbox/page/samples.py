"""Files to send without looking for one: a photo, a document, a voice note, a heavy video."""

import io
import math
import struct
import wave
import zlib

from relais.sandbox.bot_api.state import Attachment

WIDTH, HEIGHT = 320, 200
RATE = 8000
HEAVY = 45_000_000


def sample(kind: str, name: str) -> Attachment | None:
    """Return a file of a kind (`photo`, `document`, `voice`, `heavy`); None for another one."""
    match kind:
        case "photo":
            return Attachment("photo", _picture(), name, "image/png")
        case "document":
            return Attachment("document", _page(name), name, "application/pdf")
        case "voice":
            return Attachment("voice", _sound(), "", "audio/wav")
        case "heavy":  # what Telegram takes from people, and gives to no bot
            return Attachment("video", b"not really a film", name, "video/mp4", size=HEAVY)
    return None


def _picture() -> bytes:
    """Draw hills under a sky (PNG, https://www.w3.org/TR/png-3/)."""
    rows = b"".join(
        b"\0" + b"".join(_colour(column, row) for column in range(WIDTH)) for row in range(HEIGHT)
    )
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in parts)


def _colour(column: int, row: int) -> bytes:
    far = 90 + 22 * math.sin(column / 38)
    near = 135 + 26 * math.sin(column / 61 + 2)
    if row > near:
        return bytes((62, 105, 66))
    if row > far:
        return bytes((119, 152, 116))
    return bytes((168 + row // 3, 198 + row // 4, 226))


def _chunk(name: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(name + body)
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum)


def _page(title: str) -> bytes:
    """Return a PDF of one page that only holds a title."""
    words = title.encode("cp1252", "replace")
    for sign in (b"\\", b"(", b")"):
        words = words.replace(sign, b"\\" + sign)
    stream = b"BT /F1 20 Tf 60 760 Td (" + words + b") Tj ET"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    resources = b"/Resources << /Font << /F1 5 0 R >> >> >>"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R " + resources,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        font,
    )
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer


def _sound() -> bytes:
    """Return a second of three notes."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        for note in (262, 330, 392):
            samples = range(RATE // 3)
            sound.writeframes(
                b"".join(
                    struct.pack("<h", int(9000 * math.sin(2 * math.pi * note * at / RATE)))
                    for at in samples
                )
            )
    return file.getvalue()
