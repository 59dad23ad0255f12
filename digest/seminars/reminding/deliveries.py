"""The kinds of what is said to everybody whom a meeting concerns."""

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


def delivery_kinds(parts: Parts) -> tuple[DeliveryKind, ...]:
    """Return every kind of announcement: all leave again when in doubt, marked as such.

    Who is registered is told what concerns that; who only was invited can want no mail from us.
    """
    refusals = {What.CANCELLATION: cancelled, What.THANKS: published}
    elsewhere = told_elsewhere(parts)
    return tuple(
        kind(name, STATES[what], refusals.get(what, current), elsewhere, UNINVITED)
        for what, name in KINDS.items()
    )


def published(seminar: Seminar, _parcel: Parcel, _now: datetime) -> str | None:
    """Refuse to thank for a meeting that did not take place."""
    return None if seminar.state == State.PUBLISHED else seminar.state
