"""The « bon à diffuser » in the database: asked for, given, corrected. Nothing here commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import acts
from core.chat import Text
from core.ledger.draft import Draft
from core.ledger.store import post
from core.parts import Parts
from core.posts import render_post
from core.reference import ANIMATORS, Party
from digest.letter import editions
from digest.letter import names as letter
from digest.letter.approving import names, rendering, rules
from digest.letter.approving.rules import Given, Outcome, Refusal, Standing
from digest.letter.decide import State
from digest.letter.examining.results import read_examination
from digest.letter.models import Approval, Edition
from digest.letter.rendering import words as notice

Via = Literal["chat", "mail"]


async def said_of(session: AsyncSession, number: int) -> Sequence[Approval]:
    """Return all that was said of an edition, oldest first, of past versions too."""
    rows = await session.scalars(
        select(Approval).where(Approval.edition == number).order_by(Approval.id)
    )
    return rows.all()


async def standing_of(session: AsyncSession, parts: Parts, edition: Edition) -> Standing:
    """Say who gave it for what stands now, and how many it takes."""
    said = [
        Given(row.party, row.name, row.approved, row.version, row.content_hash)
        for row in await said_of(session, edition.number)
    ]
    wanted = parts.settings.digest.approvals
    return rules.standing(said, edition.version, edition.content_hash, wanted)


def refusal_of(edition: Edition) -> Refusal | None:
    """Say why an edition is not ready for it; None when it is."""
    examination = read_examination(edition)
    return rules.refusal(
        State(edition.state),
        items=len(edition.items),
        fetching=edition.picture_asked is not None,
        examined=examination is not None,
        blocking=examination.blocking if examination else (),
    )


@dataclass(frozen=True)
class Asker:
    """Who asks for it."""

    party: Party
    name: str


async def ask(
    session: AsyncSession, parts: Parts, edition: Edition, asker: Asker, now: datetime
) -> int:
    """Ask those who approve by mail; return how many. Not to be called when `refusal_of` refuses.

    Each is asked once for a version; what was asked for an earlier one says so when opened.
    """
    edition.asked_at = now
    asked = names.approvers(parts)
    drafts = [_asking(parts, edition, asker, key, now) for key in asked]
    await post(session, drafts, now)
    reference = letter.edition_reference(edition.number)
    acts.record(
        session, asker.party, "letter.approval_asked", reference, now,
        hash=edition.content_hash, version=edition.version, by_mail=len(asked),
    )  # fmt: skip
    return len(asked)


@dataclass(frozen=True)
class Decider:
    """Who decides, and how: `name` is what the animators read, `via` is `chat` or `mail`."""

    party: Party
    name: str
    via: Via


async def give(
    session: AsyncSession, parts: Parts, edition: Edition, by: Decider, now: datetime
) -> Outcome:
    """Record that somebody gives it; once enough different people did, the bytes are frozen.

    The edition is held by the caller, who looked at `refusal_of` in this same transaction.
    """
    before = await standing_of(session, parts, edition)
    if str(by.party) in before.parties:
        return Outcome.ALREADY
    await _record(session, edition, by, now)
    reference = letter.edition_reference(edition.number)
    acts.record(
        session, by.party, "letter.approval_given", reference, now,
        hash=edition.content_hash, version=edition.version, via=by.via,
    )  # fmt: skip
    if not (await standing_of(session, parts, edition)).enough:
        return Outcome.ONE_MORE
    await editions.approve(session, parts, edition, by.party, now)
    return Outcome.APPROVED


async def correct(
    session: AsyncSession, parts: Parts, edition: Edition, by: Decider, now: datetime, *, words: str
) -> None:
    """Bring an edition back to be corrected: every « bon à diffuser » of its version falls.

    The words come to the animators. The edition is held by the caller, and can still change.
    """
    version = edition.version
    await _record(session, edition, by, now, words)
    reference = letter.edition_reference(edition.number)
    acts.record(
        session, by.party, "letter.correction_asked", reference, now,
        hash=edition.content_hash, version=version,
    )  # fmt: skip
    await editions.change(session, parts, edition, now, show=False)
    values = {"number": edition.number, "name": by.name, "words": words, "version": version}
    slot = f"approval:{edition.number}/v{version}/{by.party}/correction"
    await tell(session, parts, edition, notice("correction_asked", values), slot=slot, now=now)


async def tell(
    session: AsyncSession, parts: Parts, edition: Edition, text: Text, *, slot: str, now: datetime
) -> None:
    """Tell the animators something about an edition, with the button that shows it."""
    keyboard = rendering.desk_keyboard(edition.number, edition.version)
    language = parts.settings.network.language
    content = render_post(parts.renderer, text, keyboard, language).content()
    cause = letter.edition_reference(edition.number)
    draft = Draft(letter.NOTICE, slot, ANIMATORS, content, cause, now, stream=letter.DESK)
    await post(session, [draft], now)


async def _record(
    session: AsyncSession, edition: Edition, by: Decider, now: datetime, words: str = ""
) -> None:
    """Write what somebody said of a version; who gave it may still ask for a correction."""
    row = await session.scalar(
        select(Approval).where(
            Approval.edition == edition.number,
            Approval.version == edition.version,
            Approval.party == str(by.party),
        )
    )
    if row is None:
        row = Approval(edition=edition.number, version=edition.version, party=str(by.party))
        session.add(row)
    row.content_hash, row.name, row.via = edition.content_hash, by.name, by.via
    row.approved, row.comment, row.at = not words, words, now
    await session.flush()


def _asking(parts: Parts, edition: Edition, asker: Asker, key: str, now: datetime) -> Draft:
    approving = names.Approving(edition.number, edition.version, edition.content_hash, key)
    return Draft(
        kind=names.ASKED,
        slot=names.asked_slot(edition.number, edition.version),
        recipient=names.approver_party(key),
        content=rendering.asking(parts, edition, asker.name),
        cause=letter.edition_reference(edition.number),
        due_at=now,
        values={names.APPROVAL_URL: names.approval_url(parts, approving)},
    )
