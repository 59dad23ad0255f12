"""What questions by mail decide, from values alone."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from bot.hotline.decide import courtesy

ONCE_A_DAY = timedelta(days=1)
"""How long after one acknowledgement an address gets no other: two robots would never stop."""

LONGEST_SUBJECT = 200
LONGEST_NAME = 100
LONGEST_TEXT = 30_000
SHORTEST_NAME = 3
MOST_KEPT = 50
"""How many Message-IDs of a thread are kept: the first, and the latest."""

MOST_A_DAY = 40
"""How many mails of one address become messages in a day: more is a robot, or worse."""

MOST_OPENED = 200
"""How many questions open by mail in a day, all addresses together: more is a campaign of spam,
whose forged senders would each be answered by us."""

MOST_BYTES = 15_000_000
"""How many bytes of files one answer carries; encoded for mail they take a third more."""

PATIENCE = timedelta(minutes=15)
"""How long an answer waits for a file that the chat does not give."""

_TYPE = re.compile(r"[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+")
_ANSWERS = re.compile(r"(?:(?:re|ré|rép|tr|fw|fwd|aw|sv)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)


def one_line(said: str, most: int) -> str:
    """Return what somebody wrote in a header on one line, without what is not seen, cut short."""
    kept = "".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in said)
    return " ".join(kept.split())[:most].rstrip()


def names_in(claimed: str) -> tuple[str, str]:
    """Return the given and the family name of « Claire Vidal », as far as one can tell."""
    given, _, family = claimed.partition(" ")
    return given, family.strip()


def names_alone(claimed: str, email: str) -> list[str]:
    """Return each word by which a writer may sign: of the name claimed, of `claire.vidal@…`.

    An address of one word is mostly a function's: « accueil », « mairie ».
    """
    local = re.split(r"[._-]+", email.partition("@")[0])
    words = [*claimed.split(), *(local if len(local) > 1 else ())]
    return list(dict.fromkeys(word for word in words if len(word) >= SHORTEST_NAME))


def bare(subject: str) -> str:
    """Return a subject without « Re: », « TR : » and the like."""
    return _ANSWERS.sub("", subject, count=1) if _ANSWERS.match(subject) else subject


def answering(subject: str) -> str:
    """Return the subject of an answer; nothing when there was none."""
    found = bare(subject).strip()
    return f"Re: {found}" if found else ""


def thread(before: Sequence[str], mail: Sequence[str], message_id: str) -> list[str]:
    """Return the Message-IDs of a thread once a mail is taken, its own being the last."""
    known = dict.fromkeys((*before, *mail))
    known.pop(message_id, None)
    chain = [*known, message_id]
    return chain if len(chain) <= MOST_KEPT else [chain[0], *chain[1 - MOST_KEPT :]]


def asks_nothing(subject: str, text: str, *, answers: bool, files: bool) -> bool:
    """Say whether a mail that opens a question is only a courtesy: « Merci pour la lettre ».

    The subject of what answers another mail is not its writer's.
    """
    if files or courtesy(text) is None:
        return False
    return answers or courtesy(subject) is not None


def may_acknowledge(last: datetime | None, now: datetime) -> bool:
    """Say whether an address may be told that its mail has come, after it last was at `last`."""
    return last is None or now - last >= ONCE_A_DAY


def fitting(sizes: Sequence[int]) -> tuple[bool, ...]:
    """Say of each file whether it goes with an answer, those before it first."""
    left = MOST_BYTES
    found = []
    for size in sizes:
        found.append(size <= left)
        left -= size if size <= left else 0
    return tuple(found)


def media_type(said: str) -> str:
    """Return a file's type as a mail may declare it: of what is none, a file of any kind."""
    composite = said.lower().startswith(("message/", "multipart/"))
    return said if _TYPE.fullmatch(said) and not composite else "application/octet-stream"


def spelled_out(text: str, entities: Sequence[Mapping[str, Any]]) -> str:
    """Return a text of chat in which links that its formatting hid stand after their words.

    Offsets are in UTF-16 code units (Bot API, MessageEntity).
    """
    units = text.encode("utf-16-le")
    hidden = sorted(
        ((each["offset"] + each["length"]) * 2, str(each["url"]))
        for each in entities
        if each.get("type") == "text_link" and each.get("url")
    )
    ends = [0, *(end for end, _ in hidden), len(units)]
    pieces = [units[start:end].decode("utf-16-le", "replace") for start, end in pairwise(ends)]
    links = [f" ({url})" for _, url in hidden]
    return "".join(piece + link for piece, link in zip(pieces, [*links, ""], strict=True))


def paragraphs(words: str) -> list[list[str]]:
    """Return the lines of each paragraph of a text, for what shows it as HTML."""
    blocks = re.split(r"\n[ \t]*\n\s*", words.strip())
    return [[line.rstrip() for line in block.split("\n")] for block in blocks if block.strip()]
