"""What readers answer to a draft, and how the animators are told of it. Nothing here commits."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Button, Keyboard
from core.ledger import store as ledger
from core.ledger.draft import Draft
from core.parts import Parts
from core.posts import render_post
from core.reference import ANIMATORS
from core.text import visible
from digest.seminars.attendance.people import known
from digest.seminars.minutes import names, store
from digest.seminars.minutes.decide import Outcome, Refusal, refuse_observation
from digest.seminars.minutes.models import Minutes, Observation
from digest.seminars.minutes.rendering import words
from digest.seminars.models import Seminar
from digest.seminars.rendering import shown


async def observe(  # noqa: PLR0917  # what, by whom, then when
    session: AsyncSession,
    parts: Parts,
    seminar: Seminar,
    minutes: Minutes,
    party: str,
    typed: str,
    now: datetime,
) -> Refusal | None:
    """Take an observation, and tell the animators; say why when it is not taken.

    The same words of the same reader are taken once: a form posted twice changes nothing.
    """
    text = visible(typed).strip()
    given = [each.text for each in await store.observations(session, minutes.id, party)]
    standing = await store.standing(session, minutes)
    refusal = refuse_observation(standing, text, given, now)
    if refusal is not None or text in given:
        return refusal
    version = standing.sent_version or minutes.version
    observation = Observation(
        minutes_id=minutes.id, party=party, version=version, text=text, at=now
    )
    session.add(observation)
    await session.flush()
    await _tell(session, parts, seminar, observation, now)
    return None


async def author(session: AsyncSession, parts: Parts, seminar: Seminar, party: str) -> str:
    """Return who a reader is, as the animators know them; empty once erased."""
    found = (await known(session, parts, [party], seminar.starts_at)).get(party)
    if found is None or not found.name:
        return ""
    return f"{found.name} ({found.organisation})" if found.organisation else found.name


def answers(observation: Observation) -> Keyboard:
    """Return the buttons that answer an observation; none once it is answered."""
    if observation.handled_at is not None:
        return ()
    reference = names.observation_reference(observation.id)
    return (
        tuple(
            Button(words(f"{outcome}_button"), f"minutes.{outcome}", reference, observation.version)
            for outcome in Outcome
        ),
    )


async def _tell(
    session: AsyncSession, parts: Parts, seminar: Seminar, observation: Observation, now: datetime
) -> None:
    values = {
        **shown(parts, seminar),
        "author": await author(session, parts, seminar, observation.party),
        "text": observation.text,
        "outcome": "",
        "by": "",
    }
    language = parts.settings.network.language
    post = render_post(parts.renderer, words("observation", values), answers(observation), language)
    draft = Draft(
        kind=names.OBSERVED,
        slot=f"minutes:{observation.minutes_id}/observation/{observation.id}",
        recipient=ANIMATORS,
        content=post.content(),
        cause=names.minutes_reference(observation.minutes_id),
        due_at=now,
    )
    await ledger.post(session, [draft], now)
