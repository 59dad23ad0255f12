"""What strangers send to be slow: each piece again and again, read in the time of one pass."""

import subprocess
import sys

import pytest

PIECES = (
    "<a ",
    "</p",
    "<!--",
    '<p a="b" ',
    "&amp",
    "\u00a0",
    "<?xml ",
    "Ã",
    "<![CDATA[",
    "63000 ",
    "Saint-",
)
READERS = {
    "plain_text": "watch.reading.normalise",
    "plain_title": "watch.reading.normalise",
    "mend_text": "watch.reading.mend",
    "without_noise": "watch.reading.noise",
}
_ENOUGH = 60
"""Seconds: what grows with the square of these texts takes hours."""


@pytest.mark.parametrize("reader", READERS)
def test_repeated_pieces_do_not_slow_readers_down(reader: str) -> None:
    """In a process that can be stopped: a pattern that turns in circles hears of nothing."""
    read = (
        f"from {READERS[reader]} import {reader}\n"
        f"for piece in {PIECES!r}:\n    text = piece * (1_000_000 // len(piece))\n"
        f"    list({reader}([text] if {reader == 'without_noise'} else text))"
    )
    subprocess.run([sys.executable, "-c", read], check=True, timeout=_ENOUGH)
