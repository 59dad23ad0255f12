"""Mending what makes documents unreadable: encodings, control characters, bare ampersands."""

import codecs
import contextlib
import html.entities
import re
from typing import Literal

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LATIN = frozenset({"ascii", "iso8859-1", "cp1252", "utf-8"})
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_DECLARED = re.compile(rb"^[\s\x00]*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._:-]+)[\"']")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]+)", re.IGNORECASE)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CDATA = re.compile(r"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)
_AMPERSAND = re.compile(r"&(?:#(\d{1,7});|#[xX]([0-9A-Fa-f]{1,6});|([A-Za-z][A-Za-z0-9]{1,31});)?")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_C1 = range(0x80, 0xA0)


def mend(body: bytes, content_type: str = "") -> bytes:
    """Return the document as well-encoded UTF-8 that an XML reader takes.

    Text that is valid UTF-8 is UTF-8 whatever is declared; other text is what is declared, and
    Windows-1252 where nothing, or Latin-1, is. References to characters that XML forbids are
    dropped, HTML's names of characters become characters, other ampersands are escaped.
    """
    text = decode(body, content_type).lstrip("\ufeff \t\r\n")
    text = _DECLARATION.sub("", text, count=1)
    pieces = _CDATA.split(_NOT_XML.sub("", text))
    pieces[::2] = [_AMPERSAND.sub(_reference, piece) for piece in pieces[::2]]
    return ('<?xml version="1.0" encoding="utf-8"?>' + "".join(pieces)).encode()


def decode(body: bytes, content_type: str = "") -> str:
    """Return the text of a body, of whatever encoding, never failing."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    declared = _declared(body, content_type)
    if declared.startswith(("utf-16", "utf-32")) or b"\0" in body[:4]:
        return body.decode(_wide(body), "replace").replace("\0", "")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_bytes(body, declared)


def _wide(body: bytes) -> Literal["utf-16-le", "utf-16-be"]:
    return "utf-16-be" if body[:1] == b"\0" else "utf-16-le"


def _decode_bytes(body: bytes, declared: str) -> str:
    if declared and declared not in _LATIN:
        with contextlib.suppress(LookupError, ValueError):  # « hex » is an encoding for Python
            return body.decode(declared, "replace")
    return body.decode("utf-8", "relais-windows")


def _declared(body: bytes, content_type: str) -> str:
    """Return the normal name of the encoding that the header, else the document, declares."""
    header = _CHARSET.search(content_type)
    document = _DECLARED.match(body[:300])
    names = [header[1]] if header else []
    names += [document[1].decode()] if document else []
    for name in names:
        try:
            return codecs.lookup(name).name
        except LookupError:
            continue
    return ""


def _windows(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are not UTF-8 as Windows-1252, one by one."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(bytes([byte]).decode("cp1252", "replace") for byte in wrong), error.end


codecs.register_error("relais-windows", _windows)


def _reference(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if decimal or hexadecimal:
        return _numbered(int(decimal) if decimal else int(hexadecimal, 16))
    if name in _XML_NAMES:
        return found[0]
    character = html.entities.html5.get(f"{name};") if name else None
    return character or "&amp;" + found[0][1:]


def _numbered(number: int) -> str:
    """Return the reference to a character, in Windows-1252 where authors meant that."""
    if number in _C1:
        return bytes([number]).decode("cp1252", "ignore")
    if number > 0x10FFFF or _NOT_XML.match(chr(number)):  # noqa: PLR2004  # Unicode's end
        return ""
    return f"&#{number};"
