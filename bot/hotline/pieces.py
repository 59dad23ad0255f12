"""A person's words cut into pieces that the chat channel takes, their formatting kept.

Offsets and lengths are in UTF-16 code units, as the Bot API counts them (MessageEntity).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.chat import File, Post

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

    def post(self) -> Post:
        """Return the call that sends it."""
        return Post("file" if self.file else "text", self.text, self.entities, file=self.file)

    def edit(self) -> Post:
        """Return the call that puts it in the place of what was sent."""
        return replace(self.post(), kind="edit")


def cut(lead: Lead, text: str, entities: Sequence[Entity], files: Sequence[File]) -> list[Piece]:
    """Return the messages that carry a text and files, in order, each with its lead.

    A short text is the caption of the first file; a longer one comes before the files. Nothing
    but white space is lost, and only when a whole piece is made of it.
    """
    if _fits_a_caption(lead, text, files):
        first = _piece(lead.first, text, entities, 0)
        captioned = Piece(first.text, first.entities, files[0])
        return [captioned, *(_file(lead, file) for file in files[1:])]
    return [*_texts(lead, text, entities), *(_file(lead, file) for file in files)]


@dataclass(frozen=True)
class Refit:
    """How a message that changed fits the pieces that carried it.

    `changed` and `emptied` are places among these pieces, from 0; `added` come after them.
    """

    changed: Mapping[int, Piece]
    emptied: tuple[int, ...]
    added: tuple[Piece, ...]


def refit(
    lead: Lead,
    text: str,
    entities: Sequence[Entity],
    files: Sequence[File],
    places: Sequence[File | None],
) -> Refit:
    """Fit the new text and files of a message to the pieces posted; None is a piece of text.

    A file that is the same stays as it is, but for the caption of the first.
    """
    wanted = _shaped(lead, text, entities, files, captioned=bool(places) and places[0] is not None)
    free = dict(enumerate(places))
    changed: dict[int, Piece] = {}
    added: list[Piece] = []
    for piece in wanted:
        place = next((each for each, file in free.items() if _same(file, piece.file)), None)
        if place is None:
            added.append(piece)
            continue
        del free[place]
        if piece.file is None or place == 0:
            changed[place] = piece
    return Refit(changed, tuple(free), tuple(added))


def _shaped(
    lead: Lead, text: str, entities: Sequence[Entity], files: Sequence[File], *, captioned: bool
) -> list[Piece]:
    """Cut a text as it was the first time: the caption of a file, or pieces before the files."""
    if captioned == _fits_a_caption(lead, text, files):
        return cut(lead, text, entities, files)
    texts = _texts(lead, text, entities)
    if captioned:
        captions = [headed(lead.first, "", file) for file in files[:1]]
        return [*captions, *(_file(lead, file) for file in files[1:]), *texts]
    return [*texts, *(_file(lead, file) for file in files)]


def _fits_a_caption(lead: Lead, text: str, files: Sequence[File]) -> bool:
    return bool(files) and units(lead.first) + 1 + units(text) <= CAPTION_LIMIT


def _same(posted: File | None, wanted: File | None) -> bool:
    if posted is None or wanted is None:
        return posted is wanted
    return posted.unique_id == wanted.unique_id


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


def headed(heading: str, words: str, file: File | None) -> Piece:
    """Return a piece of plain words under a bold heading."""
    only = _piece(heading, words, (), 0)
    return Piece(only.text, only.entities, file)


def _file(lead: Lead, file: File) -> Piece:
    return headed(lead.again, "", file)


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
