"""A sending that would begin long after its approval: people are asked first."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import acts
from core.chat import Button, Keyboard, Text
from core.ledger.draft import Draft
from core.ledger.models import Delivery
from core.ledger.store import post
from core.parts import Parts
from core.posts import render_post
from core.reference import ANIMATORS, Party
from digest.letter import names
from digest.letter.models import Edition
from digest.letter.sending import rules
from digest.letter.sending.shown import words


def is_overdue(parts: Parts, edition: Edition, now: datetime) -> bool:
    """Say whether somebody must be asked before an approved edition leaves."""
    hours = parts.settings.digest.overdue_hours
    approved_at = edition.approved_at or now
    return rules.overdue(approved_at, edition.confirmed_late_at, hours, now)


async def asked(session: AsyncSession, edition: Edition) -> bool:
    """Say whether an edition waits for an answer, and not for the clock."""
    if edition.confirmed_late_at is not None:
        return False
    slot = names.overdue_slot(edition.number, edition.version)
    found = exists().where(Delivery.kind == names.OVERDUE, Delivery.slot == slot)
    return bool(await session.scalar(select(found)))


async def ask(session: AsyncSession, parts: Parts, edition: Edition, now: datetime) -> None:
    """Ask the animators whether it may leave all the same; once for each approval."""
    number = edition.number
    text, keyboard = question(edition)
    language = parts.settings.network.language
    content = render_post(parts.renderer, text, keyboard, language).content()
    slot = names.overdue_slot(number, edition.version)
    reference = names.edition_reference(number)
    draft = Draft(names.OVERDUE, slot, ANIMATORS, content, reference, now, stream=names.DESK)
    await post(session, [draft], now)


def question(edition: Edition) -> tuple[Text, Keyboard]:
    """Return what is asked, and the two answers."""
    number, version = edition.number, edition.version
    reference = names.edition_reference(number)
    values = {"number": number, "approved_at": edition.approved_at}
    send_late = Button(words("send_late_button"), "letter.send_late", reference, version)
    give_up = Button(words("give_up_button"), "letter.cancel", reference, version)
    return words("overdue", values), ((send_late,), (give_up,))


def confirm(session: AsyncSession, edition: Edition, actor: Party, now: datetime) -> None:
    """Let an overdue edition leave; the next look at the tables begins it."""
    edition.confirmed_late_at = now
    reference = names.edition_reference(edition.number)
    acts.record(session, actor, "letter.confirmed_late", reference, now)
