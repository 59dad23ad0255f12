"""Subscribers as a room: what it offers to the house."""

from core.parts import Parts
from core.room import PersonalData, Room
from digest.subscribers import store
from digest.subscribers.deliveries import delivery_kinds
from digest.subscribers.pages import SubscriptionPages


def build(parts: Parts) -> Room:
    """Return the room; those whom alerts reach by mail are `digest.subscribers.alerts`."""
    return Room(
        name="subscribers",
        pages=SubscriptionPages(parts).routes(),
        deliveries=delivery_kinds(),
        personal_data=PersonalData(store.export, store.erase),
    )
