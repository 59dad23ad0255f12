"""What animators do to the items of an edition: decisions only.

Items stand in the order in which they are read, and are named by their place in it, from 0.
"""

from collections.abc import Sequence
from dataclasses import replace

from core.sections import Section
from digest.letter.decide import Item, by_section

ON_A_PAGE = 20
"""How many items a message lists, each with its button."""


def ordered(items: Sequence[Item]) -> tuple[Item, ...]:
    """Return items as they are read: section by section."""
    return tuple(item for group in by_section(items) for item in group.items)


def moved(items: Sequence[Item], place: int, step: int) -> tuple[Item, ...]:
    """Move an item by a step (-1: up, 1: down) within its section; at its end it stays."""
    standing = list(ordered(items))
    other = place + step
    if 0 <= other < len(standing) and standing[other].section is standing[place].section:
        standing[place], standing[other] = standing[other], standing[place]
    return tuple(standing)


def first(items: Sequence[Item], place: int) -> tuple[Item, ...]:
    """Make an item the first of its section."""
    standing = list(ordered(items))
    return ordered([standing.pop(place), *standing])


def to_section(items: Sequence[Item], place: int, section: Section) -> tuple[Item, ...]:
    """Move an item to the end of another section."""
    standing = list(ordered(items))
    item = standing.pop(place)
    return ordered([*standing, replace(item, section=section)])


def dropped(items: Sequence[Item], place: int) -> tuple[Item, ...]:
    """Take an item out."""
    standing = list(ordered(items))
    del standing[place]
    return tuple(standing)


def edited(items: Sequence[Item], reference: str, **words: str) -> tuple[Item, ...]:
    """Give an item other words: `title`, `summary` or `note`."""
    return tuple(
        replace(item, **words) if item.reference == reference else item  # type: ignore[arg-type]  # words only
        for item in ordered(items)
    )


def added(items: Sequence[Item], item: Item) -> tuple[Item, ...]:
    """Put an item at the end of its section; one that is there already is not added twice."""
    others = [each for each in items if each.reference != item.reference]
    return ordered([*others, item])


def recomposed(
    offered: Sequence[Item], present: Sequence[Item], out: Sequence[Item]
) -> tuple[Item, ...]:
    """Return the items of an edition that is composed again.

    What was taken out of it stays out, what was written by hand stays in.
    """
    refused = {item.reference for item in out}
    kept = [item for item in offered if item.reference not in refused]
    return ordered([*kept, *(item for item in present if by_hand(item.reference))])


BY_HAND = "letter:free:"
"""How the reference of an item begins that an animator wrote."""


def by_hand(reference: str) -> bool:
    """Say whether an item was written by an animator, rather than offered by a room."""
    return reference.startswith(BY_HAND)


def free_reference(number: int, version: int) -> str:
    """Return the reference of an item written by hand: each change makes another version."""
    return f"{BY_HAND}{number}-{version}"


def numbers(text: str, many: int) -> tuple[int, ...] | None:
    """Read what a button is about: `many` numbers such as `12-3`; None for anything else."""
    parts = text.split("-")
    if len(parts) != many or not all(_number(part) for part in parts):
        return None
    return tuple(int(part) for part in parts)


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10  # noqa: PLR2004  # as rows are


def page_of(place: int) -> int:
    """Return the page, from 0, on which an item is listed."""
    return place // ON_A_PAGE


def pages(count: int) -> int:
    """Return how many pages it takes to list items: one at least."""
    return max(1, -(-count // ON_A_PAGE))
