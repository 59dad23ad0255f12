"""Minutes: reading and writing. No function here commits: the caller's transaction does."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import acts
from core.ledger import store as ledger
from core.parts import Parts
from core.reference import Party
from digest.seminars.attendance.store import presence, present_otherwise
from digest.seminars.minutes import names
from digest.seminars.minutes.decide import Outcome, Standing, State, counted, observations_until
from digest.seminars.minutes.models import Minutes, MinutesVersion, Observation
from digest.seminars.models import Registration, Seminar
from digest.seminars.rules import RegistrationState


async def of(session: AsyncSession, seminar_id: int, *, lock: bool = False) -> Minutes | None:
    """Return a seminar's minutes; with `lock`, no other transaction changes them meanwhile."""
    wanted = select(Minutes).where(Minutes.seminar_id == seminar_id)
    return await session.scalar(wanted.with_for_update() if lock else wanted)


async def by_id(session: AsyncSession, identity: int, *, lock: bool = False) -> Minutes | None:
    """Return minutes by their row."""
    return await session.get(Minutes, identity, with_for_update=lock or None)


async def opened(session: AsyncSession, seminar: Seminar, now: datetime) -> Minutes:
    """Return a seminar's minutes, begun if they are not. The seminar is held by the caller."""
    found = await of(session, seminar.id, lock=True)
    if found is None:
        found = Minutes(
            seminar_id=seminar.id, state=State.DRAFT.value, version=1, created_at=now, decisions=[]
        )
        session.add(found)
        await session.flush()
    return found


async def versions(session: AsyncSession, minutes_id: int) -> Sequence[MinutesVersion]:
    """Return what was sent, in order."""
    wanted = select(MinutesVersion).where(MinutesVersion.minutes_id == minutes_id)
    return (await session.scalars(wanted.order_by(MinutesVersion.id))).all()


async def last_version(
    session: AsyncSession, minutes_id: int, what: State | None = None
) -> MinutesVersion | None:
    """Return what was sent last, of one kind or of both."""
    wanted = select(MinutesVersion).where(MinutesVersion.minutes_id == minutes_id)
    if what is not None:
        wanted = wanted.where(MinutesVersion.what == what.value)
    return await session.scalar(wanted.order_by(MinutesVersion.id.desc()).limit(1))


async def standing(session: AsyncSession, minutes: Minutes) -> Standing:
    """Return minutes as decisions see them."""
    sent = await last_version(session, minutes.id, State.PROJET)
    final = await last_version(session, minutes.id, State.FINAL)
    unread = await session.scalar(
        select(func.count()).where(
            Observation.minutes_id == minutes.id,
            Observation.handled_at.is_(None),
            Observation.text != "",
        )
    )
    return Standing(
        State(minutes.state),
        minutes.version,
        written=bool(minutes.text or minutes.decisions or minutes.hash),
        fetching=minutes.asked is not None,
        sent_version=None if sent is None else sent.version,
        observations_until=minutes.observations_until,
        unread=unread or 0,
        as_final=final is not None and _says(minutes) == _says(final),
    )


def _says(written: Minutes | MinutesVersion) -> tuple[str, list[Any], str | None]:
    return written.text, list(written.decisions), written.hash


async def change(
    session: AsyncSession, minutes: Minutes, by: Party, now: datetime, **values: Any
) -> None:
    """Change what is written: a new version, which buttons of the former one do not send."""
    for name, value in values.items():
        setattr(minutes, name, value)
    minutes.version += 1
    await session.flush()
    reference = names.minutes_reference(minutes.id)
    acts.record(session, by, "minutes.changed", reference, now, version=minutes.version)


async def counts(session: AsyncSession, seminar_id: int) -> Mapping[str, int]:
    """Return how many were present, excused, represented."""
    rows = await session.execute(
        select(Registration.party, Registration.state).where(Registration.seminar_id == seminar_id)
    )
    states = {party: RegistrationState(state) for party, state in rows}
    others = await present_otherwise(session, seminar_id)
    return counted(states, await presence(session, seminar_id), others)


