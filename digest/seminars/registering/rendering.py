"""What is told about somebody's own registration, in words: mails, and posts in chat."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from core.chat import Button, Keyboard, Text
from core.ledger.draft import Content
from core.mail.compose import CalendarPart, compose, placeholder
from core.parts import Parts
from core.posts import render_post
from core.render import Renderer
from digest.seminars import names
from digest.seminars.calendars.parts import calendar_part
from digest.seminars.models import Seminar
from digest.seminars.registering.names import RANK, TEMPLATES, WHO, Said
from digest.seminars.rendering import shown
from digest.seminars.rules import RegistrationState

WORDS = "chat/seminar_registrations.html"

_KEPT: WeakKeyDictionary[Renderer, dict[str, Content]] = WeakKeyDictionary()
"""The mail built last, for the minute: a thousand people who answer at once get the same."""


@dataclass(frozen=True)
class News:
    """What is told: the same for all those to whom it happens at a meeting.

    `by_other` says that somebody else did it for them.
    """

    said: Said
    state: RegistrationState
    by_other: bool = False


def words(block: str, values: Mapping[str, Any] | None = None) -> Text:
    """Name a block of the registrations' chat texts."""
    return Text(WORDS, block, values or {})


def mail(parts: Parts, seminar: Seminar, news: News, language: str) -> Content:
    """Build the mail that tells news, the same for everybody but for a link, a rank, a name."""
    kept = _KEPT.setdefault(parts.renderer, {})
    values, now = _values(parts, seminar, news), parts.clock.now()
    key = repr((now.replace(second=0, microsecond=0), news, language, seminar.version, values))
    if key not in kept:
        kept.clear()
        kept[key] = _built(parts, seminar, news, language)
    return kept[key]


def _built(parts: Parts, seminar: Seminar, news: News, language: str) -> Content:
    links = (names.ANSWER_URL, RANK, WHO)
    values = _values(parts, seminar, news) | {name: placeholder(name) for name in links}
    return compose(
        parts.settings.mail,
        parts.renderer.mail(TEMPLATES[news.said], values, language),
        auto_submitted=True,
        names=links,
        calendar=_calendar(parts, seminar, news, language),
    )


def post(parts: Parts, seminar: Seminar, news: News, rank: int, language: str) -> Content:
    """Build the chat post that tells news to who has no mailbox, or prefers the chat."""
    values = _values(parts, seminar, news) | {RANK: rank}
    text = words(f"told_{news.said}", values)
    return render_post(parts.renderer, text, _keyboard(parts, seminar), language).content()


def _calendar(parts: Parts, seminar: Seminar, news: News, language: str) -> CalendarPart | None:
    """Put the meeting in the calendar of who comes, take it out of that of who does not."""
    if news.said is Said.GONE:
        return calendar_part(parts, seminar, "CANCEL", language=language)
    if news.state is not RegistrationState.REGISTERED:
        return None
    return calendar_part(parts, seminar, "REQUEST", registered=True, language=language)


def _keyboard(parts: Parts, seminar: Seminar) -> Keyboard:
    reference = names.seminar_reference(seminar.id)
    mine = Button(words("mine_button"), "registrations.mine", reference, seminar.version)
    return ((mine, Button(words("page_button"), url=names.seminar_url(parts, seminar))),)


def _values(parts: Parts, seminar: Seminar, news: News) -> dict[str, Any]:
    coming = news.state is RegistrationState.REGISTERED
    return {
        **shown(parts, seminar, inside=coming),
        "state": news.state.value,
        "by_other": news.by_other,
        "capacity": seminar.capacity,
    }
