"""What an invitation says: by mail, with its place in the calendar, and in chat."""

from typing import Any

from core.chat import Button, Keyboard
from core.ledger.draft import Channel, Content
from core.mail.compose import compose, placeholder
from core.parts import Parts
from core.posts import render_post
from digest.seminars import names
from digest.seminars.calendars.parts import calendar_part
from digest.seminars.decide import is_committee
from digest.seminars.inviting.opening import words
from digest.seminars.models import Seminar
from digest.seminars.rendering import shown

TEMPLATE = "seminar_invitation"


def invitation(parts: Parts, seminar: Seminar, channel: Channel, language: str) -> Content:
    """Build the invitation to a seminar, the same for everybody but for the link that answers."""
    values = said(parts, seminar)
    if channel is Channel.CHAT:
        text = words("invitation", values)
        return render_post(parts.renderer, text, keyboard(parts, seminar), language).content()
    answer = placeholder(names.ANSWER_URL)
    told = parts.renderer.mail(TEMPLATE, {**values, names.ANSWER_URL: answer}, language)
    return compose(
        parts.settings.mail,
        told,
        auto_submitted=True,
        names=(names.ANSWER_URL,),
        calendar=calendar_part(parts, seminar, "REQUEST", language=language),
    )


def trial(parts: Parts, seminar: Seminar, language: str) -> Content:
    """Build the mail of an invitation as it will be, marked, without anything for the calendar."""
    values = {
        **said(parts, seminar),
        "trial": True,
        names.ANSWER_URL: names.seminar_url(parts, seminar),
    }
    told = parts.renderer.mail(TEMPLATE, values, language)
    return compose(parts.settings.mail, told, names=())


def said(parts: Parts, seminar: Seminar) -> dict[str, Any]:
    """Return what the texts of an invitation say."""
    return {
        **shown(parts, seminar),
        "committee": is_committee(seminar.kind),
        "limited": seminar.capacity is not None,
        "trial": False,
    }


def keyboard(parts: Parts, seminar: Seminar) -> Keyboard:
    """Return the buttons of an invitation in chat."""
    reference, version = names.seminar_reference(seminar.id), seminar.version
    come = Button(words("come_button"), "seminars.join", reference, version)
    excuse = Button(words("excuse_button"), "registrations.excuse", reference, version)
    other = Button(words("answer_button"), "registrations.mine", reference, version)
    page = Button(words("page_button"), url=names.seminar_url(parts, seminar))
    return ((come, excuse), (other,), (page,))
