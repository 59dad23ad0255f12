"""The words of a sending: the progress message, and what its buttons are."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.chat import Button, Keyboard, Text
from core.ledger.rules import State as Row
from digest.letter import names
from digest.letter.decide import State
from digest.letter.models import Edition
from digest.letter.sending.rules import Tally, bar, minutes_left, percent, rate, stamp

WORDS = "chat/letter_sending.html"

PRECISE = 100
"""Above so many a minute, tens are enough."""


def figure(number: int) -> str:
    """Return a number as people read it, its thousands apart: 12 345."""
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")


def figures(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the numbers among some values as people read them."""
    return {name: figure(value) for name, value in values.items() if type(value) is int}


def words(block: str, values: Mapping[str, Any] | None = None) -> Text:
    """Name a block of the chat texts about sendings; `figures` are its numbers, written out."""
    given = dict(values or {})
    return Text(WORDS, block, {**given, "figures": figures(given)})


def progress(edition: Edition, count: Tally, now: datetime) -> Text:
    """Return how far a sending is."""
    going = edition.state == State.SENDING and edition.rows_written_at is not None
    return words(
        "progress",
        {
            "number": edition.number,
            "state": edition.state,
            "bar": bar(count),
            "percent": percent(count),
            "preparing": edition.state == State.SENDING and not going,
            "total": count.total,
            "waiting": count.waiting,
            "sent": count.of(Row.SENT),
            "failed": count.of(Row.FAILED),
            "uncertain": count.of(Row.UNCERTAIN),
            "skipped": count.of(Row.SKIPPED),
            "cancelled": count.of(Row.CANCELLED),
            "rate": _rounded(rate(count, now)) if going else None,
            "minutes": minutes_left(count, now) if going else None,
            "paused_at": edition.paused_at,
        },
    )


def keyboard(edition: Edition) -> Keyboard:
    """Return what can be done about a sending: stop it only once it is paused."""
    reference = names.edition_reference(edition.number)
    if edition.state == State.SENDING:
        return ((Button(words("pause_button"), "letter.pause", reference),),)
    if edition.state != State.PAUSED or edition.paused_at is None:
        return ()
    version = stamp(edition.paused_at)
    return (
        (Button(words("resume_button"), "letter.resume", reference, version),),
        (Button(words("stop_button"), "letter.stop", reference, version),),
    )


def stopping(edition: Edition, count: Tally, version: int) -> tuple[Text, Keyboard]:
    """Ask once whether the rest is really not to leave."""
    reference = names.edition_reference(edition.number)
    values = {"number": edition.number, "waiting": count.waiting, "sent": count.of(Row.SENT)}
    buttons = (
        (Button(words("stop_for_good_button"), "letter.stop_for_good", reference, version),),
        (Button(words("stop_not_button"), "letter.stop_not", reference, version),),
    )
    return words("stop_question", values), buttons


def _rounded(pace: float | None) -> int | None:
    """Return how many leave in a minute, as people say it: 1,237 is about 1,240."""
    if pace is None:
        return None
    a_minute = round(pace * 60)
    return max(1, a_minute if a_minute < PRECISE else round(a_minute, -1))


def correct_button(number: int) -> Button:
    """Return the button that writes a correction to a letter whose sending is over."""
    return Button(words("correct_button"), "letter.correct", names.edition_reference(number))
