"""What somebody wrote themself: without what they quote, nor their signature.

When in doubt the text stays: a quotation too many is read over, a lost sentence is lost.
"""

import itertools
import re

_INTRODUCES = re.compile(
    r"\s*(?:"
    r"(?:le|el|on)\s[^\n]{3,300}?(?:a\s+écrit|écrivait|wrote|écrit)\s*:"
    r"|[^\n]{3,200}<[^\s<>]{3,254}>\s*(?:a écrit|wrote)\s*:"
    r"|-{2,}\s*(?:message d['’]origine|message original|original message|message transféré"
    r"|message initial|mail original|forwarded message|courriel original)\s*-{2,}"
    r")\s*$",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*(?:_{10,}|-{10,}|={10,})\s*$")
_FROM = re.compile(r"\s*\**(?:de|from|expéditeur)\s?:\**\s?\S", re.IGNORECASE)
_SENT = re.compile(
    r"\s*\**(?:envoyé(?: le)?|date|sent|à|to|objet|subject|pour)\s?:\**\s?\S", re.IGNORECASE
)
_SIGNATURE = re.compile(
    r"\s*(?:envoyé (?:de|depuis|à partir de|avec) (?:mon|ma|un|l['’]|outlook|yahoo|proton|orange)"
    r"|sent from (?:my|outlook|mail for|yahoo|proton)|télécharger outlook|get outlook for)",
    re.IGNORECASE,
)
_DELIMITER = re.compile(r"--\s?$")
_HEADER_LINES = 5
"""Within how many lines of a « De : » another header must stand, for it to begin a quotation."""


MOST_CHARACTERS = 60_000
"""How much of a text is read."""

_AROUND = 400
"""How many lines are looked at around a place."""


def own_words(text: str, *, forwarded: bool = False) -> str:
    """Return the text without what follows a signature, nor what is quoted below or between.

    Of a mail that is `forwarded` without a word, what it forwards is what it says.
    """
    whole = text[:MOST_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n")
    lines = whole.split("\n")
    words = _words(lines, _end(lines))
    return _words(lines, len(lines)) if forwarded and not words else words


def _words(lines: list[str], end: int) -> str:
    kept = lines[:end]
    while kept and _quoted_or_blank(kept[-1]):
        kept.pop()
    if _introduces(kept):
        kept = kept[: _last_said(kept)]
    words = "\n".join(line.rstrip() for line in kept if not _quoted(line)).strip("\n ")
    return re.sub(r"\n{3,}", "\n\n", words)


def _end(lines: list[str]) -> int:
    """Return where somebody else's words, or a signature, begin."""
    for index, line in enumerate(lines):
        if _DELIMITER.fullmatch(line) and index:
            return index
        if _SIGNATURE.match(line) and not _said_after(lines, index):
            return index
        if _INTRODUCES.match(_joined(lines, index)) and not _answered_below(lines, index):
            return index
        if _FROM.match(line) and _has_headers(lines, index):
            return index - 1 if index and _RULE.match(lines[index - 1]) else index
    return len(lines)


def _joined(lines: list[str], index: int) -> str:
    """Return a line, joined with the next if that ends it: programs fold « Le … a écrit : »."""
    line = lines[index]
    after = lines[index + 1].strip() if index + 1 < len(lines) else ""
    if re.match(r"\s*(?:le|on)\s", line, re.IGNORECASE) and not line.rstrip().endswith(":"):
        return f"{line.rstrip()} {after}"[:600]
    return line[:600]


def _answered_below(lines: list[str], index: int) -> bool:
    """Say whether somebody answers between the lines of what they quote, or under it."""
    below = lines[index + 1 : index + 1 + _AROUND]
    quoted = [number for number, line in enumerate(below) if _quoted(line)]
    if not quoted:
        return False
    return any(line.strip() and not _quoted(line) for line in below[quoted[0] :])


def _said_after(lines: list[str], index: int) -> bool:
    """Say whether a long text follows, so that this line cannot be the end of a mail."""
    following = (line for line in lines[index + 1 : index + _AROUND] if line.strip())
    rest = list(itertools.islice(following, 3))
    return bool(rest) and not any(
        _quoted(line) or _INTRODUCES.match(line[:600]) or _FROM.match(line) or _RULE.match(line)
        for line in rest
    )


def _has_headers(lines: list[str], index: int) -> bool:
    following = lines[index + 1 : index + 1 + _HEADER_LINES]
    return sum(bool(_SENT.match(line)) for line in following) > 1


def _quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _quoted_or_blank(line: str) -> bool:
    return not line.strip() or _quoted(line)


def _introduces(lines: list[str]) -> bool:
    """Say whether the last words kept only introduce what was quoted below them."""
    last = len(lines) - 1
    return last >= 0 and any(
        _INTRODUCES.match(_joined(lines, index)) for index in range(max(0, last - 1), last + 1)
    )


def _last_said(lines: list[str]) -> int:
    last = len(lines) - 1
    for index in range(max(0, last - 1), last + 1):
        if _INTRODUCES.match(_joined(lines, index)):
            return index
    return len(lines)
