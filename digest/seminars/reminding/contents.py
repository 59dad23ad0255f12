"""What announcements say, by mail or in chat: the same for all those of one standing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.chat import Button, Keyboard, Text
from core.ledger.draft import Channel, Content
from core.mail.compose import CalendarPart, compose, placeholder
from core.parts import Parts
from core.posts import render_post
from digest.seminars import names
from digest.seminars.attendance import thanks
from digest.seminars.calendars.parts import calendar_part
from digest.seminars.inviting.mails import invitation
from digest.seminars.models import Seminar
from digest.seminars.reminding.decide import Announced, Concerned, What, is_short
from digest.seminars.rendering import shown
from digest.seminars.rules import RegistrationState

WORDS = "chat/seminar_reminders.html"
MOST_IN_CHAT = {"programme": 1_800, "access": 700}
"""How many characters of each fit in a message in chat; the page has the rest."""

INSIDE = frozenset({RegistrationState.REGISTERED, RegistrationState.REPRESENTED})
"""Who comes, or sends somebody: they get the video link."""


@dataclass(frozen=True)
class Speech:
    """An announcement as it is said to those of one standing, on one channel, in one language."""

    announced: Announced
    state: RegistrationState
    channel: Channel
    language: str


def words(block: str, values: Mapping[str, Any] | None = None) -> Text:
    """Name a block of the reminders' chat texts."""
    return Text(WORDS, block, values or {})


def content(parts: Parts, seminar: Seminar, speech: Speech) -> Content:
    """Build what a speech says of a seminar."""
    if speech.announced.what is What.INVITATION:
        return invitation(parts, seminar, speech.channel, speech.language)
    if speech.announced.what is What.THANKS:
        return thanks.content(parts, seminar, speech.channel, speech.language)
    given = _values(parts, seminar, speech)
    if speech.channel is Channel.CHAT:
        text = words(speech.announced.what.value, given)
        keyboard = _keyboard(parts, seminar, speech)
        return render_post(parts.renderer, text, keyboard, speech.language).content()
    told = parts.renderer.mail(
        f"seminar_{speech.announced.what}",
        {**given, names.ANSWER_URL: placeholder(names.ANSWER_URL)},
        speech.language,
    )
    return compose(
        parts.settings.mail,
        told,
        auto_submitted=True,
        names=(names.ANSWER_URL,),
        calendar=_calendar(parts, seminar, speech),
    )


def values(
    parts: Parts,
    seminar: Seminar,
    one: Concerned,
    channel: Channel,
    what: What,
) -> dict[str, str]:
    """Return what differs from one recipient to the next; some of it is for the recheck."""
    given = {names.VERSION: str(seminar.version)}
    if what is What.THANKS:
        return given | thanks.values(parts, one.id, channel)
    if one.state is RegistrationState.EXCUSED:
        given[names.ONLY] = one.state.value
    if channel is Channel.MAIL:
        given[names.ANSWER_URL] = names.answer_url(parts, one.id)
    return given


def _values(parts: Parts, seminar: Seminar, speech: Speech) -> dict[str, Any]:
    told = shown(parts, seminar, inside=speech.state in INSIDE)
    cut = False
    if speech.channel is Channel.CHAT:
        given = told["seminar"]
        fitting = {name: fitting_lines(given[name], most) for name, most in MOST_IN_CHAT.items()}
        cut = any(fitting[name] != given[name] for name in fitting)
        told = {"seminar": {**given, **fitting}}
    return {
        **told,
        "cut": cut,
        "state": speech.state.value,
        "short": is_short(speech.announced.name),
        "changes": speech.announced.name.split("+"),
    }


def fitting_lines(lines: Sequence[str], most: int) -> list[str]:
    """Return the first lines that have together at most so many characters."""
    kept: list[str] = []
    for line in lines:
        most -= len(line) + 1
        if most < 0:
            break
        kept.append(line)
    return kept


def _calendar(parts: Parts, seminar: Seminar, speech: Speech) -> CalendarPart | None:
    """Give what changes a calendar: a change and a cancellation do, a reminder does not.

    Who was excused has nothing in theirs.
    """
    if speech.announced.what is What.CANCELLATION:
        return calendar_part(parts, seminar, "CANCEL", language=speech.language)
    if speech.announced.what is not What.UPDATE or speech.state is RegistrationState.EXCUSED:
        return None
    return calendar_part(
        parts,
        seminar,
        "REQUEST",
        registered=speech.state is RegistrationState.REGISTERED,
        language=speech.language,
    )


def _keyboard(parts: Parts, seminar: Seminar, speech: Speech) -> Keyboard:
    if speech.announced.what is What.CANCELLATION:
        return ((Button(words("others_button"), url=names.page_url(parts, "/rencontres")),),)
    page = Button(words("page_button"), url=names.seminar_url(parts, seminar))
    if speech.state not in {RegistrationState.INVITED, RegistrationState.EXCUSED}:
        return ((_act(seminar, "change_button", "registrations.mine"),), (page,))
    come = _act(seminar, "come_button", "seminars.join")
    excuse = _act(seminar, "excuse_button", "registrations.excuse")
    answers = (come, excuse) if speech.state is RegistrationState.INVITED else (come,)
    return (answers, (_act(seminar, "answer_button", "registrations.mine"),), (page,))


def _act(seminar: Seminar, label: str, action: str) -> Button:
    reference = names.seminar_reference(seminar.id)
    return Button(words(label), action, reference, seminar.version)
