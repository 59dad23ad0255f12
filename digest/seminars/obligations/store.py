"""What is done of the contract, and what meetings have already: reading, and noting by hand.

No function here commits: the caller's transaction does.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core import acts
from core.reference import Party, Reference
from core.settings import ObligationSettings, Settings
from core.working_time import paris_day
from digest.seminars.decide import Kind, State
from digest.seminars.minutes.models import Minutes
from digest.seminars.models import Document, Seminar
from digest.seminars.obligations import decide, names
from digest.seminars.obligations.decide import Every, Obligation, Standing
from digest.seminars.obligations.models import ObligationDone
from digest.seminars.obligations.rules import Delays, Meeting

MINUTES = "minutes"
REPORTS = ("slides", "other")
"""The kinds of documents that a committee's report may be."""


def obligations(settings: Settings) -> Sequence[Obligation]:
    """Return the contract's obligations, as the configuration has them."""
    return [_obligation(one) for one in settings.obligation]


def delays(settings: Settings) -> Delays:
    """Return when the animators are told about meetings."""
    given = settings.seminars
    return Delays(
        given.programme_days, given.documents_days, given.minutes_days, given.reminder_hour
    )


async def standings(session: AsyncSession, settings: Settings, now: datetime) -> list[Standing]:
    """Return where every obligation stands, in each of its periods that have begun."""
    asked = obligations(settings)
    happened = await _happened(session, {one.counts for one in asked}, now)
    by_hand = await _by_hand(session)
    return [
        standing
        for one in asked
        for standing in decide.standings(
            one, happened.get(one.counts, ()), by_hand[one.code], paris_day(now)
        )
    ]


async def standing_of(
    session: AsyncSession, settings: Settings, reference: Reference, now: datetime
) -> Standing | None:
    """Return where the obligation and period of a reference stand; None when there are none."""
    for one in await standings(session, settings, now):
        if names.period_reference(one.obligation.code, one.period.name) == reference:
            return one
    return None


async def note(  # noqa: PLR0917  # what is done, then by whom and when
    session: AsyncSession, code: str, period: str, rank: int, words: str, by: Party, now: datetime,
    reference: Reference | None = None,
) -> ObligationDone | None:  # fmt: skip
    """Note one thing as done, the `rank`-th of its period; None when somebody was quicker."""
    row = ObligationDone(
        code=code,
        period=period,
        rank=rank,
        reference=None if reference is None else str(reference),
        note=words,
        done_at=now,
        done_by=str(by),
    )
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return None
    subject = reference or names.period_reference(code, period)
    acts.record(session, by, "obligations.done", subject, now, code=code, period=period, rank=rank)
    return row


async def take_back(
    session: AsyncSession, identity: int, by: Party, now: datetime
) -> ObligationDone | None:
    """Forget something that was noted by mistake, and return it; None when it was not there."""
    row = await session.get(ObligationDone, identity, with_for_update=True)
    if row is None:
        return None
    await session.delete(row)
    subject = names.period_reference(row.code, row.period)
    acts.record(session, by, "obligations.undone", subject, now, code=row.code, period=row.period)
    return row


async def next_rank(session: AsyncSession, code: str, period: str) -> int:
    """Return the rank of the next thing noted by hand in a period."""
    wanted = (ObligationDone.code == code) & (ObligationDone.period == period)
    return (await session.scalar(select(func.max(ObligationDone.rank)).where(wanted)) or 0) + 1


async def noted(session: AsyncSession, code: str, period: str) -> Sequence[ObligationDone]:
    """Return what animators noted in a period, in the order they did."""
    wanted = (ObligationDone.code == code) & (ObligationDone.period == period)
    rows = await session.scalars(select(ObligationDone).where(wanted).order_by(ObligationDone.rank))
    return rows.all()


async def meetings(session: AsyncSession, since: datetime) -> list[tuple[Seminar, Meeting]]:
    """Return the published meetings that end after an instant, and what they have already."""
    wanted = (Seminar.state == State.PUBLISHED) & (Seminar.ends_at > since)
    seminars = (await session.scalars(select(Seminar).where(wanted).order_by(Seminar.id))).all()
    return await _described(session, seminars)


async def meeting(session: AsyncSession, identity: int) -> tuple[Seminar, Meeting] | None:
    """Return a published meeting, and what it has already."""
    seminar = await session.get(Seminar, identity)
    if seminar is None or seminar.state != State.PUBLISHED:
        return None
    (found,) = await _described(session, [seminar])
    return found


async def _described(
    session: AsyncSession, seminars: Sequence[Seminar]
) -> list[tuple[Seminar, Meeting]]:
    identities = [one.id for one in seminars]
    kinds = defaultdict[int, set[str]](set)
    shown = set()
    documents = select(Document.seminar_id, Document.kind, Document.public)
    for seminar, kind, public in await session.execute(
        documents.where(Document.seminar_id.in_(identities))
    ):
        kinds[seminar].add(kind)
        if public:
            shown.add(seminar)
    final = select(Minutes.seminar_id).where(
        Minutes.seminar_id.in_(identities), Minutes.final_at.is_not(None)
    )
    finals = set(await session.scalars(final))
    codes = [names.report_code(identity) for identity in identities]
    reports = set(
        await session.scalars(select(ObligationDone.code).where(ObligationDone.code.in_(codes)))
    )
    return [
        (
            one,
            Meeting(
                id=one.id,
                kind=Kind(one.kind),
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                published_at=one.published_at or one.created_at,
                has_programme=bool(one.programme.strip() or one.programme_hash),
                has_documents=one.id in shown or bool(one.programme_hash or one.access.strip()),
                has_report=names.report_code(one.id) in reports
                or not kinds[one.id].isdisjoint(REPORTS),
                has_scan="scan" in kinds[one.id],
                has_minutes=one.id in finals,
            ),
        )
        for one in seminars
    ]


async def _happened(
    session: AsyncSession, counted: set[str], now: datetime
) -> Mapping[str, Sequence[date]]:
    """Return the days on which what counts by itself took place."""
    found = defaultdict[str, list[date]](list)
    ended = select(Seminar.kind, Seminar.ends_at).where(
        Seminar.state == State.PUBLISHED,
        Seminar.ends_at <= now,
        Seminar.kind.in_(counted & set(Kind)),
    )
    for kind, ends_at in await session.execute(ended):
        found[kind].append(paris_day(ends_at))
    if MINUTES in counted:
        for final_at in await session.scalars(
            select(Minutes.final_at).where(Minutes.final_at <= now)
        ):
            found[MINUTES] += [paris_day(final_at)] if final_at else []
    return found


async def _by_hand(session: AsyncSession) -> Mapping[str, Counter[str]]:
    found = defaultdict[str, Counter[str]](Counter)
    rows = select(ObligationDone.code, ObligationDone.period, func.count())
    for code, period, many in await session.execute(
        rows.group_by(ObligationDone.code, ObligationDone.period)
    ):
        found[code][period] = many
    return found


def _obligation(given: ObligationSettings) -> Obligation:
    return Obligation(
        code=given.code,
        words=given.words,
        since=given.since,
        until=given.until,
        every=None if given.every is None else Every(given.every),
        times=given.count,
        within_days=given.within_days,
        counts=given.counts,
        remind_days=tuple(given.remind_days),
    )