async def send(  # noqa: PLR0917  # what is sent, then by whom and when
    session: AsyncSession,
    parts: Parts,
    seminar: Seminar,
    minutes: Minutes,
    what: State,
    by: Party,
    now: datetime,
    reason: str = "",
) -> MinutesVersion:
    """Freeze what is written, as « projet » or « définitif »; the tick then sends it.

    A draft that has not left yet does not leave any more once they are final. With a `reason`,
    what is final replaces what was; it is dated of the first one where dates count.
    """
    minutes.state = what.value
    if what is State.PROJET:
        minutes.sent_at = now
        days = parts.settings.seminars.observation_days
        minutes.observations_until = observations_until(now, days)
    else:
        minutes.final_at = minutes.final_at or now
        prefix = f"seminar:{seminar.id}/minutes/"
        reference = names.minutes_reference(minutes.id)
        await ledger.cancel(
            session, "superseded", now, kind=names.DRAFT, slot_prefix=prefix, cause=reference
        )
    version = MinutesVersion(
        minutes_id=minutes.id,
        what=what.value,
        version=minutes.version,
        text=minutes.text,
        decisions=minutes.decisions,
        hash=minutes.hash,
        name=minutes.name,
        counts={
            **await counts(session, seminar.id),
            **({"reason": reason} if reason else {}),
        },
        observations_until=minutes.observations_until if what is State.PROJET else None,
        sent_at=now,
        sent_by=str(by),
    )
    session.add(version)
    await session.flush()
    verb = "minutes.sent" if what is State.PROJET else "minutes.final"
    verb = "minutes.rectified" if reason else verb
    acts.record(
        session, by, verb, names.minutes_reference(minutes.id), now, version=minutes.version
    )
    return version


async def reopen(session: AsyncSession, minutes: Minutes, by: Party, now: datetime) -> None:
    """Let final minutes be written again; what was sent holds until it is replaced."""
    minutes.state = State.RECTIFYING.value
    acts.record(session, by, "minutes.reopened", names.minutes_reference(minutes.id), now)


async def give_up(session: AsyncSession, minutes: Minutes, by: Party, now: datetime) -> None:
    """Leave final minutes as they were sent last."""
    final = await last_version(session, minutes.id, State.FINAL)
    if final is not None:
        minutes.text, minutes.decisions = final.text, final.decisions
        minutes.hash, minutes.name, minutes.asked = final.hash, final.name, None
    minutes.state = State.FINAL.value
    minutes.version += 1
    acts.record(session, by, "minutes.kept", names.minutes_reference(minutes.id), now)


async def publish(session: AsyncSession, minutes: Minutes, by: Party, now: datetime) -> None:
    """Show final minutes on the seminar's page."""
    minutes.published_at = now
    acts.record(session, by, "minutes.published", names.minutes_reference(minutes.id), now)


async def withdraw(session: AsyncSession, minutes: Minutes, by: Party, now: datetime) -> None:
    """Show them there no more."""
    minutes.published_at = None
    acts.record(session, by, "minutes.withdrawn", names.minutes_reference(minutes.id), now)


async def observations(
    session: AsyncSession, minutes_id: int, party: str | None = None
) -> Sequence[Observation]:
    """Return what was answered to the drafts, by everybody or one party, in order."""
    wanted = select(Observation).where(Observation.minutes_id == minutes_id, Observation.text != "")
    if party is not None:
        wanted = wanted.where(Observation.party == party)
    return (await session.scalars(wanted.order_by(Observation.id))).all()


async def handle(
    session: AsyncSession, observation: Observation, outcome: Outcome, by: Party, now: datetime
) -> None:
    """Record what the animators answer to an observation."""
    observation.outcome = outcome.value
    observation.handled_at, observation.handled_by = now, str(by)
    reference = names.observation_reference(observation.id)
    acts.record(session, by, f"minutes.observation_{outcome.value}", reference, now)
