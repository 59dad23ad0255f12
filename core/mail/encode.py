"""How text is written on the wire of mail: quoted-printable pieces, headers, addresses.

RFC 2045 §6.7 (quoted-printable), RFC 2047 (encoded words), RFC 5322 §3.4 (addresses). Pure.
"""

import binascii
import re
from email.header import Header

from core.errors import InputError

_LINE_ENDING = re.compile(r"\r\n?")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ADDRESS = re.compile(
    r"[\w!#$%&'*+/=?^`{|}~.-]+@(?:[a-z0-9.-]+|\[[a-z0-9:.]+\])", re.ASCII | re.IGNORECASE
)
_ATOMS = re.compile(r"[\w!#$%&'*+/=?^`{|}~ -]*", re.ASCII)
_LONGEST_PLAIN = 60
_LONGEST_ADDRESS = 254
_LONGEST_WORD = 75


def quote(text: str) -> bytes:
    """Return `text` in quoted-printable (UTF-8, lines of at most 76 bytes ended by CRLF)."""
    data = _LINE_ENDING.sub("\n", text).encode("utf-8", "replace")
    return binascii.b2a_qp(data).replace(b"\n", b"\r\n")


def quote_open(text: str) -> bytes:
    """Return `text` in quoted-printable, ended by a soft break: any piece may follow it."""
    return quote(text + "x")[:-1] + b"=\r\n"  # the x keeps a place for the break on the last line


def one_line(what: str, text: str) -> str:
    """Return `text` trimmed.

    Raises InputError when it holds a line break or a control character: `what` cannot be used
    to add headers of one's own.
    """
    if _UNSAFE.search(text):
        raise InputError(
            f"the {what} holds a line break or a control character", hint="write it on one line"
        )
    return text.strip()


def header(name: str, text: str) -> bytes:
    """Return a header of free text, encoded and folded as needed (RFC 2047), ended by CRLF."""
    return f"{name}: {_words(name, one_line(name, text))}\r\n".encode("ascii")


def mailbox(email: str, name: str = "") -> str:
    """Return an address as a header shows it, with its display name if there is one.

    Raises InputError when either could break out of its header.
    """
    return named(name, address(email))


def named(name: str, spec: str) -> str:
    """Return `spec`, in angle brackets after what it is called if it is called anything.

    Raises InputError for a name that could break out of its header.
    """
    name = one_line("name", name)
    if not name:
        return spec
    if _is_plain(name) and not _ATOMS.fullmatch(name):
        escaped = name.replace("\\", r"\\").replace('"', r"\"")
        return f'"{escaped}" <{spec}>'
    return f"{_words('Reply-To', name)} <{spec}>"


def address(email: str) -> str:
    """Return `email` in ASCII, its domain in IDNA.

    Raises InputError for what SMTP cannot carry: spaces, line breaks, a non-ASCII local part.
    """
    local, _, domain = email.rpartition("@")
    try:
        spec = email if domain.isascii() else f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        spec = ""
    if len(spec) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(spec):
        raise InputError("the address cannot be used in a mail", hint="check how it is written")
    return spec


def _is_plain(text: str) -> bool:
    return text.isascii() and len(text) <= _LONGEST_PLAIN and "=?" not in text


def _words(name: str, text: str) -> str:
    if _is_plain(text):
        return text
    words = Header(text, "utf-8", header_name=name, maxlinelen=_LONGEST_WORD)
    return words.encode(linesep="\r\n")
