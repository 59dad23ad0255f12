"""Whether what was sent can be a programme: decisions only.

A PDF begins with `%PDF-` and ends with `%%EOF` (ISO 32000-1, § 7.5.2 and 7.5.5); readers look for
both within the first and the last 1,024 bytes (Annex H, notes 13 and 18).
"""

import enum
from collections.abc import Mapping, Sequence
from typing import Any

WITHIN = 1_024


class Fault(enum.StrEnum):
    """Why a file is no programme: the name of the sentence that says so."""

    SEVERAL = "programme_several"
    FORMAT = "programme_format"
    HEAVY = "programme_heavy"
    BROKEN = "programme_broken"
    LOST = "programme_lost"


def refusal(files: Sequence[Mapping[str, Any]], most: int) -> Fault | None:
    """Say why files that were sent cannot be a programme; None for one that is worth fetching.

    `most` is how many bytes can be fetched.
    """
    if len(files) > 1:
        return Fault.SEVERAL
    file = files[0]
    named = str(file["name"]).lower().endswith(".pdf")
    if file["kind"] != "document" or not (named or file["mime_type"] == "application/pdf"):
        return Fault.FORMAT
    return Fault.HEAVY if file["size"] > most else None


def examine(data: bytes, most: int) -> Fault | None:
    """Say what is wrong with the bytes of a file."""
    if b"%PDF-" not in data[:WITHIN]:
        return Fault.FORMAT
    if len(data) > most:
        return Fault.HEAVY
    return None if b"%%EOF" in data[-WITHIN:] else Fault.BROKEN
