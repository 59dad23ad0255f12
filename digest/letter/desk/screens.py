"""What the chat shows of an edition: one message, redrawn from screen to screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.chat import Button, Keyboard, Text
from core.parts import Parts
from core.reference import Reference
from core.sections import Section
from digest.letter import names
from digest.letter.approving.rules import Standing, asks_others
from digest.letter.decide import Contents, Item, State
from digest.letter.desk.rules import ON_A_PAGE, ordered, page_of, pages
from digest.letter.examining.results import Examination, Problem
from digest.letter.rendering import summary, words

EXAMINATION = "chat/examination.html"
SECTIONS = tuple(Section)
IN_A_ROW = 5
MOST_PROBLEMS = 5


@dataclass(frozen=True)
class Shown:
    """An edition as the chat shows it. `approvers` is how many can be asked by mail."""

    number: int
    version: int
    state: State
    contents: Contents
    standing: Standing
    approvers: int
    dropped: tuple[Item, ...] = ()
    examination: Examination | None = None
    asked_at: datetime | None = None
    fetching: bool = False

    @property
    def reference(self) -> Reference:
        """What its buttons are about."""
        return names.edition_reference(self.number)

    @property
    def items(self) -> tuple[Item, ...]:
        """Its items as they are read."""
        return ordered(self.contents.items)

    def act(self, block: str, action: str, *places: int) -> Button:
        """Return a button of this version; `places` say which item it is about."""
        reference = self.reference
        if places:
            reference = Reference("letter", "item", "-".join(map(str, (self.number, *places))))
        return Button(words(block), action, reference, self.version)

    @property
    def back(self) -> tuple[Button, ...]:
        """The way back to the edition."""
        return (self.act("back_button", "letter.desk"),)


@dataclass(frozen=True)
class Screen:
    """A message: its words and its buttons."""

    text: Text
    keyboard: Keyboard


def overview(parts: Parts, shown: Shown) -> Screen:
    """Show an edition whole: what is in it, what stands in its way, what can be done."""
    items = Contents("", "", shown.items)
    found = shown.examination
    values = {
        **summary(shown.number, items),
        "editorial": bool(shown.contents.editorial.strip()),
        "picture": bool(shown.contents.picture),
        "fetching": shown.fetching,
        "dropped": len(shown.dropped),
        "version": shown.version,
        "examined": found is not None,
        "blocking": len(found.blocking) if found else 0,
        "warnings": len(found.warnings) if found else 0,
        "asked_at": shown.asked_at,
        "given_by": shown.standing.names,
        "wanted": shown.standing.wanted,
        "missing": shown.standing.missing,
    }
    if shown.state is State.APPROVED:
        return Screen(words("approved_already", values), _approved_keyboard(parts, shown))
    return Screen(words("review", values), _draft_keyboard(parts, shown))


def _preview(parts: Parts, shown: Shown) -> tuple[Button, ...]:
    url = names.preview_url(parts, shown.number, shown.version)
    return (Button(words("preview_button"), url=url),)


def _draft_keyboard(parts: Parts, shown: Shown) -> Keyboard:
    others = asks_others(shown.standing.wanted, shown.approvers)
    asking = others and shown.asked_at is None
    approval = ("ask_button", "letter.ask") if asking else ("approve_button", "letter.approve")
    act = shown.act
    return (
        _preview(parts, shown),
        (act("items_button", "letter.items", 0), act("add_button", "letter.add")),
        (act("editorial_button", "letter.words"), act("test_button", "letter.test")),
        (act("examination_button", "letter.examination"), act("refresh_button", "letter.desk")),
        (act(*approval),),
        (act("recompose_button", "letter.again"), act("cancel_button", "letter.cancel")),
    )


def _approved_keyboard(parts: Parts, shown: Shown) -> Keyboard:
    return (
        _preview(parts, shown),
        (
            shown.act("editorial_button", "letter.words"),
            shown.act("recompose_button", "letter.again"),
        ),
        (shown.act("cancel_button", "letter.cancel"),),
    )


def item_list(shown: Shown, page: int) -> Screen:
    """List a page of items, each with a button of its number."""
    last = pages(len(shown.items)) - 1
    page = min(page, last)
    start = page * ON_A_PAGE
    listed = tuple(enumerate(shown.items))[start : start + ON_A_PAGE]
    turning = []
    if page > 0:
        turning.append(shown.act("earlier_button", "letter.items", page - 1))
    if page < last:
        turning.append(shown.act("later_button", "letter.items", page + 1))
    out = (shown.act("dropped_button", "letter.dropped", 0),) if shown.dropped else ()
    rows = (*_numbered(shown, listed, "letter.item"), tuple(turning), out, shown.back)
    values = {
        "number": shown.number,
        "listed": [_line(place, item) for place, item in listed],
        "dropped": len(shown.dropped),
        "page": page + 1,
        "pages": last + 1,
    }
    return Screen(words("item_list", values), tuple(row for row in rows if row))


def dropped_list(shown: Shown, page: int) -> Screen:
    """List what was taken out: each button brings one back."""
    last = pages(len(shown.dropped)) - 1
    start = min(page, last) * ON_A_PAGE
    listed = tuple(enumerate(shown.dropped))[start : start + ON_A_PAGE]
    more = (shown.act("later_button", "letter.dropped", page + 1),) if page < last else ()
    values = {"number": shown.number, "listed": [_line(place, item) for place, item in listed]}
    back = (shown.act("back_button", "letter.items", 0),)
    rows = (*_numbered(shown, listed, "letter.restore"), more, back)
    return Screen(words("dropped_list", values), tuple(row for row in rows if row))


def _numbered(shown: Shown, listed: Sequence[tuple[int, Item]], action: str) -> Keyboard:
    buttons = [
        Button(
            words("number", {"number": place + 1}),
            action,
            Reference("letter", "item", f"{shown.number}-{place}"),
            shown.version,
        )
        for place, _ in listed
    ]
    return tuple(
        tuple(buttons[start : start + IN_A_ROW]) for start in range(0, len(buttons), IN_A_ROW)
    )


def _line(place: int, item: Item) -> dict[str, Any]:
    return {"rank": place + 1, "title": item.title, "section": item.section.value}


def item_screen(shown: Shown, place: int) -> Screen:
    """Show one item, and what can be done with it."""
    act, item = shown.act, shown.items[place]
    inside = [other for other in shown.items if other.section is item.section]
    up = () if inside[0] is item else (act("up_button", "letter.up", place),)
    top = () if inside[0] is item else (act("first_button", "letter.first", place),)
    down = () if inside[-1] is item else (act("down_button", "letter.down", place),)
    rows = (
        (*up, *down, *top),
        (act("title_button", "letter.title", place), act("text_button", "letter.text", place)),
        (act("note_button", "letter.note", place), act("section_button", "letter.rubric", place)),
        (act("drop_button", "letter.drop", place),),
        (act("back_button", "letter.items", page_of(place)),),
    )
    values = {"rank": place + 1, "item": item, "number": shown.number}
    return Screen(words("item", values), tuple(row for row in rows if row))


def section_screen(shown: Shown, place: int) -> Screen:
    """Offer the sections to move an item to, two on a row."""
    item = shown.items[place]
    buttons = [
        Button(
            words("section_choice", {"section": section.value, "chosen": section is item.section}),
            "letter.section",
            Reference("letter", "item", f"{shown.number}-{place}-{rank}"),
            shown.version,
        )
        for rank, section in enumerate(SECTIONS)
    ]
    rows = tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))
    back = (shown.act("back_button", "letter.item", place),)
    return Screen(words("which_section", {"title": item.title}), (*rows, back))


def words_screen(shown: Shown) -> Screen:
    """Show the opening words and their picture, and what can be done with them."""
    act, contents = shown.act, shown.contents
    written, pictured = bool(contents.editorial.strip()), bool(contents.picture)
    erase = (act("unwrite_button", "letter.unwrite"),) if written else ()
    remove = (act("unpicture_button", "letter.unpicture"),) if pictured else ()
    rows = (
        (act("rewrite_button" if written else "write_button", "letter.write"), *erase),
        (act("repicture_button" if pictured else "picture_button", "letter.picture"), *remove),
        shown.back,
    )
    values = {
        "number": shown.number,
        "editorial": contents.editorial,
        "picture": pictured,
        "picture_words": contents.picture_words,
        "fetching": shown.fetching,
    }
    return Screen(words("opening_words", values), rows)


def examination_screen(parts: Parts, shown: Shown) -> Screen:
    """Show what the examination found: what is to be mended first, then what is to be known."""
    found = shown.examination
    blocking = found.blocking if found else ()
    warnings = found.warnings if found else ()
    values = {
        "number": shown.number,
        "examined": found is not None,
        "blocking": _sentences(parts, blocking),
        "warnings": _sentences(parts, warnings),
        "more": max(0, len(blocking) - MOST_PROBLEMS) + max(0, len(warnings) - MOST_PROBLEMS),
    }
    again = (shown.act("refresh_button", "letter.examination"),) if found is None else ()
    rows = (again, shown.back)
    return Screen(words("examination", values), tuple(row for row in rows if row))


def _sentences(parts: Parts, problems: Sequence[Problem]) -> list[str]:
    language = parts.settings.network.language
    return [
        parts.renderer.plain(Text(EXAMINATION, each.code, each.values), language)
        for each in problems[:MOST_PROBLEMS]
    ]


def again_screen(shown: Shown) -> Screen:
    """Say what composing again keeps and loses, before it is done."""
    rows = ((shown.act("again_button", "letter.recompose"),), shown.back)
    return Screen(words("again", {"number": shown.number}), rows)


def cancel_screen(shown: Shown) -> Screen:
    """Ask once whether an edition is really to be given up."""
    rows = (
        (shown.act("cancel_for_good_button", "letter.cancel_for_good"),),
        (shown.act("cancel_not_button", "letter.desk"),),
    )
    return Screen(words("cancel_question", {"number": shown.number}), rows)
