"""A person's words cut into pieces that the chat channel takes, their formatting kept.

Offsets and lengths are in UTF-16 code units, as the Bot API counts them (MessageEntity).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.chat import File

MARK = 40
"""What is left free for the mark of what is sent again."""

TEXT_LIMIT = 4096 - MARK
CAPTION_LIMIT = 1024 - MARK

Entity = Mapping[str, Any]


@dataclass(frozen=True)
class Lead:
    """The line put before somebody's words: who speaks, about what. `again` is for what follows."""

    first: str
    again: str


@dataclass(frozen=True)
class Piece:
    """What one message holds: a text, or a file whose caption it is."""

    text: str
    entities: tuple[Entity, ...]
    file: File | None = None


def cut(lead: Lead, text: str, entities: Sequence[Entity], files: Sequence[File]) -> list[Piece]:
    """Return the messages that carry a text and files, in order, each with its lead.

    A short text is the caption of the first file; a longer one comes before the files. Nothing
    but white space is lost, and only when a whole piece is made of it.
    """
    if files and units(lead.first) + 1 + units(text) <= CAPTION_LIMIT:
        first = _piece(lead.first, text, entities, 0)
        captioned = Piece(first.text, first.entities, files[0])
        return [captioned, *(_file(lead, file) for file in files[1:])]
    return [*_texts(lead, text, entities), *(_file(lead, file) for file in files)]


def units(text: str) -> int:
    """Return the length of a text as the Bot API counts it."""
    return len(text.encode("utf-16-le")) // 2


def _texts(lead: Lead, text: str, entities: Sequence[Entity]) -> list[Piece]:
    room = TEXT_LIMIT - 1 - max(units(lead.first), units(lead.again))
    pieces: list[Piece] = []
    start = 0
    for part in _split(text, room):
        if part.strip():
            heading = lead.again if pieces else lead.first
            pieces.append(_piece(heading, part, entities, start))
        start += units(part)
    return pieces


def _file(lead: Lead, file: File) -> Piece:
    only = _piece(lead.again, "", (), 0)
    return Piece(only.text, only.entities, file)


def _piece(heading: str, part: str, entities: Sequence[Entity], start: int) -> Piece:
    """Put a bold heading before the part of a text that begins at `start`."""
    bold = {"type": "bold", "offset": 0, "length": units(heading)}
    kept = _within(entities, start, start + units(part), units(heading) + 1)
    return Piece(f"{heading}\n{part}" if part else heading, (bold, *kept))


def _within(entities: Sequence[Entity], start: int, end: int, shift: int) -> Iterator[Entity]:
    for entity in entities:
        begin = max(entity["offset"], start)
        finish = min(entity["offset"] + entity["length"], end)
        if begin < finish:
            yield {**entity, "offset": begin - start + shift, "length": finish - begin}


def _split(text: str, room: int) -> Iterator[str]:
    """Cut at the last line or word that fits, never inside a character."""
    while units(text) > room:
        head = text[:room]
        while units(head) > room:
            head = head[: len(head) - (units(head) - room + 1) // 2]
        ends = (head.rfind(mark) + 1 for mark in "\n ")
        at = next((end for end in ends if end > len(head) // 2), len(head))
        yield text[:at]
        text = text[at:]
    yield text
