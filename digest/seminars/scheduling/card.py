"""The card of a meeting, for the animators: everything about it, and what can be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Button, Keyboard, Reply, Text, Turn
from core.parts import Parts
from digest.seminars import names, store
from digest.seminars.attendance import card as attendance
from digest.seminars.decide import State
from digest.seminars.evidence import card as evidence
from digest.seminars.half_days import Hours
from digest.seminars.inviting import card as inviting
from digest.seminars.minutes import card as minutes
from digest.seminars.models import HalfDay, Seminar
from digest.seminars.registering import card as registering
from digest.seminars.reminding import card as reminding
from digest.seminars.rendering import shown
from digest.seminars.scheduling import store as plans
from digest.seminars.scheduling.names import DESK, words

ROOMS = (inviting, registering, reminding, attendance, minutes, evidence)
"""The rooms that have their say on the card, in their order."""


@dataclass(frozen=True)
class Screen:
    """What a message shows."""

    text: Text
    keyboard: Keyboard = ()


async def card_reply(turn: Turn, parts: Parts, seminar: Seminar) -> Reply:
    """Return a meeting's card as a message of its own."""
    screen = await card(turn, parts, seminar)
    return Reply(screen.text, screen.keyboard, names.seminar_reference(seminar.id))


async def card(turn: Turn, parts: Parts, seminar: Seminar) -> Screen:
    """Return a meeting's card; the video link is only shown where animators alone read."""
    session, now = turn.session, turn.now
    groups = await plans.groups(session, seminar.id)
    values = {
        **facts(parts, seminar, inside=among_us(turn, parts)),
        **await _details(session, parts, seminar),
        "over": now >= seminar.ends_at,
        "groups": len(groups),
        "abandoned": _abandoned(seminar),
    }
    return Screen(words("card", values), _keyboard(parts, seminar, now, invites=bool(groups)))


def facts(parts: Parts, seminar: Seminar, *, inside: bool = True) -> dict[str, Any]:
    """Return what every screen says of a meeting."""
    return {**shown(parts, seminar, inside=inside), "state": seminar.state}


def among_us(turn: Turn, parts: Parts) -> bool:
    """Say whether only the network's animators read there."""
    place = turn.incoming.place
    return place.private or place.chat_id == parts.settings.telegram.group_id


def days_of(half_days: Sequence[Hours] | Sequence[HalfDay]) -> list[dict[str, Any]]:
    """Return half-days as templates say them."""
    return [
        {"half": str(each.half), "starts_at": each.starts_at, "ends_at": each.ends_at}
        for each in half_days
    ]


def act(block: str, action: str, seminar: Seminar) -> Button:
    """Return a button that is about a meeting as it is shown."""
    return Button(words(block), action, names.seminar_reference(seminar.id), seminar.version)


def back(seminar: Seminar) -> tuple[Button, ...]:
    """Return the row that leads back to the card."""
    return (act("back_button", "scheduling.card", seminar),)


async def _details(session: AsyncSession, parts: Parts, seminar: Seminar) -> Mapping[str, Any]:
    of_config = parts.settings.seminars
    reminders, chases = seminar.reminder_days, seminar.chase_days
    people = await plans.speakers(session, seminar.id)
    waiting = plans.waiting_date(seminar)
    draft = seminar.state == State.DRAFT
    return {
        "counts": await plans.states(session, seminar.id),
        "half_days": days_of(
            waiting if waiting and draft else await store.half_days(session, seminar.id)
        ),
        "unconfirmed": bool(waiting) and draft,
        "access": seminar.access,
        "capacity": seminar.capacity,
        "programme": seminar.programme,
        "programme_file": seminar.programme_name if seminar.programme_hash else "",
        "fetching": bool(seminar.programme_asked),
        "speakers": [each.name for each in people],
        "open_to_all": seminar.open_to_all,
        "audience": seminar.audience,
        "meals": seminar.meals,
        "carpool": seminar.carpool,
        "questions": seminar.questions,
        "reminders": of_config.reminder_days if reminders is None else reminders,
        "chases": of_config.chase_days if chases is None else chases,
    }


def _abandoned(seminar: Seminar) -> bool:
    """Say whether a meeting is a draft that was abandoned: there is nothing of it to be seen."""
    return seminar.state == State.CANCELLED and seminar.published_at is None


def _keyboard(parts: Parts, seminar: Seminar, now: datetime, *, invites: bool) -> Keyboard:
    rooms = tuple(row for room in ROOMS for row in room.buttons(seminar, now))
    edit = act("edit_button", "scheduling.menu", seminar)
    others = (Button(words("list_button"), "scheduling.list", DESK),)
    if seminar.state == State.CANCELLED:
        return (others,) if _abandoned(seminar) else (*rooms, others)
    if seminar.state == State.DRAFT:
        publish = act("publish_button", "seminars.publish", seminar)
        if invites and not plans.waiting_date(seminar):
            publish = act("publish_button", "invitations.preview", seminar)
        drop = act("delete_button", "seminars.cancel", seminar)
        return ((publish, edit), *rooms, (drop,), others)
    page = Button(words("page_button"), url=names.seminar_url(parts, seminar))
    cancel = ((act("cancel_button", "seminars.cancel", seminar),),) if now < seminar.ends_at else ()
    return ((page, edit), *rooms, *cancel, others)
