"""Stories as people see them in chat: values for the templates, buttons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.chat import Button, Keyboard, Text
from core.reference import Reference
from watch.decide import State
from watch.desk.rules import next_date, next_training
from watch.reading.titles import shorten
from watch.understanding.records import Places, TypedDate
from watch.understanding.territory import names

TEMPLATE = "chat/watch.html"
MOST_SUMMARY = 300
MOST_LINE = 120
MOST_TEXTS = 6
MOST_WORDS = 4
MOST_PLACES = 8
"""How much of each a card shows: it is read in a few seconds."""


@dataclass(frozen=True)
class ShownStory:
    """A story with what its entries say; `summary`, `published_at` are of the first that has one.

    `themes` are codes, each with the words that decided in `evidence`; `texts` are legal references
    as names with addresses (some empty). `outside` says that it names only other places than its
    source is followed for. `source_id` is the source of the entry that began it.
    """

    id: int
    title: str
    link: str
    sources: tuple[str, ...]
    section: str
    themes: tuple[str, ...]
    evidence: Mapping[str, Sequence[str]]
    texts: tuple[tuple[str, str], ...]
    dates: tuple[TypedDate, ...]
    places: Places
    note: str
    published_at: datetime | None
    summary: str
    state: State
    version: int
    source_id: int
    reproducible: bool
    outside: bool
    folded: bool
    decided_at: datetime | None
    alerted_at: datetime | None

    @property
    def reference(self) -> Reference:
        """How other rooms name it."""
        return Reference("watch", "story", str(self.id))


@dataclass(frozen=True)
class Around:
    """What a card shows that is not of the story itself.

    `themes` are names by code; `decided_by` is who decided last, `alerted` how many people were
    alerted; `against` are the words that made it improbable.
    """

    themes: Mapping[str, str]
    decided_by: str = ""
    alerted: int = 0
    published: bool = False
    against: Sequence[str] = ()


def values(story: ShownStory, around: Around, now: datetime) -> Mapping[str, Any]:
    """Return what the templates show of a story."""
    return {
        "title": story.title,
        "link": story.link,
        "sources": story.sources,
        "published_at": story.published_at,
        "summary": shorten(story.summary, MOST_SUMMARY),
        "section": story.section,
        "themes": [
            {
                "name": around.themes.get(code, code),
                "words": list(story.evidence.get(code, ()))[:MOST_WORDS],
            }
            for code in story.themes
        ],
        "texts": story.texts[:MOST_TEXTS],
        "more_texts": max(0, len(story.texts) - MOST_TEXTS),
        "places": place_names(story.places)[:MOST_PLACES],
        "closing": next_date(story.dates, now),
        "training": next_training(story.dates, now),
        "note": story.note,
        "state": story.state.value,
        "improbable": story.folded and story.state is State.WAITING,
        "outside": story.outside,
        "against": list(around.against)[:MOST_WORDS],
        "name": around.decided_by,
        "published": around.published,
        "alerted_at": story.alerted_at,
        "alerted": around.alerted,
    }


def place_names(places: Places) -> list[str]:
    """Return the places that a text names, as people read them."""
    return list(names([*places.regions, *places.departments]))


def line(story: ShownStory, now: datetime) -> Mapping[str, Any]:
    """Return what a list shows of a story, on one line."""
    return {
        "title": shorten(story.title, MOST_LINE),
        "sources": story.sources,
        "closing": next_date(story.dates, now),
    }


def card_text(story: ShownStory, around: Around, now: datetime) -> Text:
    """Return a story's text, as it stands."""
    return Text(TEMPLATE, "card", values(story, around, now))


def card_keyboard(story: ShownStory) -> Keyboard:
    """Return what can be done of a story as it stands."""
    edits = tuple(story_button(story, name) for name in ("themes", "sections", "note"))
    alert = () if story.alerted_at else (story_button(story, "alert"),)
    if story.state is State.DROPPED:
        return ((story_button(story, "undo"),),)
    if story.state is State.KEPT:
        return (edits, (*alert, story_button(story, "undo")))
    decide = tuple(story_button(story, name) for name in ("keep", "drop"))
    return (decide, edits, *((alert,) if alert else ()))


def story_button(story: ShownStory, name: str) -> Button:
    """Return a button about a story as it stands; its label's block is named after it."""
    return Button(Text(TEMPLATE, f"{name}_button"), f"watch.{name}", story.reference, story.version)
