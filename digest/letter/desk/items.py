"""What animators do to the items of a draft: order, sections, words, out and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.chat import Action, Ask, Reply, Response, Toast, Turn
from core.people.roles import Role
from core.reference import Reference
from digest.letter import editions
from digest.letter.decide import Item
from digest.letter.desk import forms, rules, screens
from digest.letter.desk.opening import Opening, Place, redrawn
from digest.letter.desk.screens import SECTIONS, Shown
from digest.letter.models import Edition
from digest.letter.rendering import words

FIELDS = {"title": "title", "text": "summary", "note": "note"}
"""What a button changes, and its name in an item."""


@dataclass(frozen=True)
class Items:
    """Answers the presses about items. Each change makes a new version."""

    opening: Opening

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        handlers = {
            "letter.items": self.list,
            "letter.item": self.show,
            "letter.up": self.up,
            "letter.down": self.down,
            "letter.first": self.first,
            "letter.rubric": self.sections,
            "letter.section": self.to_section,
            "letter.drop": self.drop,
            "letter.dropped": self.dropped,
            "letter.restore": self.restore,
            "letter.title": self.title,
            "letter.text": self.text,
            "letter.note": self.note,
        }
        return tuple(Action(name, handler, Role.ANIMATOR) for name, handler in handlers.items())

    async def list(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """List a page of the items."""
        opened = await self.opening.item(turn, reference, version)
        if not isinstance(opened, Place):
            return opened
        return redrawn(screens.item_list(opened.shown, opened.item))

    async def show(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Show one item."""
        opened = await self._open(turn, reference, version)
        if not isinstance(opened, Place):
            return opened
        return redrawn(screens.item_screen(opened.shown, opened.item))

    async def up(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Move an item up."""
        return await self._move(turn, reference, version, -1)

    async def down(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Move an item down."""
        return await self._move(turn, reference, version, 1)

    async def _move(
        self, turn: Turn, reference: Reference, version: int, step: int
    ) -> Sequence[Response]:
        opened = await self._open(turn, reference, version)
        if not isinstance(opened, Place):
            return opened
        items = rules.moved(opened.shown.items, opened.item, step)
        return await self._arranged(turn, opened, items)

    async def first(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Make an item the first of its section."""
        opened = await self._open(turn, reference, version)
        if not isinstance(opened, Place):
            return opened
        return await self._arranged(turn, opened, rules.first(opened.shown.items, opened.item))

    async def sections(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Offer the sections to move an item to."""
        opened = await self._open(turn, reference, version)
        if not isinstance(opened, Place):
            return opened
        return redrawn(screens.section_screen(opened.shown, opened.item))

    async def to_section(
        self, turn: Turn, reference: Reference, version: int
    ) -> Sequence[Response]:
        """Move an item to another section."""
        opened = await self._open(turn, reference, version, 2)
        if not isinstance(opened, Place):
            return opened
        if opened.numbers[1] >= len(SECTIONS):
            return await self.opening.stale(turn, opened.edition)
        section = SECTIONS[opened.numbers[1]]
        items = opened.shown.items
        if items[opened.item].section is not section:
            items = rules.to_section(items, opened.item, section)
        return await self._arranged(turn, opened, items)

    async def drop(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Take an item out; it is remembered, and composing again does not bring it back."""
        opened = await self._open(turn, reference, version)
        if not isinstance(opened, Place):
            return opened
        item = opened.shown.items[opened.item]
        out = [each for each in opened.shown.dropped if each.reference != item.reference]
        opened.edition.dropped = [each.to_json() for each in (*out, item)]
        items = rules.dropped(opened.shown.items, opened.item)
        shown = await self._changed(turn, opened.edition, items, "letter.item_dropped")
        page = rules.page_of(max(0, opened.item - 1))
        return [Toast(words("item_dropped")), *redrawn(screens.item_list(shown, page))]

    async def dropped(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """List what was taken out."""
        opened = await self.opening.item(turn, reference, version)
        if not isinstance(opened, Place):
            return opened
        return redrawn(screens.dropped_list(opened.shown, opened.item))

    async def restore(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Bring an item back, at the end of its section."""
        opened = await self.opening.item(turn, reference, version)
        if not isinstance(opened, Place):
            return opened
        out = list(opened.shown.dropped)
        if opened.item >= len(out):
            return await self.opening.stale(turn, opened.edition)
        item = out.pop(opened.item)
        opened.edition.dropped = [each.to_json() for each in out]
        items = rules.added(opened.shown.items, item)
        shown = await self._changed(turn, opened.edition, items, "letter.item_restored")
        place = _place(shown, item.reference)
        return [Toast(words("item_restored")), *redrawn(screens.item_screen(shown, place))]

    async def title(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask for another title."""
        return await self._ask(turn, reference, version, "title")

    async def text(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask for another text."""
        return await self._ask(turn, reference, version, "text")

    async def note(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask for « notre lecture »."""
        return await self._ask(turn, reference, version, "note")

    async def _ask(
        self, turn: Turn, reference: Reference, version: int, what: str
    ) -> Sequence[Response]:
        opened = await self._open(turn, reference, version)
        if not isinstance(opened, Place):
            return opened
        item = opened.shown.items[opened.item]
        known = {
            "edition": opened.edition.number,
            "item": item.reference,
            "before": getattr(item, FIELDS[what]),
        }
        if what == "title":
            return [Ask("letter.title", known)]
        return [Ask("letter.text", known) if what == "text" else Ask("letter.note", known)]

    async def written_title(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Give an item the title that was typed."""
        return await self._written(turn, values, "title")

    async def written_text(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Give an item the text that was typed."""
        return await self._written(turn, values, "text")

    async def written_note(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Give an item the « notre lecture » that was typed."""
        return await self._written(turn, values, "note")

    async def _written(
        self, turn: Turn, values: Mapping[str, Any], what: str
    ) -> Sequence[Response]:
        """Put the words that were given in an item, unless others were put there meanwhile."""
        edition = await self.opening.of_form(turn, int(values["edition"]))
        if not isinstance(edition, Edition):
            return edition
        shown = await self.opening.shown(turn.session, edition)
        place = _place(shown, values["item"])
        name, given = FIELDS[what], values["words"]
        if place < 0 or getattr(shown.items[place], name) != values["before"]:
            return [Reply(words("overtaken", {"words": given}))]
        items = rules.edited(shown.items, values["item"], **{name: given})
        shown = await self._changed(turn, edition, items, "letter.item_edited")
        screen = screens.item_screen(shown, place)
        return [Reply(screen.text, screen.keyboard, about=shown.reference)]

    async def add(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Add an item that an animator wrote."""
        edition = await self.opening.of_form(turn, int(values["edition"]))
        if not isinstance(edition, Edition):
            return edition
        shown = await self.opening.shown(turn.session, edition)
        reference = rules.free_reference(edition.number, edition.version)
        item = replace(forms.free_item(values), reference=reference)
        items = rules.added(shown.items, item)
        shown = await self._changed(turn, edition, items, "letter.item_added")
        screen = screens.item_screen(shown, _place(shown, item.reference))
        return [Reply(screen.text, screen.keyboard, about=shown.reference)]

    async def _open(
        self, turn: Turn, reference: Reference, version: int, many: int = 1
    ) -> Place | Sequence[Response]:
        opened = await self.opening.item(turn, reference, version, many)
        if isinstance(opened, Place) and opened.item >= len(opened.shown.items):
            return await self.opening.stale(turn, opened.edition)
        return opened

    async def _arranged(
        self, turn: Turn, opened: Place, items: Sequence[Item]
    ) -> Sequence[Response]:
        """Put items in another order, and show the one that was moved where it is now."""
        item, shown = opened.shown.items[opened.item], opened.shown
        if items != shown.items:
            shown = await self._changed(turn, opened.edition, items, "letter.item_moved")
        return redrawn(screens.item_screen(shown, _place(shown, item.reference)))

    async def _changed(
        self, turn: Turn, edition: Edition, items: Sequence[Item], verb: str
    ) -> Shown:
        await editions.change(
            turn.session, self.opening.parts, edition, turn.now, items=items, show=False
        )
        return await self.opening.changed(turn, edition, verb)


def _place(shown: Shown, reference: str) -> int:
    """Return where an item stands; -1 when it is no more there."""
    found = (place for place, item in enumerate(shown.items) if item.reference == reference)
    return next(found, -1)
