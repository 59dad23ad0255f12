"""Editions in the database: composed, changed, approved, cancelled. Nothing here commits."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import acts
from core.chat import Keyboard, Text
from core.contributions import Contribution, published
from core.db import alone
from core.ledger.draft import Draft
from core.ledger.store import post
from core.parts import Parts
from core.posts import render_post
from core.reference import ANIMATORS, Party
from core.room import ContributionSource
from digest.letter import names, rendering
from digest.letter.approving.names import approvers
from digest.letter.approving.rules import Standing
from digest.letter.decide import (
    OPEN,
    WHOLE,
    Contents,
    Item,
    State,
    begins_again,
    choose,
    may_become,
    period,
)
from digest.letter.desk.rules import recomposed
from digest.letter.desk.screens import Shown, overview
from digest.letter.models import Composition, Edition, Rendition
from digest.letter.pictures.mailed import pictures_of

Contributors = Callable[[], Sequence[ContributionSource]]


async def current(session: AsyncSession, *, lock: bool = False) -> Edition | None:
    """Return the edition at work, if there is one."""
    query = select(Edition).where(Edition.state.in_([state.value for state in OPEN]))
    return await session.scalar(query.with_for_update() if lock else query)


async def by_number(session: AsyncSession, number: int, *, lock: bool = False) -> Edition | None:
    """Return an edition; with `lock`, no other transaction changes it meanwhile."""
    return await session.get(Edition, number, with_for_update=lock or None)


async def state_of(session: AsyncSession, number: int) -> State | None:
    """Return where an edition stands, without its contents: it is asked before each mail."""
    state = await session.scalar(select(Edition.state).where(Edition.number == number))
    return None if state is None else State(state)


async def archive(session: AsyncSession) -> Sequence[Edition]:
    """Return the editions that left, newest first."""
    rows = await session.scalars(
        select(Edition).where(Edition.sending_at.is_not(None)).order_by(Edition.number.desc())
    )
    return rows.all()


async def rendition(session: AsyncSession, number: int) -> Rendition | None:
    """Return the frozen bytes of an edition, whole."""
    return await session.get(Rendition, (number, WHOLE))


def move(edition: Edition, wanted: State) -> None:
    """Bring an edition to another state. Raises ValueError for a step that is not allowed."""
    if not may_become(State(edition.state), wanted):
        raise ValueError(f"edition {edition.number} is {edition.state}: it cannot be {wanted}")
    edition.state = wanted


def contents_of(edition: Edition) -> Contents:
    """Return what an edition says."""
    items = tuple(Item.from_json(raw) for raw in edition.items)
    picture, words = edition.picture or "", edition.picture_words
    return Contents(edition.title, edition.editorial, items, picture, words)


async def alone_composing(session: AsyncSession) -> None:
    """Wait until nobody else composes; to be called before looking whether it is to be done."""
    await alone(session, "letter.compose")


async def compose_edition(
    session: AsyncSession,
    parts: Parts,
    contributors: Contributors,
    now: datetime,
    actor: Party,
    *,
    slot: datetime | None = None,
) -> Edition | None:
    """Make the next edition from what the rooms offer, and show it to the animators.

    Returns None, and tells them, when there is nothing to say. Not to be called while another
    edition is at work, nor before `alone_composing`. The number of an edition that was cancelled
    before it left serves again. `slot` is that of the schedule, when nobody asked.
    """
    since, until = period(await _last_until(session), now, parts.settings.digest.period_days)
    items = await _gather(session, contributors, since, until)
    attempt = Composition(at=now, scheduled_for=slot)
    session.add(attempt)
    if not items:
        await session.flush()
        await notify(session, parts, attempt, now, rendering.words("nothing_to_say"))
        return None
    edition = await _blank(session, parts, now)
    attempt.edition = edition.number
    edition.period_from, edition.period_until = since, until
    edition.scheduled_for = slot
    acts.record(session, actor, "letter.composed", names.edition_reference(edition.number), now)
    await change(session, parts, edition, now, items=items)
    return edition


async def recompose(
    session: AsyncSession,
    parts: Parts,
    contributors: Contributors,
    edition: Edition,
    now: datetime,
) -> bool:
    """Choose the items again, up to now; false when nothing would be left, and nothing changed.

    What was taken out of the edition stays out; what was written by hand stays in.
    """
    offered = await _gather(session, contributors, edition.period_from, now)
    out = [Item.from_json(raw) for raw in edition.dropped]
    items = recomposed(offered, contents_of(edition).items, out)
    if not items:
        return False
    edition.period_until = now
    await change(session, parts, edition, now, items=items)
    return True


async def change(
    session: AsyncSession,
    parts: Parts,
    edition: Edition,
    now: datetime,
    *,
    title: str | None = None,
    editorial: str | None = None,
    items: Sequence[Item] | None = None,
    picture: str | None = None,
    picture_words: str | None = None,
    show: bool = True,
) -> None:
    """Give an edition new contents: a new version, no approval, a new review to look at.

    What is None stays as it is; an empty `picture` takes it away. Without `show` no review is
    posted: whoever changes it sees it. Raises ValueError when the edition can no longer change.
    """
    move(edition, State.DRAFT)
    given = replace(
        contents_of(edition),
        **_given(
            title=title,
            editorial=editorial,
            items=items,
            picture=picture,
            picture_words=picture_words,
        ),
    )
    edition.title, edition.editorial = given.title, given.editorial
    edition.items = [item.to_json() for item in given.items]
    edition.picture, edition.picture_words = given.picture or None, given.picture_words
    edition.content_hash = contents_of(edition).hash
    edition.version += 1
    edition.approved_by = edition.approved_at = edition.approved_hash = None
    edition.asked_at = edition.examined = None
    await session.execute(delete(Rendition).where(Rendition.edition == edition.number))
    move(edition, State.IN_REVIEW)
    await session.flush()
    if show:
        await post(session, [_review(parts, edition, now)], now)


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


async def approve(
    session: AsyncSession, parts: Parts, edition: Edition, actor: Party, now: datetime
) -> None:
    """Give the « bon à diffuser »: what will be sent is made now, and changes no more."""
    contents = contents_of(edition)
    images = await pictures_of(session, contents)
    mail = rendering.mail(parts, edition.number, contents, now, images=images)
    session.add(
        Rendition(
            edition=edition.number,
            choice=WHOLE,
            content_hash=contents.hash,
            mail=mail.body,
            message_hash=mail.hash,
            article=rendering.article(parts, edition.number, contents, now),
        )
    )
    move(edition, State.APPROVED)
    edition.approved_by = str(actor)
    edition.approved_at = now
    edition.approved_hash = contents.hash
    reference = names.edition_reference(edition.number)
    acts.record(
        session, actor, "letter.approved", reference, now,
        hash=contents.hash, message_hash=mail.hash, version=edition.version,
    )  # fmt: skip


async def notify(
    session: AsyncSession,
    parts: Parts,
    attempt: Composition,
    now: datetime,
    text: Text,
    *,
    keyboard: Keyboard = (),
) -> None:
    """Tell the animators what came of an attempt to compose that made no edition, once."""
    content = render_post(parts.renderer, text, keyboard, parts.settings.network.language).content()
    cause = names.composition_reference(attempt.id)
    slot = f"nothing:{attempt.id}"
    draft = Draft(names.NOTICE, slot, ANIMATORS, content, cause, now, stream=names.DESK)
    await post(session, [draft], now)


def cancel(session: AsyncSession, edition: Edition, actor: Party, now: datetime) -> None:
    """Give up an edition that has not left; what it would have said can be offered again."""
    move(edition, State.CANCELLED)
    acts.record(session, actor, "letter.cancelled", names.edition_reference(edition.number), now)


async def _last_until(session: AsyncSession) -> datetime | None:
    return await session.scalar(
        select(func.max(Edition.period_until)).where(Edition.sending_at.is_not(None))
    )


async def _blank(session: AsyncSession, parts: Parts, now: datetime) -> Edition:
    last = await session.scalar(
        select(Edition).order_by(Edition.number.desc()).limit(1).with_for_update()
    )
    if last and begins_again(State(last.state), left=last.sending_at is not None):
        edition = last
    else:
        edition = Edition(number=last.number + 1 if last else 1, version=0)
        session.add(edition)
    edition.state = State.DRAFT
    edition.created_at = now
    edition.title, edition.editorial, edition.items = parts.settings.digest.title, "", []
    edition.picture, edition.picture_words = None, ""
    edition.dropped, edition.picture_asked = [], None
    edition.scheduled_for = edition.confirmed_late_at = None
    return edition


async def _gather(
    session: AsyncSession, contributors: Contributors, since: datetime, until: datetime
) -> tuple[Item, ...]:
    offered = [c for source in contributors() for c in await source(session, since, until)]
    appeared = await published(session, [contribution.reference for contribution in offered])
    return choose(map(_item, offered), {str(reference) for reference in appeared}, until)


def _item(contribution: Contribution) -> Item:
    return Item(**{**contribution.__dict__, "reference": str(contribution.reference)})


def _review(parts: Parts, edition: Edition, now: datetime) -> Draft:
    number, version = edition.number, edition.version
    shown = Shown(
        number=number,
        version=version,
        state=State(edition.state),
        contents=contents_of(edition),
        standing=Standing((), frozenset(), parts.settings.digest.approvals),
        approvers=len(approvers(parts)),
        dropped=tuple(Item.from_json(raw) for raw in edition.dropped),
    )
    screen = overview(parts, shown)
    slot = names.review_slot(number, version)
    language = parts.settings.network.language
    content = render_post(parts.renderer, screen.text, screen.keyboard, language).content()
    cause = names.edition_reference(number)
    return Draft(names.REVIEW, slot, ANIMATORS, content, cause, now, stream=names.DESK)
