"""Canned answers: their placeholders, from values alone."""

import re
from collections.abc import Mapping

from core.errors import InputError
from core.text import normalise

PLACEHOLDERS = ("prenom", "nom", "territoire", "numero", "animateur", "reseau")
"""What a canned answer may ask for, as `core.text.normalise` writes it."""

LONGEST = 3500
LONGEST_TITLE = 60

_PLACEHOLDER = re.compile(r"\{([^{}\n]{0,30})\}")


def read_title(said: str) -> str:
    """Read a title. Raises InputError with the name of the block that explains."""
    title = " ".join(said.split())
    if not title or len(title) > LONGEST_TITLE:
        raise InputError("canned_title_wanted", hint="write a short title")
    return title


def read_canned(said: str) -> str:
    """Read a canned answer; it may only ask for what is known of a question.

    Raises InputError with the name of the block that explains.
    """
    words = said.strip()
    if not words or len(words) > LONGEST:
        raise InputError("canned_text_wanted", hint="write a text that fits in one message")
    if any(normalise(found[1]) not in PLACEHOLDERS for found in _PLACEHOLDER.finditer(words)):
        raise InputError("canned_unknown_placeholder", hint="use the placeholders that are listed")
    return words


def filled(words: str, values: Mapping[str, str]) -> str:
    """Put what is known in the place of each placeholder; what is not known leaves no hole."""
    text = _PLACEHOLDER.sub(lambda found: values.get(normalise(found[1]), ""), words)
    return re.sub(r" +(?=[,.\n]|$)", "", re.sub(r" {2,}", " ", text)).strip()
