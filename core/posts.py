"""Words and buttons made ready for chat: what rooms store in the ledger, and read of a press."""

import re
from dataclasses import dataclass

import structlog

from core.chat import Button, Keyboard, Post, PostButton, Text
from core.reference import Reference
from core.render import Renderer

log = structlog.get_logger()

CALLBACK_BYTES = 64
"""The most that a button may carry (Bot API, InlineKeyboardButton.callback_data)."""

MOST_BUTTONS = 100
"""The most buttons under a message (Bot API, InlineKeyboardMarkup)."""


@dataclass(frozen=True)
class Pressed:
    """What a pressed button carried."""

    action: str
    reference: Reference
    version: int


def callback_data(button: Button) -> str:
    """Return what a button carries: `action:reference:version`.

    Raises ValueError when it has no action or reference, or when that is over 64 bytes.
    """
    if not button.action or ":" in button.action or button.reference is None:
        raise ValueError(f"a button needs an action and a reference: {button.action!r}")
    data = f"{button.action}:{button.reference}:{button.version}"
    if len(data.encode()) > CALLBACK_BYTES:
        raise ValueError(f"a button carries at most {CALLBACK_BYTES} bytes: {data}")
    return data


def parse_callback(data: str) -> Pressed | None:
    """Read what `callback_data` wrote; None for anything else, such as a forged press."""
    action, _, rest = data.partition(":")
    reference, _, version = rest.rpartition(":")
    if not (action and re.fullmatch(r"[0-9]{1,9}", version)):
        return None
    try:
        return Pressed(action, Reference.parse(reference), int(version))
    except ValueError:
        return None


def render_keyboard(
    renderer: Renderer, keyboard: Keyboard, language: str = "fr"
) -> tuple[tuple[PostButton, ...], ...]:
    """Return rows of buttons with their labels in a language. Raises as `callback_data` does.

    Rooms offer as many as can be read; of a keyboard that slipped, the last row stays: it leads
    out, or to none of these.
    """

    def render(button: Button) -> PostButton:
        label = renderer.plain(button.label, language)
        if button.url:
            return PostButton(label, url=button.url)
        return PostButton(label, data=callback_data(button))

    return tuple(tuple(render(button) for button in row) for row in _fitting(keyboard))


def _fitting(keyboard: Keyboard) -> Keyboard:
    if sum(map(len, keyboard)) <= MOST_BUTTONS:
        return keyboard
    *first, last = keyboard
    kept: list[tuple[Button, ...]] = []
    room = MOST_BUTTONS - len(last)
    for row in first:
        room -= len(row)
        if room < 0:
            break
        kept.append(row)
    log.error("keyboard.shortened", buttons=sum(map(len, keyboard)))
    return (*kept, last)


def render_post(
    renderer: Renderer, text: Text, keyboard: Keyboard = (), language: str = "fr"
) -> Post:
    """Return a message of text in chat HTML, with its buttons, for the ledger or a reply."""
    buttons = render_keyboard(renderer, keyboard, language)
    return Post("text", renderer.chat(text, language), keyboard=buttons)
