"""Texts as long as Telegram takes them: chat HTML cut where it reads well.

Telegram counts UTF-16 code units of what is shown, tags excluded (Bot API, sendMessage).
"""

import html
import re
from collections.abc import Sequence

TEXT = 4096
CAPTION = 1024

MARK = 60
"""What is left free for the mark of what may be a repetition."""

TOKEN = re.compile(r"<(/?)([a-z][\w-]*)[^>]*>|&[#\w]+;|.", re.DOTALL | re.IGNORECASE)
BREAKS = ("\n\n", "\n", " ")
"""Where a text is cut, in order of preference."""


def length(text: str) -> int:
    """Return how long chat HTML is for Telegram."""
    return sum(_units(token[0]) for token in TOKEN.finditer(text))


def split(text: str, limit: int = TEXT - MARK) -> list[str]:
    """Cut chat HTML into messages of at most `limit`, each with its tags closed.

    Nothing but white space is lost. It is cut between paragraphs, else lines, else words, as
    long as that leaves no message less than half full.
    """
    if length(text) <= limit:
        return [text]
    tokens = [token[0] for token in TOKEN.finditer(text)]
    pieces: list[str] = []
    opened: list[str] = []
    start = 0
    while start < len(tokens):
        end = _cut(tokens, start, limit)
        body = "".join(tokens[start:end])
        before, opened = opened, _open_after(opened, tokens[start:end])
        if _shown(body):
            pieces.append(("".join(before) + body + _closing(opened)).strip())
        start = end
    return pieces


def shorten(text: str, limit: int = TEXT - MARK) -> str:
    """Return chat HTML that fits, with an ellipsis for what is left out."""
    pieces = split(text, limit - 2)
    return text if len(pieces) == 1 else f"{pieces[0]} …"


def _cut(tokens: Sequence[str], start: int, limit: int) -> int:
    """Return where the message that begins at `start` ends."""
    size, end = 0, start
    while end < len(tokens) and size + _units(tokens[end]) <= limit:
        size += _units(tokens[end])
        end += 1
    if end == len(tokens):
        return end
    middle = start + (end - start) // 2
    window = tokens[middle:end]
    for mark in BREAKS:
        width = len(mark)
        for index in range(len(window) - width, -1, -1):
            if "".join(window[index : index + width]) == mark:
                return middle + index + width
    return end


def _units(token: str) -> int:
    if token.startswith("<") and len(token) > 1:
        return 0
    return len(html.unescape(token).encode("utf-16-le")) // 2


def _open_after(opened: Sequence[str], tokens: Sequence[str]) -> list[str]:
    """Return the tags that are open after `tokens`, as they were written."""
    stack = list(opened)
    for token in tokens:
        tag = TOKEN.fullmatch(token)
        if not tag or not tag[2]:
            continue
        if tag[1]:
            stack = stack[:-1]
        else:
            stack.append(token)
    return stack


def _closing(opened: Sequence[str]) -> str:
    names = [tag[2] for token in reversed(opened) if (tag := TOKEN.fullmatch(token))]
    return "".join(f"</{name}>" for name in names)


def _shown(body: str) -> str:
    return re.sub(r"<[^>]*>", "", body).strip()
