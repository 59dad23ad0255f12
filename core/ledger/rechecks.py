"""Asking the kinds of several parcels, right before they leave, whether they still should."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import DeliveryKind, Parcel, Ready, Skip


async def decisions(
    kinds: Mapping[str, DeliveryKind],
    session: AsyncSession,
    parcels: Sequence[Parcel],
    now: datetime,
) -> list[tuple[Parcel, Ready | Skip]]:
    """Return each parcel with what its kind says of it, in their order.

    Kinds that answer for several at once are asked once. Raises what a kind raises.
    """
    answers: dict[int, Ready | Skip] = {}
    for name in dict.fromkeys(parcel.kind for parcel in parcels):
        own = [parcel for parcel in parcels if parcel.kind == name]
        answered = await _prepared(kinds[name], session, own, now)
        answers |= zip((parcel.id for parcel in own), answered, strict=True)
    return [(parcel, answers[parcel.id]) for parcel in parcels]


async def _prepared(
    kind: DeliveryKind, session: AsyncSession, parcels: Sequence[Parcel], now: datetime
) -> Sequence[Ready | Skip]:
    if kind.prepare_many is not None:
        return await kind.prepare_many(session, parcels, now)
    return [await kind.prepare(session, parcel, now) for parcel in parcels]
