"""Stories as people see them in chat: values for the templates, buttons, drafts."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from core.chat import Button, Keyboard, Reply, Text
from core.ledger.draft import Draft
from core.posts import render_post
from core.reference import ANIMATORS, Reference
from core.render import Renderer
from watch.decide import State
from watch.reading.titles import shorten

STORY_KIND = "watch.story"
BURST_KIND = "watch.burst"
STREAM = "group:animators/watch"
TEMPLATE = "chat/watch.html"
WAITING = Reference("watch", "stories", "waiting")
MOST_SUMMARY = 300
MOST_LINE = 120


@dataclass(frozen=True)
class ShownStory:
    """A story with what its entries say; `summary` and `published_at` are of the first entry."""

    id: int
    title: str
    link: str
    sources: tuple[str, ...]
    section: str
    themes: tuple[str, ...]
    note: str
    published_at: datetime | None
    summary: str
    state: State
    version: int

    @property
    def reference(self) -> Reference:
        """How other rooms name it."""
        return Reference("watch", "story", str(self.id))

    def values(self) -> Mapping[str, Any]:
        """Return what the templates show of it."""
        return asdict(self) | {"summary": shorten(self.summary, MOST_SUMMARY)}


def story_text(story: ShownStory, decided_by: str = "") -> Text:
    """Return a story's text: as it waits, or as `decided_by` decided."""
    if story.state is State.WAITING:
        return Text(TEMPLATE, "story", story.values())
    return Text(TEMPLATE, story.state.value, {**story.values(), "name": decided_by})


def story_keyboard(story: ShownStory) -> Keyboard:
    """Return keep and drop for a story that waits, else undo."""
    names = ("keep", "drop") if story.state is State.WAITING else ("undo",)
    return (
        tuple(
            Button(
                Text(TEMPLATE, f"{name}_button"), f"watch.{name}", story.reference, story.version
            )
            for name in names
        ),
    )


def more_keyboard() -> Keyboard:
    """Return the button that shows the next stories."""
    return ((Button(Text(TEMPLATE, "more_button"), "watch.more", WAITING),),)


def story_draft(renderer: Renderer, story: ShownStory, now: datetime, language: str) -> Draft:
    """Return the message that shows a story in the watch topic."""
    post = render_post(renderer, story_text(story), story_keyboard(story), language)
    return Draft(
        kind=STORY_KIND,
        slot=f"story:{story.id}",
        recipient=ANIMATORS,
        content=post.content(),
        cause=story.reference,
        due_at=now,
        stream=STREAM,
    )


def burst_draft(
    renderer: Renderer, source: tuple[int, str], counted: int, now: datetime, language: str
) -> Draft:
    """Return the message that counts the new stories of one reading of a source (id, name)."""
    source_id, name = source
    text = Text(TEMPLATE, "burst", {"count": counted, "source": name})
    return Draft(
        kind=BURST_KIND,
        slot=f"source:{source_id}/{now:%Y-%m-%dT%H:%M:%S}",
        recipient=ANIMATORS,
        content=render_post(renderer, text, more_keyboard(), language).content(),
        cause=Reference("watch", "source", str(source_id)),
        due_at=now,
        stream=STREAM,
    )


@dataclass(frozen=True)
class Overview:
    """What waits and what was kept: how many, and the latest of each."""

    waiting_count: int
    waiting: Sequence[ShownStory]
    kept_count: int
    kept: Sequence[ShownStory]
    untold: bool


def overview_reply(overview: Overview) -> Reply:
    """Return the answer to `/veille`."""
    values = {
        "waiting_count": overview.waiting_count,
        "waiting": [_line(story) for story in overview.waiting],
        "kept_count": overview.kept_count,
        "kept": [_line(story) for story in overview.kept],
    }
    keyboard = more_keyboard() if overview.untold else ()
    return Reply(Text(TEMPLATE, "overview", values), keyboard)


def _line(story: ShownStory) -> Mapping[str, Any]:
    return {"title": shorten(story.title, MOST_LINE), "sources": story.sources}
