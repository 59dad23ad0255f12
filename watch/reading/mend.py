"""Mending what makes documents unreadable: encodings, control characters, bare ampersands, junk."""

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
_DECLARED = re.compile(rb"^[\s\x00]*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._:-]+)[\"']")
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]+)", re.IGNORECASE)
_META = re.compile(rb"<meta\b[^>]*charset\s*=\s*[\"']?([A-Za-z0-9._:-]+)", re.IGNORECASE)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_APART = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z))", re.DOTALL)
_ROOT = re.compile(r"<(?:[A-Za-z][\w.-]*:)?(rss|feed|rdf)(?=[\s/>])", re.IGNORECASE)
_MENDED_FEED = re.compile(rb"<\?xml[^>]*\?>" + _ROOT.pattern.encode(), re.IGNORECASE)
_PREFORMATTED = re.compile(r"<pre\b[^>]*>", re.IGNORECASE)
_MOST_JUNK = 50_000
_AMPERSAND = re.compile(r"&(?:#(\d{1,7});|#[xX]([0-9A-Fa-f]{1,6});|([A-Za-z][A-Za-z0-9]{1,31});)?")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_C1 = range(0x80, 0xA0)
_CONTINUED = "\u0080-\u00bf" + bytes(range(0x80, 0xC0)).decode("cp1252", "ignore")
_DOUBLED = re.compile(
    f"\u00c2[\u00a0-\u00bf]|\u00c3[{_CONTINUED}]|\u00c5[\u2019\u201c\u00b8\u0092\u0093]"
    f"|\u00e2[\u20ac\u201a\u201e\u0080\u0082\u0084][{_CONTINUED}]"
)
"""What UTF-8 of French becomes: two or three characters that French never puts together."""


def mend(body: bytes, content_type: str = "") -> bytes:
    """Return the document as well-encoded UTF-8 that an XML reader takes.

    Text that is valid UTF-8 is UTF-8 whatever is declared; other text is what is declared, and
    Windows-1252 where nothing, or Latin-1, is; UTF-8 that was taken for Windows-1252 once is
    UTF-8 again. What stands before and after the feed, comments, and references to characters that
    XML forbids are dropped, HTML's names of characters become characters, other ampersands are
    escaped.
    """
    return mend_text(decode(body, content_type))


def mend_text(text: str) -> bytes:
    """Do what `mend` does, to a text."""
    pieces = _APART.split(undouble(alone(without_forbidden(text))))
    pieces[::2] = [_AMPERSAND.sub(_reference, piece) for piece in pieces[::2]]
    pieces[1::2] = ["" if piece.startswith("<!--") else piece for piece in pieces[1::2]]
    return ('<?xml version="1.0" encoding="utf-8"?>' + "".join(pieces)).encode()


def without_forbidden(text: str) -> str:
    """Return text without the characters that XML forbids."""
    return _NOT_XML.sub("", text)


def is_feed(mended: bytes) -> bool:
    """Tell whether a mended document can be a feed."""
    return bool(_MENDED_FEED.match(mended))


def alone(text: str) -> str:
    """Return a feed without its declaration, and what others put around it.

    That is warnings of a programme, a page around the feed (`<pre>`, its markup escaped), or lines
    after its end. A document that is no feed is left as it is.
    """
    root = _ROOT.search(text, 0, _MOST_JUNK)
    if root is None and (shown := _PREFORMATTED.search(text, 0, _MOST_JUNK)):
        unescaped = html.unescape(text[shown.end() :])
        if root := _ROOT.search(unescaped, 0, _MOST_JUNK):
            text = unescaped
    if root is None:
        return _DECLARATION.sub("", text.lstrip("\ufeff \t\r\n"), count=1)
    end = text.rfind("</" + text[root.start() + 1 : root.end()])
    close = text.find(">", end) + 1 if end > root.start() else 0
    return text[root.start() : close or len(text)]


def undouble(text: str) -> str:
    """Return text whose UTF-8 was never taken for Windows-1252: « Ã© » is « é »."""
    if "Ã" not in text and "â€" not in text and "Â" not in text:
        return text
    return _DOUBLED.sub(_undoubled, text)


def _undoubled(found: re.Match[str]) -> str:
    try:
        written = b"".join(_byte(character) for character in found[0])
        return written.decode()
    except UnicodeError:
        return found[0]


def _byte(character: str) -> bytes:
    """Return the byte that was read as this character; five have none in Windows-1252."""
    return bytes([ord(character)]) if ord(character) in _C1 else character.encode("cp1252")


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
    document = _DECLARED.match(body[:300]) or _META.search(body[:2048])
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
