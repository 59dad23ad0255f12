"""What calendars are told of a seminar, in words."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from core.chat import Text
from core.parts import Parts
from digest.seminars import names
from digest.seminars.calendars.events import Meeting, Organiser, Status
from digest.seminars.decide import State
from digest.seminars.models import Seminar
from digest.seminars.rendering import shown

WORDS = "calendar/seminar.txt"


def uid(parts: Parts, seminar: int) -> str:
    """Return the name that a seminar has in every calendar, for ever."""
    return f"seminar-{seminar}@{urlsplit(parts.settings.service.public_url).hostname}"


def organiser(parts: Parts) -> Organiser:
    """Return who calls the meetings: the first mailbox configured for it, which is read."""
    settings = parts.settings
    email = settings.seminars.organiser_email or settings.mail.reply_to
    return Organiser(email or settings.network.contact_email, settings.network.name)


def changed_at(seminar: Seminar) -> datetime:
    """Return when anything of a seminar last changed."""
    known = (seminar.created_at, seminar.published_at, seminar.cancelled_at, seminar.updated_at)
    return max(instant for instant in known if instant)


def meeting(
    parts: Parts,
    seminar: Seminar,
    *,
    language: str | None = None,
    inside: bool = False,
    waiting: bool = False,
) -> Meeting:
    """Return what a calendar is told of a seminar; the video link only for those `inside`.

    `waiting` is for who is on its waiting list.
    """
    cancelled = seminar.state == State.CANCELLED
    of_seminar = shown(parts, seminar, inside=inside)["seminar"]
    access = [line for line in seminar.access.splitlines() if line.strip()]
    state = {"access": access, "cancelled": cancelled, "waiting": waiting and not cancelled}
    values = {"seminar": {**of_seminar, **state}}

    def said(block: str) -> str:
        return words(parts, block, values, language)

    return Meeting(
        uid=uid(parts, seminar.id),
        sequence=seminar.version - 1,
        starts_at=seminar.starts_at,
        ends_at=seminar.ends_at,
        changed_at=changed_at(seminar),
        created_at=seminar.created_at,
        summary=said("summary"),
        location=said("location"),
        description=said("description"),
        category=said("category"),
        url=names.seminar_url(parts, seminar),
        status=_status(cancelled=cancelled, waiting=waiting),
        busy=not cancelled and not waiting,
    )


def words(parts: Parts, block: str, values: dict[str, Any], language: str | None = None) -> str:
    """Return one of the calendars' texts, in the network's language unless told otherwise."""
    text = Text(WORDS, block, values)
    return parts.renderer.plain(text, language or parts.settings.network.language)


def _status(*, cancelled: bool, waiting: bool) -> Status:
    if cancelled:
        return "CANCELLED"
    return "TENTATIVE" if waiting else "CONFIRMED"
