"""What an edition is made of, when it is due, and what may become of it: decisions only."""

import enum
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from core.sections import Section


class State(enum.StrEnum):
    """The life of an edition."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    CANCELLED = "cancelled"


NEXT: Mapping[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.DRAFT, State.IN_REVIEW, State.CANCELLED}),
    State.IN_REVIEW: frozenset({State.DRAFT, State.APPROVED, State.CANCELLED}),
    State.APPROVED: frozenset({State.DRAFT, State.SENDING, State.CANCELLED}),
    State.SENDING: frozenset({State.SENT, State.PAUSED}),
    State.PAUSED: frozenset({State.SENDING, State.CANCELLED}),
    State.SENT: frozenset(),
    State.CANCELLED: frozenset(),
}
"""What each state may become. A change brings an edition back to draft, its approval void."""

OPEN = frozenset({State.DRAFT, State.IN_REVIEW, State.APPROVED, State.SENDING, State.PAUSED})
"""The states of an edition that is still at work: there is at most one."""


def may_become(state: State, wanted: State) -> bool:
    """Say whether an edition in `state` may become `wanted`."""
    return wanted in NEXT[state]


def begins_again(state: State, *, left: bool) -> bool:
    """Say whether the next edition takes this one's number: it was given up before it left."""
    return state is State.CANCELLED and not left


class Verdict(enum.StrEnum):
    """What to answer to a press about an edition."""

    GO = "go"
    STALE = "stale"
    CLOSED = "closed"


def judge(state: State, version: int, pressed: int, wanted: State) -> Verdict:
    """Judge a press made on `pressed`, the version that its message showed."""
    if not may_become(state, wanted):
        return Verdict.CLOSED
    return Verdict.GO if version == pressed else Verdict.STALE


@dataclass(frozen=True)
class Item:
    """One item of an edition, frozen in it: later changes of its room do not reach it.

    `reference` is the text of a `core.reference.Reference`; `note` is « notre lecture »; `more_url`
    is our page where one says to be interested, before the `deadline`. `references` are the legal
    texts that it speaks of: their words, and where to read them (may be empty).
    """

    reference: str
    section: Section
    title: str
    summary: str = ""
    url: str = ""
    source: str = ""
    note: str = ""
    starts_at: datetime | None = None
    place: str = ""
    themes: tuple[str, ...] = ()
    deadline: datetime | None = None
    more_url: str = ""
    references: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads.

        Without what is empty as before there was any: what was approved then still has its hash.
        """
        starts_at = self.starts_at.isoformat() if self.starts_at else None
        raw = {
            **self.__dict__,
            "section": self.section.value,
            "starts_at": starts_at,
            "themes": list(self.themes),
        }
        if self.deadline is None:
            del raw["deadline"]
        else:
            raw["deadline"] = self.deadline.isoformat()
        if not self.more_url:
            del raw["more_url"]
        if self.references:
            raw["references"] = [list(pair) for pair in self.references]
        else:
            del raw["references"]
        return raw

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote."""
        starts_at = datetime.fromisoformat(raw["starts_at"]) if raw["starts_at"] else None
        deadline = datetime.fromisoformat(raw["deadline"]) if raw.get("deadline") else None
        return cls(
            **{
                **raw,
                "section": Section(raw["section"]),
                "starts_at": starts_at,
                "themes": tuple(raw["themes"]),
                "deadline": deadline,
                "references": tuple((words, url) for words, url in raw.get("references", ())),
            }
        )


@dataclass(frozen=True)
class Contents:
    """What people approve: change one letter of it and the hash is another.

    `picture` is the hash of a kept file, shown under the opening words; `picture_words` say what
    it shows to who cannot see it.
    """

    title: str
    editorial: str
    items: tuple[Item, ...]
    picture: str = ""
    picture_words: str = ""

    @property
    def hash(self) -> str:
        """The SHA-256 of everything that is said, in hexadecimal."""
        whole: list[Any] = [self.title, self.editorial, [item.to_json() for item in self.items]]
        if self.picture:
            whole += [self.picture, self.picture_words]
        text = json.dumps(whole, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def choose(offered: Iterable[Item], published: Collection[str], now: datetime) -> tuple[Item, ...]:
    """Return what the edition says: each reference once, none that appeared before, none over.

    Sections come in their order. In each, what has a date comes first, by date; calls by deadline;
    the others keep the order in which they were offered. What has begun, or closed, is over.
    Nothing left to say: an empty tuple.
    """
    fresh = {item.reference: _sound(item) for item in offered if item.reference not in published}
    order = {section: place for place, section in enumerate(Section)}

    def rank(item: Item) -> tuple[int, bool, float]:
        at = item.starts_at or (item.deadline if item.section is Section.CALLS else None)
        return order[item.section], at is None, at.timestamp() if at else 0.0

    return tuple(sorted((item for item in fresh.values() if not over(item, now)), key=rank))


def over(item: Item, now: datetime) -> bool:
    """Say whether an item comes too late: what it announces has begun, or is closed."""
    return any(at is not None and at < now for at in (item.starts_at, item.deadline))


def _sound(item: Item) -> Item:
    """Drop an address that no browser should follow from a letter."""
    if item.url.lower().startswith(("https://", "http://")):
        return item
    return Item(**{**item.__dict__, "url": ""})


@dataclass(frozen=True)
class Group:
    """The items of one section."""

    section: Section
    items: tuple[Item, ...]


def by_section(items: Sequence[Item]) -> tuple[Group, ...]:
    """Group items under the sections that have some, in the order of sections."""
    groups = (
        Group(section, tuple(i for i in items if i.section is section)) for section in Section
    )
    return tuple(group for group in groups if group.items)


WHOLE = "all"
"""The key of the choice of those who receive the whole edition."""


def chosen_by(items: Sequence[Item], themes: Collection[str], whole: bool) -> tuple[Item, ...]:
    """Return what somebody receives who chose `themes` (codes), or everything (`whole`).

    What has no theme goes to everybody; alone, it is no letter: without any item of a chosen
    theme, an empty tuple.
    """
    if whole:
        return tuple(items)
    if not any(set(item.themes) & set(themes) for item in items):
        return ()
    return tuple(item for item in items if not item.themes or set(item.themes) & set(themes))


def choice_key(themes: Collection[str], whole: bool) -> str:
    """Return the key of a choice: the same for all who receive the same message."""
    return WHOLE if whole else "themes:" + ",".join(sorted(set(themes)))


def period(last_until: datetime | None, now: datetime, days: int) -> tuple[datetime, datetime]:
    """Return the period of a new edition: since the last one, or the last `days` days."""
    return last_until or now - timedelta(days=days), now


def approval_holds(approved_hash: str | None, contents: Contents) -> bool:
    """Say whether what was approved is still what stands."""
    return approved_hash == contents.hash


def paragraphs(text: str) -> tuple[str, ...]:
    """Split on blank lines; line breaks inside a paragraph are spaces."""
    parts = text.replace("\r\n", "\n").split("\n\n")
    return tuple(joined for part in parts if (joined := " ".join(part.split())))
