"""What the chat shows of the day of a meeting: one message, redrawn from screen to screen."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.chat import Button, Keyboard, Text
from core.reference import Reference
from digest.seminars import names as seminars
from digest.seminars.attendance import names
from digest.seminars.attendance.rules import Count, Row, count
from digest.seminars.attendance.words import words
from digest.seminars.models import HalfDay, Seminar

ON_A_PAGE = 8


@dataclass(frozen=True)
class Half:
    """A half-day as its screens show it."""

    half_day: HalfDay
    rows: Sequence[Row]
    scans: int = 0

    @property
    def count(self) -> Count:
        """How many were there."""
        return count(self.rows)


def act(block: str, action: str, reference: Reference, **values: object) -> Button:
    """Return a button of this room."""
    return Button(words(block, **values), f"attendance.{action}", reference)


def panel(
    seminar: Seminar, halves: Sequence[Half], *, opinions: int, unmatched: int
) -> tuple[Text, Keyboard]:
    """Return « Le jour J »: where each half-day stands, and what can be done."""
    reference = seminars.seminar_reference(seminar.id)
    rows: list[tuple[Button, ...]] = [
        (act("half_button", "half_day", names.half_day_reference(each.half_day.id),
             half_day=each.half_day),)
        for each in halves
    ]  # fmt: skip
    if seminar.video_url is not None:
        rows.append((act("remote_button", "remote", reference),))
    if unmatched:
        rows.append((act("unmatched_button", "unmatched", reference, count=unmatched),))
    rows.append(
        (
            act("certificates_button", "certificates", reference),
            act("opinions_button", "opinions", reference),
        )
    )
    values = {"seminar": seminar, "halves": halves, "opinions": opinions, "unmatched": unmatched}
    return words("panel", **values), tuple(rows)


def half_day(seminar: Seminar, half: Half) -> tuple[Text, Keyboard]:
    """Return the screen of one half-day."""
    reference = names.half_day_reference(half.half_day.id)
    keyboard = (
        (act("sheet_button", "sheet", reference),),
        (act("roll_button", "roll", names.place_reference(half.half_day.id, 0)),),
        (act("scan_button", "scan", reference),),
        (act("back_button", "back", seminars.seminar_reference(seminar.id)),),
    )
    return words("half_day", seminar=seminar, half=half), keyboard


def roll(seminar: Seminar, half: Half, page: int) -> tuple[Text, Keyboard]:
    """Return a page of the names of a half-day; a press says that somebody was there, or not."""
    number = half.half_day.id
    pages = max(1, -(-len(half.rows) // ON_A_PAGE))
    page = min(page, pages - 1)
    shown = half.rows[page * ON_A_PAGE : (page + 1) * ON_A_PAGE]
    keyboard: list[tuple[Button, ...]] = [(_who(number, page, row),) for row in shown]
    if pages > 1:
        keyboard.append(_turning(number, page, pages))
    if half.count.unknown:
        here = names.place_reference(number, page)
        keyboard.append(
            (act("everybody_button", "everybody", here), act("others_button", "others", here))
        )
    keyboard.append(
        (
            act("walk_in_button", "walk_in", names.half_day_reference(number)),
            act("back_button", "half_day", names.half_day_reference(number)),
        )
    )
    text = words("roll", seminar=seminar, half=half, page=page + 1, pages=pages)
    return text, tuple(keyboard)


def _who(number: int, page: int, row: Row) -> Button:
    action = "away" if row.present else "here"
    return act("who_button", action, names.place_reference(number, page, row.identity), row=row)


def _turning(number: int, page: int, pages: int) -> tuple[Button, ...]:
    before = names.place_reference(number, (page - 1) % pages)
    after = names.place_reference(number, (page + 1) % pages)
    return act("previous_button", "roll", before), act("next_button", "roll", after)
