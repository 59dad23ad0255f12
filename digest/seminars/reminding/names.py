"""How announcements are named in the ledger."""

from core.ledger.outcomes import Channel
from digest.seminars import names
from digest.seminars.reminding.decide import What

KINDS = {
    What.INVITATION: names.INVITATION,
    What.CHASE: names.CHASE,
    What.REMINDER: names.REMINDER,
    What.UPDATE: names.UPDATE,
    What.CANCELLATION: names.CANCELLATION,
    What.THANKS: names.THANKS,
}
"""The kind of delivery of each announcement."""


def slot_of(what: What, seminar: int, name: str, version: int) -> str:
    """Return the slot of an announcement: `seminar:4/J-7/v2`, `seminar:4/invitation`."""
    if what is What.INVITATION:
        return names.invitation_slot(seminar)
    return names.slot(seminar, name, version)


def name_of(slot: str) -> str:
    """Return the name of an announcement by its slot, as `slot_of` writes it."""
    return slot.partition("/")[2].rpartition("/v")[0] or slot.partition("/")[2]


def slots_of(slot: str) -> tuple[str, ...]:
    """Return a slot with those of who is told on the other channel than their own."""
    return (slot, *(slot_elsewhere(slot, channel) for channel in Channel))


def slot_elsewhere(slot: str, channel: Channel) -> str:
    """Return the slot of the same thing, sent on another channel than the first."""
    return f"{slot}/{channel.value}"


def is_elsewhere(slot: str) -> bool:
    """Say whether a slot is that of a second channel."""
    return any(slot.endswith(f"/{channel.value}") for channel in Channel)
