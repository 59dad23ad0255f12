"""Where a mail stands in a thread: the headers by which it follows what it answers.

RFC 5322 §3.6.4 (In-Reply-To, References), RFC 3834 §5 (Auto-Submitted).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from core.ledger.draft import Content

Automatic = Literal["", "auto-replied", "auto-generated"]

MOST_REFERENCES = 20
"""How many Message-IDs a mail of ours refers to: the first of the thread, and the latest."""

_LONGEST = 250
_IDENTITY = re.compile(rf"<[!-;=?-~]{{1,{_LONGEST}}}>")


def message_ids(said: Iterable[str]) -> tuple[str, ...]:
    """Return those that are Message-IDs, each once, in order; whatever else there is, is left."""
    return tuple(dict.fromkeys(each for each in said if _IDENTITY.fullmatch(each)))


def shortened(references: Sequence[str]) -> tuple[str, ...]:
    """Return the first of a thread's Message-IDs and the latest, `MOST_REFERENCES` at most."""
    if len(references) <= MOST_REFERENCES:
        return tuple(references)
    return (references[0], *references[1 - MOST_REFERENCES :])


def in_thread(content: Content, references: Sequence[str], automatic: Automatic = "") -> Content:
    """Return a composed mail as an answer to the last of some Message-IDs, after the others.

    What is no Message-ID is left out: none can add a header. `automatic` says how no
    person is behind the words, so that no robot answers them; nothing when somebody wrote them.
    """
    chain = shortened(message_ids(references))
    lines = []
    if chain:
        lines.append(f"In-Reply-To: {chain[-1]}\r\n")
        lines.append("References: " + "\r\n ".join(chain) + "\r\n")
    if automatic:
        lines.append(f"Auto-Submitted: {automatic}\r\n")
    return replace(content, body="".join(lines).encode("ascii") + content.body)
