"""The kinds of what is said to everybody whom a meeting concerns."""

from collections.abc import Collection
from datetime import datetime

from core.ledger.draft import DeliveryKind, Parcel
from core.parts import Parts
from digest.seminars.decide import State
from digest.seminars.deliveries import cancelled, current, kind
from digest.seminars.inviting.reading import UNINVITED
from digest.seminars.models import Seminar
from digest.seminars.reminding.decide import STATES, What
from digest.seminars.reminding.elsewhere import told_elsewhere
from digest.seminars.reminding.names import KINDS
from digest.subscribers.rules import Reason


def delivery_kinds(parts: Parts) -> tuple[DeliveryKind, ...]:
    """Return every kind of announcement: all leave again when in doubt, marked as such."""
    refusals = {What.CANCELLATION: cancelled, What.THANKS: published}
    elsewhere = told_elsewhere(parts)
    return tuple(
        kind(name, STATES[what], refusals.get(what, current), elsewhere, _unwritten(what))
        for what, name in KINDS.items()
    )


def _unwritten(what: What) -> Collection[Reason]:
    """Return the reasons for which no mail goes to an address.

    Who is registered is told what concerns that; who only was invited can want no mail from us.
    """
    return UNINVITED if what in {What.INVITATION, What.CHASE} else (Reason.BOUNCED,)


def published(seminar: Seminar, _parcel: Parcel, _now: datetime) -> str | None:
    """Refuse to thank for a meeting that did not take place."""
    return None if seminar.state == State.PUBLISHED else seminar.state
