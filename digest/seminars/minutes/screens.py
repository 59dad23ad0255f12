"""Minutes as the animators see them in chat: a text and its buttons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.chat import Button, Keyboard, Text
from core.parts import Parts
from digest.seminars import rendering
from digest.seminars.decide import Kind, is_committee
from digest.seminars.minutes import names
from digest.seminars.minutes.decide import (
    CLOSED,
    Standing,
    State,
    lines_of,
    may_write,
    observations_until,
    reasons,
)
from digest.seminars.minutes.models import Minutes
from digest.seminars.minutes.rendering import words
from digest.seminars.models import Seminar

SHOWN_PARAGRAPHS = 40
BEGINNING = 70
"""How much of a paragraph is shown beside its number."""


@dataclass(frozen=True)
class Screen:
    """What a message shows."""

    text: Text
    keyboard: Keyboard


@dataclass(frozen=True)
class Shown:
    """Minutes, with what a screen says of them."""

    seminar: Seminar
    minutes: Minutes
    standing: Standing
    counts: Mapping[str, int]
    readers: int
    observations: int
    rectified_at: datetime | None = None

    @property
    def committee(self) -> bool:
        """Whether they are a « relevé de décisions »."""
        return is_committee(Kind(self.seminar.kind))

    def button(self, block: str, action: str) -> Button:
        """Return a button about these minutes as they stand."""
        reference = names.minutes_reference(self.minutes.id)
        return Button(words(block, self.named), action, reference, self.minutes.version)

    @property
    def named(self) -> dict[str, Any]:
        """Return what says which of the two kinds of minutes these are."""
        return {"committee": self.committee, "count": self.observations}


def overview(parts: Parts, shown: Shown) -> Screen:
    """Return the screen of minutes: where they stand, and what can be done now."""
    return Screen(words("screen", values(parts, shown)), _keyboard(parts, shown))


def values(parts: Parts, shown: Shown) -> dict[str, Any]:
    """Return what the texts about minutes say."""
    minutes, standing = shown.minutes, shown.standing
    return {
        **rendering.shown(parts, shown.seminar),
        **shown.named,
        "state": minutes.state,
        "written": standing.written,
        "fetching": standing.fetching,
        "paragraphs": len(lines_of(minutes.text)),
        "decisions": len(minutes.decisions),
        "file_name": minutes.name if minutes.hash else "",
        "readers": shown.readers,
        "sent_at": minutes.sent_at,
        "until": minutes.observations_until,
        "final_at": minutes.final_at,
        "rectified_at": shown.rectified_at,
        "published": minutes.published_at is not None,
        "observations": shown.observations,
        "unread": standing.unread,
        "changed": standing.sent_version not in {None, minutes.version},
    }


def _keyboard(parts: Parts, shown: Shown) -> Keyboard:
    state = State(shown.minutes.state)
    rows: list[tuple[Button, ...]] = []
    if may_write(state):
        rows += _writing(shown)
    if shown.standing.written and not shown.standing.fetching and state not in CLOSED:
        rows.append((shown.button("preview_button", "minutes.preview"),))
    if shown.observations:
        rows.append((shown.button("observations_button", "minutes.observations"),))
    if state is State.PROJET:
        rows.append((shown.button("final_button", "minutes.close"),))
    if state is State.FINAL:
        rows += [*_published(parts, shown), (shown.button("rectify_button", "minutes.rectify"),)]
    if state is State.RECTIFYING:
        rows += _rectifying(parts, shown)
    return tuple(rows)


def _writing(shown: Shown) -> Sequence[tuple[Button, ...]]:
    first = [shown.button("write_button", "minutes.write")]
    if shown.committee:
        first.append(shown.button("decide_button", "minutes.decide"))
    second = []
    if shown.minutes.text:
        second.append(shown.button("paragraph_button", "minutes.paragraph"))
    if shown.minutes.decisions:
        second.append(shown.button("undecide_button", "minutes.undecide"))
    if shown.minutes.hash:
        second.append(shown.button("unfile_button", "minutes.unfile"))
    return [tuple(row) for row in (first, second) if row]


def _rectifying(parts: Parts, shown: Shown) -> Sequence[tuple[Button, ...]]:
    preview = Button(words("preview_page_button"), url=names.preview_url(parts, shown.minutes.id))
    return [
        (preview,),
        (shown.button("send_rectified_button", "minutes.send_rectified"),),
        (shown.button("give_up_button", "minutes.give_up"),),
    ]


def _published(parts: Parts, shown: Shown) -> Sequence[tuple[Button, ...]]:
    preview = Button(words("read_button"), url=names.preview_url(parts, shown.minutes.id))
    if shown.minutes.published_at is None:
        return [(preview,), (shown.button("publish_button", "minutes.publish"),)]
    return [(preview,), (shown.button("withdraw_button", "minutes.withdraw"),)]


def preview(parts: Parts, shown: Shown, now: datetime) -> Screen:
    """Return the screen that says who will read what, before anything leaves."""
    days = parts.settings.seminars.observation_days
    given = {**values(parts, shown), "until": observations_until(now, days), "counts": shown.counts}
    link = Button(words("preview_page_button"), url=names.preview_url(parts, shown.minutes.id))
    keyboard = (
        (link,),
        (shown.button("send_projet_button", "minutes.send"),),
        (shown.button("final_button", "minutes.close"),),
        (shown.button("back_button", "minutes.back"),),
    )
    return Screen(words("preview", given), keyboard)


def closing(parts: Parts, shown: Shown, now: datetime) -> Screen:
    """Return the screen that asks once more before minutes become final."""
    found = [reason.value for reason in reasons(shown.standing, now)]
    keyboard = (
        (shown.button("finish_button", "minutes.finish"),),
        (shown.button("back_button", "minutes.back"),),
    )
    return Screen(words("closing", {**values(parts, shown), "reasons": found}), keyboard)


def publishing(parts: Parts, shown: Shown) -> Screen:
    """Return the screen that asks once more before everybody can read a committee's decisions."""
    keyboard = (
        (shown.button("publish_anyway_button", "minutes.show_all"),),
        (shown.button("back_button", "minutes.back"),),
    )
    return Screen(words("publishing", values(parts, shown)), keyboard)


def paragraphs(shown: Shown) -> Text:
    """Return the paragraphs by their numbers, each by its beginning."""
    lines = lines_of(shown.minutes.text)
    listed = [
        {"number": number, "words": line[:BEGINNING] + ("…" if len(line) > BEGINNING else "")}
        for number, line in enumerate(lines, start=1)
    ]
    return words("paragraphs", {"paragraphs": listed[:SHOWN_PARAGRAPHS], "count": len(listed)})


def decisions(shown: Shown) -> Text:
    """Return the decisions by their numbers."""
    return words("decisions", {"decisions": shown.minutes.decisions})
